import { expect, test } from 'vitest';
import type { ReplayView } from '../live/replay/replay-view.ts';
import { replayFrame } from './replay-frame.ts';
import { replayScreen } from './replay-screen.ts';

const VIEW: ReplayView = {
  simUs: 60e6,
  durationUs: 120e6,
  wallMs: 3000,
  speed: 20,
  heldMs: 19_300,
  lateMs: 12,
  steps: { all: 326, done: 326, failed: 2, missed: 0, underWay: 0 },
  nodes: [{ name: 'node-1', engine: 'docker', isUp: true, isCutOff: false, speed: 1, expected: 1, actual: 1 }],
  services: [{ name: 'web', expected: 1, actual: 1, readyExpected: 1, readyActual: 1 }],
  engines: [{ name: 'docker', isAway: false, busy: 3 }],
  checkpoints: { done: 14, equal: 14 },
  troubles: [],
};

function screen(isWhole: boolean, columns = 80): { written: string[]; it: ReturnType<typeof replayScreen> } {
  const written: string[] = [];
  const stream = { columns, rows: 24, write: (text: string) => written.push(text) > 0 };
  return { written, it: replayScreen(stream, { title: 'Shop', isWhole, colours: false }) };
}

test.each([true, false])('once a screen has ended nothing is drawn on it (the whole of a terminal: %s)', (isWhole) => {
  const { written, it } = screen(isWhole);
  it.draw(VIEW);
  it.end('stopping');
  const before = written.length;
  it.draw({ ...VIEW, wallMs: 60_000 });
  it.end('interrupted');
  expect(written.join('')).toContain('stopping');
  expect(written).toHaveLength(before);
});

test('on 80 columns all of the numbers of a replay that goes well are seen', () => {
  const { written, it } = screen(true);
  it.draw({ ...VIEW, steps: { ...VIEW.steps, failed: 0 } });
  const text = written.join('');
  expect(text).toContain(' 326 of 326 steps   late 12 ms   held 19.3 s   checkpoints 14/14 equal\r\n');
  expect(text).toContain('nothing has gone wrong');
});

test('nodes have the room that services leave, and what went wrong keeps some', () => {
  const nodes = Array.from({ length: 20 }, (_, k) => ({ ...VIEW.nodes[0], name: `node-${k + 1}` }));
  const frame = (troubles: ReplayView['troubles']): string[] =>
    replayFrame({ ...VIEW, nodes, troubles }, 80, 24, { title: 'Shop', colours: false }).split('\n');
  const calm = frame([]);
  expect(calm).toHaveLength(24);
  expect(calm).toContainEqual(expect.stringMatching(/^ and 7 more nodes/));
  expect(calm.at(-2)).toContain('nothing has gone wrong');
  const bad = frame([1, 2, 3, 4].map((k) => ({ simUs: k, wallMs: k, what: `trouble ${k}` })));
  expect(bad.filter((line) => line.includes('trouble '))).toHaveLength(4);
});

test('a log says one container, and several', () => {
  const { written, it } = screen(false);
  it.draw(VIEW);
  expect(written.join('')).toBe(
    '0:01:00 of 0:02:00 (50 %), 326/326 steps, 2 failed, 1 container (1 predicted), 14/14 checkpoints equal, late 12 ms\n',
  );
});
