import type { HorizontalDecision, HorizontalPolicy, ServiceObservation } from '../../sim/scaling/horizontal-policy.ts';
import { seconds } from '../../sim/time.ts';
import { numberOf } from '../option-values.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { inSeconds, short } from './numbers-in-words.ts';
import { recentMean } from './recent-mean.ts';
import { proposeByTotal } from './replica-calculator.ts';
import { Stabilisation } from './stabilisation.ts';
import { combineProposals, limitWithoutRules } from './target-utilisation.ts';
import { withinBounds } from './within-bounds.ts';

/**
 * Scaling on work that waits or arrives, to zero and back, as KEDA does it: between 0 and 1 KEDA decides at its polls by
 * whether there is work at all; from 1 on the HPA divides the total by what one replica should have. Reacts before CPU
 * shows anything; the first requests after a pause wait for a whole start.
 */
export const queueOrRate: PolicyFamily<HorizontalPolicy> = {
  name: 'queue-or-rate',
  summary: 'replicas in proportion to requests in flight or per second, to zero when there are none (KEDA)',
  source: 'kedacore/keda v2.20, pkg/scaling/executor; kubernetes v1.36.2, pkg/controller/podautoscaler',
  options: [
    {
      name: 'queue',
      kind: 'number',
      default: 0,
      minimum: 0,
      meaning:
        'Requests in flight, queued and served, for each replica; 0 leaves them out, or means as many as a replica serves at once when no rate is given.',
    },
    {
      name: 'rate',
      kind: 'number',
      default: 0,
      minimum: 0,
      meaning: 'Requests per second for each replica; 0 leaves them out.',
    },
    {
      name: 'activation',
      kind: 'number',
      default: 0,
      minimum: 0,
      meaning: 'There is work when a measurement exceeds this.',
    },
    {
      name: 'polling',
      kind: 'duration',
      default: seconds(30),
      minimum: 1,
      meaning: 'Time between two looks while there are no replicas.',
    },
    {
      name: 'cooldown',
      kind: 'duration',
      default: seconds(300),
      minimum: 0,
      meaning: 'Goes to zero (or the minimum) when there has been no work for this long.',
    },
    {
      name: 'period',
      kind: 'duration',
      default: seconds(15),
      minimum: 1,
      meaning: 'Time between two decisions while there are replicas.',
    },
    {
      name: 'rateWindow',
      kind: 'duration',
      default: seconds(60),
      minimum: 0,
      meaning: 'Requests per second are a mean over this long.',
    },
    {
      name: 'tolerance',
      kind: 'share',
      default: 0.1,
      minimum: 0,
      maximum: 1,
      meaning: 'No change while usage over target is this near to 1.',
    },
    {
      name: 'stabilisation',
      kind: 'duration',
      default: seconds(300),
      minimum: 0,
      meaning: 'Shrinks to the largest recommendation of this long.',
    },
  ],
  make(options, name) {
    const value = (option: string) => numberOf(options, option);
    const settings: Settings = {
      queue: value('queue'),
      rate: value('rate'),
      activation: value('activation'),
      pollingUs: value('polling'),
      cooldownUs: value('cooldown'),
      rateWindowUs: value('rateWindow'),
      tolerance: value('tolerance'),
      stabilisationUs: value('stabilisation'),
    };
    const { summary, source } = queueOrRate;
    return { name, summary, source, periodUs: value('period'), make: () => scaler(settings) };
  },
};

interface Settings {
  readonly queue: number;
  readonly rate: number;
  readonly activation: number;
  readonly pollingUs: number;
  readonly cooldownUs: number;
  readonly rateWindowUs: number;
  readonly tolerance: number;
  readonly stabilisationUs: number;
}

interface Trigger {
  readonly metric: string;
  readonly total: number;
  readonly target: number;
}

function scaler(settings: Settings): { decide(seen: ServiceObservation): HorizontalDecision } {
  const stabilisation = new Stabilisation();
  let polledUs = -Infinity;
  let activeUs = -Infinity;
  let active = false;
  let idleWhy = '';

  /** KEDA's own look, at its pace. */
  function poll(nowUs: number, triggers: readonly Trigger[]): void {
    if (nowUs < polledUs + settings.pollingUs) return;
    polledUs = nowUs;
    const working = triggers.find(({ total }) => total > settings.activation);
    active = working !== undefined;
    if (active) activeUs = nowUs;
    // Of a service that has only just begun nobody knows how long it has been idle.
    if (activeUs === -Infinity) activeUs = nowUs;
    const told = (working ? [working] : triggers).map(({ metric, total }) => `${metric} ${inWords(total)}`).join(', ');
    idleWhy = `${told}: ${active ? 'above' : 'not above'} ${short(settings.activation)}`;
  }

  return {
    decide(seen) {
      const { current, nowUs } = seen;
      const triggers = triggersOf(seen, settings);
      poll(nowUs, triggers);
      if (current === 0) {
        const first = Math.max(seen.minReplicas, 1);
        if (active) return withinBounds(seen, first, `${idleWhy}: start with ${first}`);
        return withinBounds(seen, 0, `${idleWhy}: stay at 0`);
      }
      const idleUs = nowUs - activeUs;
      if (!active && triggers.every(({ total }) => Number.isFinite(total)) && idleUs >= settings.cooldownUs) {
        const why = `${idleWhy} for ${inSeconds(idleUs)}, cooldown ${inSeconds(settings.cooldownUs)}`;
        return withinBounds(seen, seen.minReplicas, `${why}: ${seen.minReplicas}`);
      }
      const existing = seen.replicas.filter((replica) => replica.state !== 'terminating').length;
      const tolerance = { up: settings.tolerance, down: settings.tolerance };
      const wish = combineProposals(
        triggers.map(({ metric, total, target }) =>
          proposeByTotal(metric, total, current, existing, target, tolerance),
        ),
        current,
      );
      stabilisation.begin(nowUs, current);
      if (wish.replicas === undefined) return { replicas: current, why: wish.why };
      // The last replica is not the HPA's to take.
      const wanted = Math.max(wish.replicas, seen.minReplicas, 1);
      return limitWithoutRules(seen, wanted, wish.why, stabilisation, settings.stabilisationUs);
    },
  };
}

function triggersOf(seen: ServiceObservation, settings: Settings): Trigger[] {
  const triggers: Trigger[] = [];
  const queue = settings.queue > 0 ? settings.queue : settings.rate > 0 ? 0 : Math.max(1, seen.concurrency);
  if (queue > 0) triggers.push({ metric: 'in flight', total: seen.points.at(-1)?.inFlight ?? NaN, target: queue });
  if (settings.rate > 0) {
    const perSecond = recentMean(seen.points, settings.rateWindowUs, (point) => point.requestsPerSecond);
    triggers.push({ metric: 'requests/s', total: perSecond, target: settings.rate });
  }
  return triggers;
}

function inWords(total: number): string {
  return Number.isFinite(total) ? short(total) : 'unknown';
}
