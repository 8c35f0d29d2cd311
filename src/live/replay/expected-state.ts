import type { ReplayScript, ScriptStep } from '../script/replay-script.ts';
import { ScriptState } from '../script/script-state.ts';

/** A container that the script says there should be, as it stood when it was asked for. */
export interface ExpectedContainer {
  readonly pod: number;
  readonly node: number;
  /** The last `start` or `restart`: place in `script.steps`. */
  readonly step: number;
  /** `ending`: told to stop, and may have done so or not. */
  readonly state: 'running' | 'paused' | 'ending' | 'exited';
  readonly isReady: boolean;
  readonly isInRotation: boolean;
  /** Comes to an end by itself, and nobody knows exactly when. */
  readonly endsByItself: boolean;
  /** What it requests now, and its limits. */
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly cpuLimitMilli?: number;
  readonly memLimitBytes?: number;
}

/** A machine as it stood when it was asked for. */
export interface ExpectedMachine {
  readonly isThere: boolean;
  readonly isDown: boolean;
  readonly isCutOff: boolean;
  readonly speed: number;
}

/** What there should be after the steps so far: the script's own state, and what the engine's side must know besides. */
export interface ExpectedState {
  advance(step: ScriptStep, place: number): void;
  /** Undefined: there should be none. */
  container(pod: number): ExpectedContainer | undefined;
  machine(node: number): ExpectedMachine;
  endsByItself(pod: number): boolean;
  /** All there should be, in the order of their starts. */
  containers(): ExpectedContainer[];
}

export function createExpectedState(script: ReplayScript): ExpectedState {
  const state = new ScriptState(script);
  const steps = new Map<number, number>();
  const finishing = new Set(script.steps.flatMap((step) => (step.do === 'finish' ? [step.pod] : [])));
  const endsByItself = (place: number): boolean => script.pods[place].runsUs !== undefined || finishing.has(place);
  const container = (place: number): ExpectedContainer | undefined => {
    const pod = state.pods[place];
    if (pod === undefined || pod.state === 'absent') return undefined;
    const { node, isReady, isInRotation, cpuMilli, memBytes, cpuLimitMilli, memLimitBytes } = pod;
    return {
      pod: place,
      node,
      step: steps.get(place)!,
      state: pod.isStopping && pod.state !== 'exited' ? 'ending' : pod.state,
      isReady,
      isInRotation,
      endsByItself: endsByItself(place),
      cpuMilli,
      memBytes,
      ...(cpuLimitMilli !== undefined && { cpuLimitMilli }),
      ...(memLimitBytes !== undefined && { memLimitBytes }),
    };
  };
  return {
    advance: (step, place) => {
      state.advance(step);
      if (step.do === 'start' || step.do === 'restart') steps.set(step.pod, place);
      if (step.do === 'gone') steps.delete(step.pod);
    },
    container,
    endsByItself,
    machine: (node) => ({ ...state.nodes[node] }),
    containers: () => [...state.there].map((pod) => container(pod)!),
  };
}
