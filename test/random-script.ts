import { checkScript } from '../src/live/script/check-script.ts';
import type { ReplayScript, ScriptPod, ScriptStep } from '../src/live/script/replay-script.ts';
import { ScriptState } from '../src/live/script/script-state.ts';
import { scriptOf } from './driven-replay.ts';
import { fc } from './fuzz.ts';

export interface RandomScriptOptions {
  readonly nodes?: number;
  readonly pods?: number;
  readonly moves?: number;
}

const SECOND_US = 1_000_000;
const DURATION_US = 120 * SECOND_US;

type Step = ScriptStep extends infer S ? (S extends ScriptStep ? Omit<S, 'atUs'> : never) : never;

/**
 * Scripts that are possible, of every kind of step. Every third pod is a job that ends by itself; nobody kills or pauses
 * those, so that it is known when they end.
 */
export function randomScripts(options: RandomScriptOptions = {}): fc.Arbitrary<ReplayScript> {
  const { nodes = 3, pods = 10, moves = 60 } = options;
  const move = fc.tuple(fc.nat({ max: 4 * SECOND_US }), fc.nat({ max: 1_000_000 }), fc.nat({ max: 1_000_000 }));
  return fc
    .array(move, { minLength: Math.min(20, moves), maxLength: moves, size: 'max' })
    .map((drawn) => scriptOfMoves(nodes, pods, drawn));
}

function scriptOfMoves(
  nodes: number,
  pods: number,
  moves: readonly (readonly [number, number, number])[],
): ReplayScript {
  const isJob = (pod: number): boolean => pod % 3 === 2;
  const podList: (Partial<ScriptPod> & { name: string })[] = Array.from({ length: pods }, (_, k) => ({
    name: `pod-${k}`,
    bootUs: (k % 4) * SECOND_US,
    ...(isJob(k) ? { runsUs: (3 + k) * SECOND_US } : { service: 0 }),
  }));
  const frame = {
    durationUs: DURATION_US,
    nodes: Array.from({ length: nodes }, (_, k) => ({
      name: `node-${k}`,
      cpuMilli: 4000,
      memBytes: 2 ** 33,
      isThereAtStart: k !== nodes - 1,
    })),
    services: [
      {
        name: 'web',
        concurrency: 4,
        queueLimit: null,
        workMeanUs: 10_000,
        cpuPerRequestMilli: 0,
        balancing: 'round-robin',
      },
    ],
  };
  const steps: ScriptStep[] = [];
  const state = new ScriptState(scriptOf(podList, [], frame));
  const ends = new Map<number, number>();
  let atUs = 0;
  const add = (step: Step, when = atUs): void => {
    const whole = { atUs: when, ...step } as ScriptStep;
    steps.push(whole);
    state.advance(whole);
  };
  const endJobs = (untilUs: number): void => {
    for (const [pod, endUs] of [...ends].sort((a, b) => a[1] - b[1])) {
      if (endUs > untilUs) continue;
      ends.delete(pod);
      if (state.pods[pod].state === 'running' && !state.pods[pod].isStopping) add({ do: 'finish', pod }, endUs);
    }
  };
  for (const [gapUs, kind, which] of moves) {
    const nextUs = Math.min(DURATION_US - 1, atUs + gapUs);
    endJobs(nextUs);
    atUs = nextUs;
    const possible = movesNow(state, pods, isJob);
    const group = possible[kind % possible.length];
    const drawn = group[which % group.length];
    for (const step of drawn) {
      add(step);
      if (step.do === 'start' && isJob(step.pod))
        ends.set(step.pod, atUs + (podList[step.pod].bootUs ?? 0) + podList[step.pod].runsUs!);
    }
  }
  endJobs(DURATION_US - 1);
  const script = scriptOf(podList, steps, frame);
  const faults = checkScript(script);
  if (faults.length > 0) throw new Error(`the generator makes scripts that are impossible: ${faults.join('; ')}`);
  return script;
}

/** What may happen now, by kind, so that rare kinds are drawn as often as those with many pods. */
function movesNow(state: ScriptState, pods: number, isJob: (pod: number) => boolean): Step[][][] {
  const groups = new Map<string, Step[][]>();
  const may = (kind: string, ...steps: Step[]): void => void groups.set(kind, [...(groups.get(kind) ?? []), steps]);
  for (let pod = 0; pod < pods; pod++) {
    const { state: is, starts, isReady, isInRotation, isStopping, node } = state.pods[pod];
    if (starts === 0)
      state.nodes.forEach(({ isThere, isDown }, to) => {
        // Twice as often as anything else.
        for (const kind of ['start', 'start again']) if (isThere && !isDown) may(kind, { do: 'start', pod, node: to });
      });
    if (is === 'absent') continue;
    may('gone', { do: 'gone', pod });
    if (is === 'exited') {
      if (!isStopping && !isJob(pod) && !state.nodes[node].isDown) may('restart', { do: 'restart', pod });
      continue;
    }
    may('resize', { do: 'resize', pod, cpuMilli: 200, memBytes: 2 ** 27 });
    if (isStopping) continue;
    if (isInRotation) may('rotate-out', { do: 'rotate-out', pod });
    else may('rotate-in', { do: 'rotate-in', pod });
    if (isJob(pod)) continue;
    if (isReady) may('unready', { do: 'unready', pod });
    else if (is === 'running') may('ready', { do: 'ready', pod });
    may('kill', { do: 'kill', pod, why: 'crash' });
    if (is === 'running') {
      may('pause', { do: 'pause', pod, why: 'hang' });
      for (const graceUs of [0, 5 * SECOND_US, 30 * SECOND_US])
        may('stop', { do: 'stop', pod, graceUs, why: 'update' });
    } else may('resume', { do: 'resume', pod });
  }
  state.nodes.forEach(({ isThere, isDown, isCutOff, speed }, node) => {
    const here = [...state.there].filter((pod) => state.pods[pod].node === node);
    if (!isThere) {
      may('node-added', { do: 'node-added', node });
      return;
    }
    if (here.length === 0) may('node-removed', { do: 'node-removed', node });
    if (isDown) may('node-up', { do: 'node-up', node });
    else if (here.every((pod) => !isJob(pod))) {
      const alive = here.filter((pod) => state.pods[pod].state !== 'exited');
      may(
        'node-down',
        { do: 'node-down', node, why: 'power' },
        ...alive.map((pod): Step => ({ do: 'kill', pod, why: 'node down' })),
      );
    }
    if (isCutOff) may('node-back', { do: 'node-back', node });
    else may('node-cut-off', { do: 'node-cut-off', node, why: 'network' });
    may('node-speed', { do: 'node-speed', node, speed: speed === 1 ? 0.5 : 1, why: 'thermal' });
  });
  return [...groups.values()];
}
