import type { DecisionsDone, Lateness } from '../../reporting/reality/reality-check.ts';
import type { ReplayRecord, StepOutcome } from '../replay/replay-record.ts';
import type { ReplayScript, ScriptStep, StepKind } from '../script/replay-script.ts';
import { median, quantile, sampleSummary } from './sample-summary.ts';

/** Steps that ask something of an engine. The others are expectations, or meant for balancers alone. */
export const ENGINE_STEPS: ReadonlySet<StepKind> = new Set<StepKind>([
  'start',
  'stop',
  'kill',
  'restart',
  'pause',
  'resume',
  'resize',
  'gone',
  'node-cut-off',
  'node-back',
  'node-speed',
]);

const MOST_EXAMPLES = 20;
const STRETCHES = 40;
/** So many decisions are needed in each third before growth is told. */
const FEWEST_FOR_GROWTH = 5;

/** What became of the decisions of a script. */
export function compareDecisions(script: ReplayScript, record: ReplayRecord): DecisionsDone {
  const asked = script.steps.flatMap((step, place) => (ENGINE_STEPS.has(step.do) ? [{ step, place }] : []));
  const outcomeOf = new Map(record.steps.map((outcome) => [outcome.step, outcome]));
  const kinds = [...ENGINE_STEPS].filter((kind) => asked.some(({ step }) => step.do === kind));
  const outcomes = asked.flatMap(({ place }) => outcomeOf.get(place) ?? []);
  const byKind = kinds.map((kind) => {
    const own = asked.filter(({ step }) => step.do === kind);
    const found = own.flatMap(({ place }) => outcomeOf.get(place) ?? []);
    const begun = sampleSummary(found.filter(wasTried).map(begunLateMs));
    const done = sampleSummary(found.filter(({ outcome }) => outcome === 'done').map(doneLateMs));
    return {
      kind,
      total: own.length,
      ...countsOf(found),
      ...(begun && { begunLateMs: begun }),
      ...(done && { doneLateMs: done }),
    };
  });
  return {
    total: asked.length,
    ...countsOf(outcomes),
    notBegun: asked.length - outcomes.length,
    byKind,
    examples: outcomes
      .filter(({ outcome }) => outcome !== 'done')
      .slice(0, MOST_EXAMPLES)
      .map(({ step, sentence, outcome }) => ({
        atS: script.steps[step].atUs / 1e6,
        kind: script.steps[step].do,
        about: aboutOf(script, script.steps[step]),
        why: sentence ?? outcome,
      })),
  };
}

/** How late they were, in all and over the run. */
export function latenessOf(script: ReplayScript, record: ReplayRecord): Lateness {
  const tried = record.steps
    .filter((outcome) => wasTried(outcome) && ENGINE_STEPS.has(script.steps[outcome.step].do))
    .sort((one, other) => script.steps[one.step].atUs - script.steps[other.step].atUs);
  const begunMs = sampleSummary(tried.map(begunLateMs));
  const doneMs = sampleSummary(tried.filter(({ outcome }) => outcome === 'done').map(doneLateMs));
  const spanUs = Math.max(1, script.durationUs);
  const idealMs = (place: number): number => script.steps[place].atUs / 1000 / record.speed;
  // The simulated clock may begin to go some time after the replay does.
  const beganMs = tried.reduce((least, { step, due }) => Math.min(least, due.wallMs - idealMs(step)), Infinity);
  const stretches = new Map<number, StepOutcome[]>();
  for (const one of tried) {
    const stretch = Math.min(STRETCHES - 1, Math.floor((script.steps[one.step].atUs / spanUs) * STRETCHES));
    stretches.set(stretch, [...(stretches.get(stretch) ?? []), one]);
  }
  const overTime = [...stretches].map(([stretch, own]) => {
    const late = own.map(begunLateMs).sort((one, other) => one - other);
    const behind = own.map(({ step, begun }) => begun.wallMs - beganMs - idealMs(step));
    return {
      atS: ((stretch + 0.5) * spanUs) / STRETCHES / 1e6,
      count: own.length,
      medianMs: quantile(late, 0.5),
      p90Ms: quantile(late, 0.9),
      driftMs: median(behind)!,
    };
  });
  const third = (k: number): number[] =>
    tried.filter(({ step }) => Math.min(2, Math.floor((script.steps[step].atUs / spanUs) * 3)) === k).map(begunLateMs);
  const [first, last] = [third(0), third(2)];
  const hasGrowth = first.length >= FEWEST_FOR_GROWTH && last.length >= FEWEST_FOR_GROWTH;
  return {
    ...(begunMs && { begunMs }),
    ...(doneMs && { doneMs }),
    overTime,
    ...(hasGrowth && { growthMs: median(last)! - median(first)! }),
  };
}

const begunLateMs = ({ due, begun }: StepOutcome): number => Math.max(0, begun.wallMs - due.wallMs);
const doneLateMs = ({ due, done }: StepOutcome): number => Math.max(0, done.wallMs - due.wallMs);
const wasTried = ({ outcome }: StepOutcome): boolean => outcome !== 'missed';

function countsOf(outcomes: readonly StepOutcome[]): { done: number; failed: number; missed: number } {
  const count = (wanted: StepOutcome['outcome']): number => outcomes.filter(({ outcome }) => outcome === wanted).length;
  return { done: count('done'), failed: count('failed'), missed: count('missed') };
}

function aboutOf(script: ReplayScript, step: ScriptStep): string {
  return 'pod' in step ? script.pods[step.pod].name : script.nodes[step.node].name;
}
