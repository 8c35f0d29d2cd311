import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { baton, folderWith } from './baton.ts';

const PODS = 'name,arrives,runs,cpu,mem\na,0s,10s,1,1Gi\nb,2s,10s,2,1Gi\nc,3s,5s,1,1Gi\n';
const RUN = ['run', '--cluster', '1 x 2cpu 8Gi', '--workload', 'pods.csv', '--policy', 'first-fit'];

test('baton run --series and --trace write what the names say, and the fingerprint stays', { timeout: 60_000 }, () => {
  const folder = folderWith({ 'pods.csv': PODS });
  const plain = baton(folder, ...RUN).stdout;
  const { code, stdout } = baton(folder, ...RUN, '--series', 's.csv,s.om,s.parquet', '--trace', 't.json');
  expect(code).toBe(0);
  expect(stdout.split('\n')[0]).toBe(plain.split('\n')[0]);
  expect(stdout).toMatch(/Written: s\.csv\nWritten: s\.om\nWritten: s\.parquet\nWritten: t\.json\n$/);
  expect(readFileSync(join(folder, 's.csv'), 'utf8')).toMatch(
    /^timeUs,name,unit,value\n\d+,baton_cpu_allocated_share,share,/,
  );
  expect(readFileSync(join(folder, 's.om'), 'utf8')).toContain('baton_pods_running{policy="first-fit",seed="1"} ');
  const { traceEvents } = JSON.parse(readFileSync(join(folder, 't.json'), 'utf8')) as { traceEvents: TraceEvent[] };
  // On 2 CPUs b waits for a; c fits beside a and passes b.
  expect(traceEvents.filter((event) => event.ph === 'X').map((event) => [event.ts / 1e6, event.dur / 1e6])).toEqual([
    [0, 10],
    [3, 5],
    [10, 10],
  ]);
  expect(existsSync(join(folder, 't.json.journal.tmp'))).toBe(false);
});

test('what cannot be exported or drawn is one sentence', { timeout: 60_000 }, () => {
  const folder = folderWith({ 'pods.csv': PODS });
  for (const [flags, sentence] of [
    [['--series', 's.xlsx'], 'cannot tell the format'],
    [['--series', 'pods.csv'], 'the series would be written over this input'],
    [['--trace', 't.txt'], 'end its name in .json'],
    [['--live'], 'this is a run of pods alone'],
    [['--live', '--live-speed', 'fast'], 'write how much faster'],
  ] as const) {
    const { code, sentences } = baton(folder, ...RUN, ...flags);
    expect(code, flags.join(' ')).toBe(2);
    expect(sentences.join('\n')).toContain(sentence);
  }
});

interface TraceEvent {
  readonly ph: string;
  readonly ts: number;
  readonly dur: number;
}
