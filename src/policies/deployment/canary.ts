import type { DeploymentPolicy, DeploymentStep, DeploymentView } from '../../sim/services/deployment-policy.ts';
import { seconds } from '../../sim/time.ts';
import { numberOf, textOf } from '../option-values.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { analysisOptions, analysisRules, faultOf, type AnalysisRules } from './analysis.ts';
import { canarySteps } from './canary-steps.ts';
import { deadlineOptions, ProgressWatch, readiness } from './progress-watch.ts';

/**
 * A growing share of traffic for the new version, judged against the old one at every stage; whatever is worse goes back
 * at once. Few users meet a bad version; the old set stays whole until the end, so it costs up to twice the machines.
 */
export const canary: PolicyFamily<DeploymentPolicy> = {
  name: 'canary',
  summary: 'a growing share of traffic, judged against the old version, back when it is worse',
  source: 'Davidovic and Beyer, Canary analysis service, ACM Queue 2018; Argo Rollouts',
  options: [
    { name: 'steps', kind: 'text', default: '5% 25% 50%', meaning: 'Shares of traffic, growing; all of it follows.' },
    {
      name: 'pause',
      kind: 'duration',
      default: seconds(300),
      minimum: 0,
      meaning: 'Each stage lasts at least this long.',
    },
    ...analysisOptions,
    ...deadlineOptions('roll-back'),
  ],
  make(options, name) {
    const settings: Settings = {
      shares: canarySteps(textOf(options, 'steps')),
      pauseUs: numberOf(options, 'pause'),
      deadlineUs: numberOf(options, 'deadline'),
      rollsBack: textOf(options, 'onDeadline') === 'roll-back',
      rules: analysisRules(options),
    };
    const { summary, source } = canary;
    return {
      name,
      summary,
      source,
      make() {
        const stages = stagesOf(settings, new ProgressWatch(options));
        return { step: stages };
      },
    };
  },
};

interface Settings {
  readonly shares: readonly number[];
  readonly pauseUs: number;
  readonly deadlineUs: number;
  readonly rollsBack: boolean;
  readonly rules: AnalysisRules;
}

function stagesOf(settings: Settings, watch: ProgressWatch): (view: DeploymentView) => DeploymentStep {
  const { shares, pauseUs, rules } = settings;
  let stage = 0;
  /** When the present stage got its traffic; -1: its replicas are not ready yet. */
  let beganUs = -1;
  let requestsBefore = 0;
  return (view) => {
    const { desired, nowUs, old, new: fresh } = view;
    watch.look(view);
    const fault = old.total > 0 ? faultOf(view, rules) : undefined;
    if (fault !== undefined) return { start: 0, stop: 0, trafficShare: 0, end: 'roll-back', why: fault };
    const requests = fresh.served + fresh.bad;
    for (;;) {
      const share = shares[stage];
      const trafficShare = beganUs >= 0 ? share : stage > 0 ? shares[stage - 1] : 0;
      const wanted = Math.min(desired, Math.max(1, Math.ceil(desired * share - 1e-9)));
      const start = wanted - fresh.total;
      if (start > 0)
        return {
          start,
          stop: 0,
          trafficShare,
          why: `${percent(share)} of traffic needs ${wanted} of ${desired} replicas: start ${start} new`,
        };
      if (beganUs < 0) {
        if (fresh.ready < wanted) return watch.wait(view, `waiting: ${readiness(view, wanted)}`, trafficShare);
        beganUs = nowUs;
        requestsBefore = requests;
        return {
          start: 0,
          stop: 0,
          trafficShare: share,
          why: `${readiness(view, wanted)}: send ${percent(share)} of traffic`,
        };
      }
      const judged = requests - requestsBefore;
      const stayedUs = nowUs - beganUs;
      // The last stage needs no judgement of its own once there is nothing left to go back to.
      const last = stage === shares.length - 1;
      if (old.total > 0 || !last) {
        if (desired > 0 && stayedUs < pauseUs)
          return {
            start: 0,
            stop: 0,
            trafficShare,
            why: `${percent(share)} of traffic: ${Math.ceil((pauseUs - stayedUs) / seconds(1))} s more, ${judged} requests so far`,
          };
        if (desired > 0 && judged < rules.minimumRequests) return tooFew(settings, trafficShare, judged, stayedUs);
      }
      if (!last) {
        stage++;
        beganUs = -1;
        continue;
      }
      if (old.total > 0)
        return { start: 0, stop: old.total, trafficShare, why: `all stages passed: stop ${old.total} old replicas` };
      return { start: 0, stop: 0, trafficShare, end: 'finished', why: 'all stages passed and no old replica is left' };
    }
  };
}

/** Without enough requests there is no judgement: it waits past the pause for as long as the deadline. */
function tooFew(settings: Settings, trafficShare: number, judged: number, stayedUs: number): DeploymentStep {
  const why = `${judged} of ${settings.rules.minimumRequests} requests that a judgement needs`;
  if (stayedUs < settings.pauseUs + settings.deadlineUs)
    return { start: 0, stop: 0, trafficShare, why: `waiting: ${why}` };
  if (!settings.rollsBack) return { start: 0, stop: 0, trafficShare, why: `stuck: ${why}` };
  return { start: 0, stop: 0, trafficShare: 0, end: 'roll-back', why: `stuck: ${why}` };
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
