import { expect, test } from 'vitest';
import type { ScriptStep } from './replay-script.ts';
import { replayPeaks } from '../safety/replay-peaks.ts';
import { handScript } from './script-fixture.ts';
import { ScriptState } from './script-state.ts';

const MIB = 2 ** 20;
const STEPS: readonly ScriptStep[] = [
  { atUs: 0, do: 'start', pod: 0, node: 0 },
  { atUs: 0, do: 'ready', pod: 0 },
  { atUs: 0, do: 'rotate-in', pod: 0 },
  { atUs: 5, do: 'start', pod: 1, node: 1 },
  { atUs: 6, do: 'pause', pod: 0, why: 'it hangs' },
  { atUs: 6, do: 'unready', pod: 0 },
  { atUs: 6, do: 'rotate-out', pod: 0 },
  { atUs: 7, do: 'ready', pod: 1 },
  { atUs: 8, do: 'resume', pod: 0 },
  { atUs: 9, do: 'kill', pod: 1, why: 'crash' },
  { atUs: 10, do: 'restart', pod: 1 },
  { atUs: 11, do: 'resize', pod: 1, cpuMilli: 300, memBytes: 128 * MIB, cpuLimitMilli: 600 },
  { atUs: 12, do: 'stop', pod: 0, graceUs: 5, why: 'fewer are wanted' },
  { atUs: 13, do: 'start', pod: 2, node: 1 },
  { atUs: 14, do: 'gone', pod: 0 },
  { atUs: 15, do: 'node-speed', node: 1, speed: 0.5, why: 'heat' },
  { atUs: 15, do: 'node-cut-off', node: 1, why: 'cable' },
  { atUs: 16, do: 'node-back', node: 1 },
  { atUs: 17, do: 'finish', pod: 2 },
  { atUs: 18, do: 'node-down', node: 0, why: 'power' },
  { atUs: 19, do: 'node-up', node: 0 },
  { atUs: 20, do: 'node-removed', node: 0 },
];

/** Containers at some times, in words. */
function at(atUs: number): string[] {
  const state = new ScriptState(handScript(STEPS));
  state.advanceTo(atUs);
  return [...state.there].map((pod) => {
    const { state: is, node, isReady, isInRotation, isStopping, starts } = state.pods[pod];
    const words = [`p-${pod}`, `n-${node}`, is, `starts ${starts}`];
    if (isReady) words.push('ready');
    if (isInRotation) words.push('in rotation');
    if (isStopping) words.push('stopping');
    return words.join(' ');
  });
}

test('steps of a time are done when it has come, and lead from state to state', () => {
  expect(at(-1)).toEqual([]);
  expect(at(0)).toEqual(['p-0 n-0 running starts 1 ready in rotation']);
  expect(at(5)).toEqual(['p-0 n-0 running starts 1 ready in rotation', 'p-1 n-1 running starts 1']);
  expect(at(7)).toEqual(['p-0 n-0 paused starts 1', 'p-1 n-1 running starts 1 ready']);
  expect(at(9)).toEqual(['p-0 n-0 running starts 1', 'p-1 n-1 exited starts 1']);
  expect(at(10)).toEqual(['p-0 n-0 running starts 1', 'p-1 n-1 running starts 2']);
  expect(at(13)).toEqual(['p-0 n-0 running starts 1 stopping', 'p-1 n-1 running starts 2', 'p-2 n-1 running starts 1']);
  expect(at(17)).toEqual(['p-1 n-1 running starts 2', 'p-2 n-1 exited starts 1']);
});

test('sizes and machines follow too', () => {
  const state = new ScriptState(handScript(STEPS));
  state.advanceTo(15);
  expect(state.pods[1]).toMatchObject({ cpuMilli: 300, memBytes: 128 * MIB, cpuLimitMilli: 600 });
  expect(state.nodes[1]).toEqual({ isThere: true, isDown: false, isCutOff: true, speed: 0.5 });
  expect(state.countsByNode()).toEqual([0, 2]);
  state.advanceTo(18);
  expect(state.nodes).toMatchObject([{ isDown: true }, { isCutOff: false }]);
  state.advanceTo(Infinity);
  expect(state.nodes[0]).toMatchObject({ isThere: false, isDown: false });
  expect(state.done).toBe(STEPS.length);
});

test('what there is at once at most adds up along the same steps', () => {
  const peaks = replayPeaks(handScript(STEPS), {
    speed: 1,
    scaled: (cpuMilli, memBytes) => ({ cpuMilli, memBytes }),
    isOnNode: () => true,
    startsPerSecond: 3,
    publishes: true,
  });
  // 100 + 300 + 100 millicores, from the resize on.
  expect(peaks).toMatchObject({ containersAtOnce: 3, cpuMilli: 500, memBytes: 256 * MIB });
});
