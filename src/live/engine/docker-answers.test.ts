import { expect, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import { EVENT_LINE, INFO_ANSWER, LIST_ANSWER, momentMs, STATS_ANSWER, unframedLog } from './docker-answers.ts';
import { ndjsonLines } from './ndjson-lines.ts';

test('moments have parts of milliseconds, and the year 1 is never', () => {
  expect(momentMs('2026-11-22T12:00:00.1234567Z')).toBeCloseTo(Date.UTC(2026, 10, 22, 12) + 123.4567, 3);
  expect(momentMs('2026-11-22T13:00:00+01:00')).toBe(Date.UTC(2026, 10, 22, 12));
  expect(momentMs('0001-01-01T00:00:00Z')).toBeNaN();
  expect(momentMs('soon')).toBeNaN();
});

test('memory in use leaves out file pages, by either version of control groups', () => {
  const stats = (memory: object) =>
    STATS_ANSWER.parse({
      read: '2026-11-22T12:00:00Z',
      cpu_stats: { cpu_usage: { total_usage: 5e6 } },
      memory_stats: memory,
    });
  expect(stats({ usage: 1000, stats: { total_inactive_file: 300, inactive_file: 100 } })).toMatchObject({
    memBytes: 700,
    cpuTotalMs: 5,
  });
  expect(stats({ usage: 1000, stats: { inactive_file: 100 } }).memBytes).toBe(900);
  expect(stats({}).memBytes).toBe(0);
});

test('an event of a container, and what is not one', () => {
  const Attributes = { name: 'web-1', image: 'app:1', exitCode: '137', execDuration: '3', 'dev.baton.run': 'r' };
  const event = { Type: 'container', Action: 'die', Actor: { ID: 'abc', Attributes }, timeNano: 1795348701931.5e6 };
  expect(EVENT_LINE.parse(event)).toEqual({
    atMs: 1795348701931.5,
    what: 'die',
    id: 'abc',
    name: 'web-1',
    image: 'app:1',
    labels: { 'dev.baton.run': 'r' },
    exitCode: 137,
  });
  expect(EVENT_LINE.parse({ ...event, Action: 'exec_start: sh' }).what).toBe('other');
  expect(EVENT_LINE.safeParse({ status: 'pull' }).success).toBe(false);
});

test('what an engine leaves out is not missed', () => {
  expect(LIST_ANSWER.parse([{ Id: 'a', Names: null, Labels: null, State: 'removing', Image: 'x' }])).toEqual([
    { id: 'a', name: '', labels: {}, state: 'removing', image: 'x' },
  ]);
  const least = {
    ID: '',
    Name: 'x',
    ServerVersion: '20.10',
    OSType: 'linux',
    Architecture: 'aarch64',
    NCPU: 2,
    MemTotal: 1,
    Driver: 'vfs',
    ContainersRunning: 0,
  };
  expect(INFO_ANSWER.parse(least)).toMatchObject({
    architecture: 'arm64',
    cgroupVersion: '1',
    canLimitCpu: false,
    canLimitMem: false,
  });
});

test('output comes in frames, or plain', () => {
  const frame = (stream: number, text: string): Buffer => {
    const head = Buffer.alloc(8);
    head[0] = stream;
    head.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  expect(unframedLog(Buffer.concat([frame(1, 'one\n'), frame(2, 'zwö\n')]))).toBe('one\nzwö\n');
  expect(unframedLog(Buffer.from('plain text of a terminal'))).toBe('plain text of a terminal');
  expect(unframedLog(Buffer.alloc(0))).toBe('');
});

test('lines of JSON are read however they are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.jsonValue(), fc.record({ a: fc.string({ unit: 'binary' }) }))),
      fc.array(fc.nat(40)),
      fc.boolean(),
      async (values, cuts, endsWithLine) => {
        const text = values.map((value) => JSON.stringify(value)).join('\r\n') + (endsWithLine ? '\n\n' : '');
        const read: unknown[] = [];
        for await (const value of ndjsonLines(cut(Buffer.from(text), cuts))) read.push(value);
        expect(read).toEqual(values.map((value) => JSON.parse(JSON.stringify(value)) as unknown));
      },
    ),
  );
});

test('a line that is no JSON, or has no end, is an error', async () => {
  const read = async (text: string) => {
    for await (const _ of ndjsonLines(cut(Buffer.from(text), [60_000]))) void _;
  };
  await expect(read('{"a":1}\n{"b"')).rejects.toThrow(SyntaxError);
  await expect(read(`"${'a'.repeat(2_000_000)}`)).rejects.toThrow('a line of more than 1048576 bytes');
});

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes.length === 0 ? bytes.length : sizes[i % sizes.length] + (i % 7 === 6 ? 1 : 0);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
