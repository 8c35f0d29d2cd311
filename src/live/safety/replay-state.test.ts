import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import type { ReplayRecord } from '../replay/replay-record.ts';
import { addressWithoutPassword } from '../engine/address-without-password.ts';
import { keepReplayState, noteCleaned } from './replay-state.ts';
import { enginesOfReplay, isUnfinished, readReplayState, replaysIn } from './saved-replay.ts';
import type { ReplayBegin, StateLine } from './state-line.ts';
import { scriptText } from '../script/write-script.ts';
import { tinyScript } from '../../../test/tiny-script.ts';

const script = tinyScript([{ name: 'a' }], [{ atUs: 0, do: 'start', pod: 0, node: 0 }]);
const begin: ReplayBegin = {
  at: '2026-11-22T12:00:00.000Z',
  speed: 60,
  scaleCpu: 'shares',
  scaleMem: 0.1,
  engines: [{ name: 'one', address: 'ssh://me:secret@host', nodes: ['node-a', 'node-b'] }],
  fromUs: 0,
};
const at = (simUs: number) => ({ wallMs: simUs / 60_000, simUs });
const step = (simUs: number): StateLine => ({
  kind: 'step',
  outcome: { step: 0, due: at(simUs), begun: at(simUs), done: at(simUs), outcome: 'done' },
});
const record = { outcome: 'finished' } as ReplayRecord;

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'baton-state-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
});

test('what was kept is read again: script, beginning, lines, the time reached', () => {
  const state = keepReplayState(root, script, begin);
  state.append(step(5e6));
  state.append({ kind: 'time', at: at(9e6), heldMs: 3 });
  state.close();
  const saved = readReplayState(root, 'run-1');
  expect(saved.script).toEqual(script);
  expect(saved.begin).toEqual({
    kind: 'begin',
    ...begin,
    engines: [{ name: 'one', address: 'ssh://me@host', nodes: ['node-a', 'node-b'] }],
  });
  expect(saved.lines.slice(1)).toEqual([step(5e6), { kind: 'time', at: at(9e6), heldMs: 3 }]);
  expect([saved.reachedUs, saved.outcome, saved.isCleaned]).toEqual([9e6, undefined, false]);
  expect(readdirSync(state.folder).sort()).toEqual(['calls.ndjson', 'script.json', 'state.ndjson']);
});

test('a replay that ended has its record, and does not count as unfinished', () => {
  const state = keepReplayState(root, script, begin);
  expect(isUnfinished(root, 'run-1')).toBe(true);
  state.finish(record);
  expect(isUnfinished(root, 'run-1')).toBe(false);
  expect(JSON.parse(readFileSync(join(state.folder, 'record.json'), 'utf8'))).toEqual(record);
  expect(readReplayState(root, 'run-1').outcome).toBe('finished');
  expect(state.fault).toBeUndefined();
});

test('one that was killed is unfinished until it is cleaned', () => {
  keepReplayState(root, script, begin).close();
  noteCleaned(root, 'run-1', 0);
  expect(isUnfinished(root, 'run-1')).toBe(false);
  expect(readReplayState(root, 'run-1').isCleaned).toBe(true);
  noteCleaned(root, 'never-heard-of');
  expect(replaysIn(root)).toEqual(['run-1']);
});

test('cut at any byte it can be read, is a beginning of what was written, and can be gone on with', () => {
  const lines = [step(1e6), step(2e6), { kind: 'trouble', at: at(3e6), what: 'the engine “one” is away' } as const];
  const path = join(root, 'run-1', 'state.ndjson');
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
      noteCleaned(root, 'run-1');
      const state = keepReplayState(root, script, begin);
      const beginBytes = readFileSync(path).length;
      for (const line of lines) state.append(line);
      state.close();
      const whole = readReplayState(root, 'run-1').lines;
      const bytes = readFileSync(path).length;
      truncateSync(path, beginBytes + Math.floor(share * (bytes - beginBytes)));
      const cut = readReplayState(root, 'run-1');
      expect(whole.slice(0, cut.lines.length)).toEqual(cut.lines);
      const again = keepReplayState(root, script, { ...begin, fromUs: cut.reachedUs }, true);
      again.append(step(4e6));
      again.close();
      const resumed = readReplayState(root, 'run-1');
      expect(resumed.lines.slice(0, cut.lines.length)).toEqual(cut.lines);
      expect(resumed.lines.slice(cut.lines.length).map(({ kind }) => kind)).toEqual(['begin', 'step']);
      expect([resumed.begin.fromUs, resumed.reachedUs]).toEqual([cut.reachedUs, 4e6]);
    }),
    { numRuns: 60 },
  );
});

test('one that was broken off is not begun anew, for it knows what must be cleaned', () => {
  keepReplayState(root, script, begin).close();
  expect(() => keepReplayState(root, script, begin)).toThrow(
    `a replay of run "run-1" was broken off and may have left containers on one (ssh://me@host); go on with it with --resume, remove them with --clean run-1, or remove ${join(root, 'run-1')} if that engine is no more`,
  );
  keepReplayState(root, script, begin, true).close();
  noteCleaned(root, 'run-1');
  keepReplayState(root, script, begin).close();
});

test('engines of all beginnings are known, so that all can be cleaned', () => {
  keepReplayState(root, script, begin).close();
  const other = { name: 'two', address: 'unix:///two.sock', nodes: [] };
  keepReplayState(root, script, { ...begin, engines: [other] }, true).close();
  expect(enginesOfReplay(root, 'run-1').map(({ address }) => address)).toEqual(['ssh://me@host', 'unix:///two.sock']);
});

describe('what cannot be read is told in a sentence', () => {
  test('no replay of that run, or none at all', () => {
    expect(() => readReplayState(root, 'other')).toThrow(
      `no replay of run "other" is kept in ${root}; there are none; --out names another folder`,
    );
    keepReplayState(root, script, begin).close();
    expect(() => readReplayState(root, 'other')).toThrow('there are: run-1');
  });

  test('an id that leads elsewhere', () => {
    for (const id of ['../x', '', '.', 'a/b', '..'])
      expect(() => readReplayState(root, id)).toThrow('is no id of a run');
  });

  test('a replay that was killed before its first line, and one of another format', () => {
    const state = keepReplayState(root, script, begin);
    state.close();
    writeFileSync(join(state.folder, 'state.ndjson'), '{"kind":"beg');
    expect(() => readReplayState(root, 'run-1')).toThrow('ended before its first step');
    expect(isUnfinished(root, 'run-1')).toBe(false);
    writeFileSync(join(state.folder, 'script.json'), JSON.stringify({ ...script, format: 'baton-replay-script/9' }));
    expect(() => readReplayState(root, 'run-1')).toThrow('this is no script ("format" is "baton-replay-script/9"');
    expect(enginesOfReplay(root, 'run-1')).toEqual([]);
  });
});

test('whatever a file of it holds, it is read in part or refused in a sentence, and its engines are still known', () => {
  keepReplayState(root, script, begin).close();
  const stateFile = join(root, 'run-1', 'state.ndjson');
  const whole = readFileSync(stateFile, 'utf8');
  const strange = fc.oneof(
    fc.json(),
    fc.constantFrom('{"kind":"begin"}', '{"kind":"time","at":null}', '{"kind":"step","outcome":{}}', '{"kind":"end"}'),
  );
  fc.assert(
    fc.property(strange, fc.boolean(), (text, isOfScript) => {
      if (isOfScript) {
        writeFileSync(join(root, 'run-1', 'script.json'), text);
        expect(() => readReplayState(root, 'run-1')).toThrow(/script\.json: this is no script/);
      } else {
        writeFileSync(join(root, 'run-1', 'script.json'), scriptText(script));
        writeFileSync(stateFile, `${text}\n${whole}${text}\n`);
        expect(readReplayState(root, 'run-1').reachedUs).toBe(0);
      }
      expect(enginesOfReplay(root, 'run-1').map(({ name }) => name)).toEqual(['one']);
      expect(isUnfinished(root, 'run-1')).toBe(true);
    }),
  );
});

test('numbers without an end are kept as they are', () => {
  const endless = { ...script, predicted: { metrics: { most: Infinity } } };
  keepReplayState(root, endless, begin).close();
  expect(readReplayState(root, 'run-1').script.predicted).toEqual(endless.predicted);
});

test('of an earlier replay nothing is left but its calibration', () => {
  const { folder } = keepReplayState(root, script, begin);
  for (const name of ['record.json', 'report.html', 'calibration.json']) writeFileSync(join(folder, name), '{}');
  noteCleaned(root, 'run-1');
  keepReplayState(root, script, begin).close();
  expect(readdirSync(folder).sort()).toEqual(['calibration.json', 'calls.ndjson', 'script.json', 'state.ndjson']);
});

test('a state that can no longer be written says so and lets the replay go on', () => {
  const state = keepReplayState(root, script, begin);
  rmSync(state.folder, { recursive: true });
  state.finish(record);
  expect(state.fault).toContain(`what the replay does can no longer be kept in ${state.folder}: ENOENT`);
});

test('passwords of addresses are not kept', () => {
  expect(
    ['tcp://u:p@h:2376', 'ssh://u@h', 'tcp://:p@h', 'unix:///a/b@c', 'tcp://h:1', 'my-context'].map(
      addressWithoutPassword,
    ),
  ).toEqual(['tcp://u@h:2376', 'ssh://u@h', 'tcp://h', 'unix:///a/b@c', 'tcp://h:1', 'my-context']);
});
