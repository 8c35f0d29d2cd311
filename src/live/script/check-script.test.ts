import { expect, test } from 'vitest';
import { checkScript } from './check-script.ts';
import type { ReplayScript, ScriptStep } from './replay-script.ts';
import { handScript } from './script-fixture.ts';

const START: ScriptStep = { atUs: 0, do: 'start', pod: 0, node: 0 };
const READY: ScriptStep = { atUs: 2, do: 'ready', pod: 0 };
const STOP: ScriptStep = { atUs: 3, do: 'stop', pod: 0, graceUs: 0, why: '' };
const KILL: ScriptStep = { atUs: 3, do: 'kill', pod: 0, why: '' };
const GONE: ScriptStep = { atUs: 4, do: 'gone', pod: 0 };
const DOWN: ScriptStep = { atUs: 3, do: 'node-down', node: 0, why: '' };
const PAUSE: ScriptStep = { atUs: 3, do: 'pause', pod: 0, why: '' };
const AWAY: ScriptStep = { atUs: 0, do: 'node-removed', node: 0 };

test('a life that is possible has no fault', () => {
  const steps: ScriptStep[] = [
    START,
    READY,
    { atUs: 2, do: 'rotate-in', pod: 0 },
    { atUs: 2, do: 'rotate-in', pod: 0, weight: 0.5 },
    PAUSE,
    { atUs: 4, do: 'resume', pod: 0 },
    { atUs: 5, do: 'kill', pod: 0, why: '' },
    { atUs: 6, do: 'restart', pod: 0 },
    { atUs: 7, do: 'ready', pod: 0 },
    { atUs: 8, do: 'stop', pod: 0, graceUs: 30, why: '' },
    { atUs: 9, do: 'finish', pod: 0 },
    { atUs: 9, do: 'gone', pod: 0 },
    { atUs: 9, do: 'node-removed', node: 0 },
    { atUs: 9, do: 'node-added', node: 0 },
  ];
  expect(checkScript(handScript(steps))).toEqual([]);
});

const cases: readonly (readonly [fault: string, steps: readonly ScriptStep[]])[] = [
  ['p-0 has been started before', [START, { ...START, atUs: 1 }]],
  ['p-0 has been started before', [START, GONE, { ...START, atUs: 5 }]],
  ['p-0 has never been started', [STOP]],
  ['p-0 is gone already', [START, GONE, { ...GONE, atUs: 5 }]],
  ['p-0 is started on a node that is not there', [AWAY, START]],
  ['p-0 is started on a node that is down', [DOWN, { ...START, atUs: 3 }]],
  ['p-0 is ready already', [START, READY, READY]],
  ['p-0 has ended', [START, KILL, { ...READY, atUs: 3 }]],
  ['p-0 is paused', [START, PAUSE, { ...READY, atUs: 3 }]],
  ['p-0 is not ready', [START, { atUs: 1, do: 'unready', pod: 0 }]],
  ['p-0 is not in rotation', [START, { atUs: 1, do: 'rotate-out', pod: 0 }]],
  ['p-0 cannot have such a weight; write one above 0', [START, { atUs: 1, do: 'rotate-in', pod: 0, weight: 0 }]],
  ['p-0 has been told to stop before', [START, STOP, STOP]],
  ['p-0 cannot have such a grace; write 0 or more', [START, { ...STOP, graceUs: -1 }]],
  ['p-0 has ended', [START, KILL, STOP]],
  ['p-0 has ended', [START, KILL, KILL]],
  ['p-0 has ended', [START, KILL, { atUs: 3, do: 'finish', pod: 0 }]],
  ['p-0 is paused', [START, PAUSE, { atUs: 3, do: 'finish', pod: 0 }]],
  ['p-0 runs', [START, { atUs: 3, do: 'restart', pod: 0 }]],
  ['p-0 has been told to stop', [START, STOP, KILL, { atUs: 3, do: 'restart', pod: 0 }]],
  ['p-0 is on a node that is down', [START, DOWN, KILL, { atUs: 3, do: 'restart', pod: 0 }]],
  ['p-0 is exited', [START, KILL, PAUSE]],
  ['p-0 is not paused', [START, { atUs: 3, do: 'resume', pod: 0 }]],
  [
    'p-0 cannot have such a size; write 0 or more',
    [START, { atUs: 1, do: 'resize', pod: 0, cpuMilli: -1, memBytes: 0 }],
  ],
  ['n-0 is there already', [{ atUs: 0, do: 'node-added', node: 0 }]],
  ['n-0 still has 1 pods', [START, AWAY]],
  ['n-0 is not there', [AWAY, DOWN]],
  ['n-0 is down already', [DOWN, DOWN]],
  ['n-0 is not down', [{ atUs: 0, do: 'node-up', node: 0 }]],
  ['n-0 is cut off already', [0, 1].map((atUs): ScriptStep => ({ atUs, do: 'node-cut-off', node: 0, why: '' }))],
  ['n-0 is not cut off', [{ atUs: 0, do: 'node-back', node: 0 }]],
  ['n-0 cannot have such a speed; write one above 0', [{ atUs: 0, do: 'node-speed', node: 0, speed: 0, why: '' }]],
  ['it comes before the step before it, which is at 2 µs', [START, READY, { atUs: 1, do: 'unready', pod: 0 }]],
  ['the run ends at 100000000 µs', [{ ...START, atUs: 100e6 + 1 }]],
  ['times are whole numbers of microseconds from 0 on', [{ ...START, atUs: 0.5 }]],
  ['there is no pod 7', [{ ...START, pod: 7 }]],
  ['there is no node 7', [{ ...START, node: 7 }]],
];

test.each(cases)('%s', (fault, steps) => {
  const last = steps.at(-1)!;
  expect(checkScript(handScript(steps))).toEqual([
    `step ${steps.length - 1} (${last.do} at ${last.atUs} µs): ${fault}`,
  ]);
});

test('names of pods are unique and fit for containers', () => {
  const named = (...names: string[]): ReplayScript => {
    const { pods, ...rest } = handScript([]);
    return { ...rest, pods: names.map((name) => ({ ...pods[0], name })) };
  };
  expect(checkScript(named('web-1', 'a.b', 'x'.repeat(63)))).toEqual([]);
  expect(checkScript(named('web', 'web'))).toEqual(['pod 1: "web" is the name of another pod too']);
  for (const wrong of ['', 'Web', '-a', 'a-', 'a_b', 'x'.repeat(64)]) expect(checkScript(named(wrong))).toHaveLength(1);
  const { pods, ...rest } = handScript([]);
  expect(checkScript({ ...rest, pods: [{ ...pods[0], service: 3 }] })).toEqual(['pod 0: there is no service 3']);
});

test('of many faults the first are told', () => {
  expect(checkScript(handScript(Array.from({ length: 50 }, () => GONE)))).toHaveLength(20);
});

test.each([
  ['"../x" is no id of a run', { runId: '../x' }],
  ['"a b" is no id of a run', { runId: 'a b' }],
  ['has control characters', { title: 'a\u001b[31m' }],
  ['node 1: "n-0" is the name of another node too', {}],
  ['pod 0: its workload "a\nb" has control characters', {}],
])('what is printed, and names folders and labels, is harmless: %s', (fault, change) => {
  const script = handScript([]);
  const [node] = script.nodes;
  const [pod] = script.pods;
  const hostile: ReplayScript = {
    ...script,
    ...(fault.startsWith('node') && { nodes: [node, node] }),
    ...(fault.startsWith('pod') && { pods: [{ ...pod, workload: 'a\nb' }] }),
    ...change,
  };
  expect(checkScript(hostile).join()).toContain(fault);
});
