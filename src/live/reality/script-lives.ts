import type { ReplayScript, ScriptStep } from '../script/replay-script.ts';

/** One process as the script predicts it, from its `start` or `restart` to whatever ends it. Times are simulated. */
export interface PredictedLife {
  readonly pod: number;
  readonly node: number;
  /** Place of the step that starts it. */
  readonly step: number;
  readonly startUs: number;
  /** It was there and ready when the run began: nothing is predicted of its start. */
  readonly isWarm: boolean;
  /** The scenario says that it boots. */
  readonly hasBoot: boolean;
  readonly readyUs?: number;
  /** When it stops being of use: told to stop, killed, ended or removed; and by which step. */
  readonly leftUs?: number;
  readonly leftStep?: number;
  /** When its process has ended. */
  readonly endUs?: number;
  /** Places of the steps that let it hang and go on, in pairs; the last may never go on. */
  readonly pauses: readonly { readonly from: number; readonly to?: number }[];
}

type Draft = { -readonly [Field in keyof Omit<PredictedLife, 'pauses'>]: PredictedLife[Field] } & {
  pauses: { from: number; to?: number }[];
};

/** All processes of a script in the order of their starts. */
export function scriptLives(script: ReplayScript): PredictedLife[] {
  const lives: Draft[] = [];
  const current = new Map<number, Draft>();
  const nodeOf = new Map<number, number>();
  script.steps.forEach((step, place) => {
    if (!('pod' in step)) return;
    const { pod, atUs } = step;
    if (step.do === 'start') nodeOf.set(pod, step.node);
    if (step.do === 'start' || step.do === 'restart') {
      const life: Draft = {
        pod,
        node: nodeOf.get(pod) ?? -1,
        step: place,
        startUs: atUs,
        isWarm: false,
        hasBoot: script.pods[pod].bootUs > 0,
        pauses: [],
      };
      lives.push(life);
      current.set(pod, life);
      return;
    }
    const life = current.get(pod);
    if (life !== undefined) follow(life, step, place);
  });
  return lives;
}

function follow(life: Draft, step: ScriptStep, place: number): void {
  const { atUs } = step;
  switch (step.do) {
    case 'ready':
      if (life.readyUs !== undefined) return;
      life.readyUs = atUs;
      life.isWarm = life.startUs === 0 && atUs === 0;
      return;
    case 'pause':
      life.pauses.push({ from: place });
      return;
    case 'resume': {
      const last = life.pauses.at(-1);
      if (last && last.to === undefined) last.to = place;
      return;
    }
    case 'stop':
      leave(life, atUs, place);
      return;
    case 'kill':
    case 'finish':
    case 'gone':
      leave(life, atUs, place);
      life.endUs ??= atUs;
      return;
    default:
  }
}

function leave(life: Draft, atUs: number, place: number): void {
  if (life.leftUs !== undefined) return;
  life.leftUs = atUs;
  life.leftStep = place;
}
