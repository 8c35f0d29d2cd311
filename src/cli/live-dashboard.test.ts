import { expect, test } from 'vitest';
import { livingSnapshot } from '../../test/living-fixture.ts';
import type { RunResult } from '../sim/result.ts';
import { progressLine, runLive, type SteppedRun } from './live-dashboard.ts';
import { clockText, frame } from './live-frame.ts';
import { LiveHistory } from './live-history.ts';

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
const plain = { colours: false };

test('every frame has its lines and no more than its columns, in colour and without', () => {
  for (const [width, height] of [
    [80, 24],
    [200, 60],
    [100, 30],
    [40, 10],
  ])
    for (const nodes of [0, 1, 12, 300, 5000])
      for (const colours of [true, false]) {
        const lines = frame(livingSnapshot(270, nodes), width, height, { colours, speed: 900 }).split('\n');
        expect(lines.length).toBe(height);
        for (const line of lines) expect([...line.replace(ESCAPES, '')].length, line).toBeLessThanOrEqual(width);
        if (!colours) expect(lines.join('')).not.toContain('\u001b');
      }
});

test('80 x 24 without colours: clock, a cell for each node, services, newest decisions first', () => {
  const snapshot = livingSnapshot();
  const history = new LiveHistory();
  for (let at = 240; at <= 270; at++) history.add(livingSnapshot(at));
  const text = frame(snapshot, 80, 24, { ...plain, history, speed: 3600 });
  const lines = text.split('\n');
  // Point 270 of 400 over 6 h ends at 271/400 * 6 h = 4:03:54.
  expect(lines[0]).toMatch(/^baton {2}4:03:54 of 6:00:00 +67 % █+░+ .*1\.0 h\/s$/);
  // The ten states of the fixture go round: node 11 and 12 are ready again.
  expect(lines[1]).toBe('Nodes 8 ready, 1 coming +, 1 leaving -, 1 unready ?, 1 down ✗   digits: CPU');
  // Nodes 1, 3, 5 … are of zone-a; cell k shows (k * 9.3 %) mod 105 % in tenths: 0, 19, 37, 56, 93 % in
  // zone-a, of zone-b 9, 65 and 102 %.
  expect(lines[2]).toBe(' zone-a  0 2 4 6 - 9');
  expect(lines[3]).toBe(' zone-b  1 ✗ ? 7 + 9');
  expect(lines[5]).toMatch(/^ service +ready +req\/s +fail\/s +p99 +CPU +requests +p99$/);
  expect(lines[6]).toMatch(/^ web +\d+\/\d+ +[\d.k]+ +\d+ +\d+ ms +\d+ % +[▁▂▃▄▅▆▇█]+ +[▁▂▃▄▅▆▇█]+$/);
  const times = lines.slice(10).flatMap((line) => /^ +(\d:\d\d:\d\d) /.exec(line)?.[1] ?? []);
  expect(times.length).toBe(14);
  expect([...times].sort().reverse()).toEqual(times);
  expect(text).toContain('horizontal web 3');
});

test('nodes beyond the room share cells', () => {
  const many = frame(livingSnapshot(270, 5000), 120, 24, plain);
  // Two zones of 2,500 nodes in 5 lines of 110 cells: 2,500 / 16 = 157 cells, two lines each.
  expect(many).toContain('a cell: 16 nodes');
  expect(many.split('\n').slice(2, 6).join('')).toMatch(
    /^ zone-a {2}[\d?✗+-]+ {9}[\d?✗+-]+ zone-b {2}[\d?✗+-]+ {9}[\d?✗+-]+$/,
  );
  expect(frame(livingSnapshot(270, 12), 80, 24, plain)).not.toContain('a cell');
});

test('colours: hot nodes are red, cool ones blue; what is down is a mark of its own', () => {
  const text = frame(livingSnapshot(), 80, 24, { colours: true });
  expect(text).toContain('\u001b[38;5;24m■');
  expect(text).toContain('\u001b[38;5;203m✗');
});

test('a name cannot move the cursor', () => {
  const snapshot = livingSnapshot();
  const services = snapshot.services.map((one) => ({ ...one, name: '\u001b[2Jweb\u202e\n漢🚀' }));
  const text = frame({ ...snapshot, services }, 80, 24, plain);
  expect(text).not.toContain('\u001b');
  expect(text).toContain(' ?[2Jweb????');
});

test('clock and progress line', () => {
  expect(clockText(93_784_000_000)).toBe('1 d 2:03:04');
  expect(progressLine(livingSnapshot(0, 2))).toMatch(
    /^0:00:54 of 6:00:00 \(0 %\), 2 of 2 nodes ready, web \d+\/\d+ at \d+\/s p99 \w+ ms, cart .*, \$0\.01$/,
  );
});

test('sparklines scale to the largest shown', () => {
  const history = new LiveHistory(4);
  const at = (requestsPerSecond: number) => ({
    ...livingSnapshot(),
    services: [{ ...livingSnapshot().services[0], name: 'a', requestsPerSecond }],
  });
  for (const rate of [1000, 0, 50, 100, Number.NaN]) history.add(at(rate));
  // The first has fallen out of the four that are kept; of the rest 100 is the largest.
  expect(history.sparkline('a/requests', 6)).toBe('  ▁▄█ ');
  // In two characters: the larger of 0 and 50, and 100.
  expect(history.sparkline('a/requests', 2)).toBe('▄█');
  expect(history.sparkline('b/requests', 3)).toBe('   ');
});

/** A run of 100 events, one a simulated minute; the clock of the test moves by 1 ms whenever it is read. */
function world(fails = false) {
  const written: string[] = [];
  let ms = 0;
  let at = 0;
  const run: SteppedRun = {
    get nowUs() {
      return at * 60e6;
    },
    endUs: 6000e6,
    step: () => {
      if (fails && at === 50) throw new Error('a bug');
      return ++at < 100;
    },
    snapshot: () => livingSnapshot(Math.min(399, 4 * at)),
    result: () => ({ fingerprint: 'f' }) as RunResult,
  };
  const clock = {
    now: () => ms++,
    pause: (forMs: number) => {
      ms += forMs;
      return Promise.resolve();
    },
  };
  const stream = { isTTY: true, columns: 80, rows: 24, write: (text: string) => written.push(text) };
  return { run, clock, stream, written, elapsedMs: () => ms };
}

test('on a terminal: the other screen, then the last frame on the old one with the cursor shown', async () => {
  const { run, clock, stream, written } = world();
  const signal = new AbortController().signal;
  const result = await runLive(run, { stream, colours: false, signal, ...clock });
  expect(result?.fingerprint).toBe('f');
  expect(written[0]).toContain('\u001b[?1049h');
  expect(written.at(-2)).toBe('\u001b[?25h\u001b[?1049l');
  expect(written.at(-1)).toMatch(/^baton .*finished\n/);
});

test('the cursor comes back when the run fails or is interrupted', async () => {
  const broken = world(true);
  const quiet = new AbortController();
  await expect(
    runLive(broken.run, { stream: broken.stream, colours: true, signal: quiet.signal, ...broken.clock }),
  ).rejects.toThrow('a bug');
  expect(broken.written.at(-1)).toBe('\u001b[?25h\u001b[?1049l');

  const stopped = world();
  const stop = new AbortController();
  const pause = (ms: number) => (stop.abort(), stopped.clock.pause(ms));
  const options = { stream: stopped.stream, colours: false, signal: stop.signal, speed: 1, now: stopped.clock.now };
  expect(await runLive(stopped.run, { ...options, pause })).toBeUndefined();
  expect(stopped.written.slice(-2)[0]).toBe('\u001b[?25h\u001b[?1049l');
  expect(stopped.written.at(-1)).toContain('interrupted');
});

test('a wished speed is kept: 99 simulated minutes at 600 a second last 9.9 s', async () => {
  const { run, clock, stream, elapsedMs } = world();
  await runLive(run, { stream, colours: false, signal: new AbortController().signal, speed: 600, ...clock });
  expect(elapsedMs()).toBeGreaterThan(9700);
  expect(elapsedMs()).toBeLessThan(10_500);
});

test('without a terminal: lines, no escapes', async () => {
  const { run, clock, stream, written } = world();
  await runLive(run, {
    stream: { ...stream, isTTY: false },
    colours: false,
    signal: new AbortController().signal,
    speed: 600,
    ...clock,
  });
  expect(written.join('')).not.toContain('\u001b');
  expect(written.at(-1)).toMatch(/, finished\n$/);
  expect(written.length).toBeGreaterThan(4);
});
