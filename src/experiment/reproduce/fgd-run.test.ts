import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blankRow } from '../../sim/pod-source.ts';
import { bytesOf } from '../../workloads/byte-source.ts';
import { DropReport } from '../../workloads/drop-report.ts';
import { openbNodes } from '../../workloads/readers/openb-nodes.ts';
import { openbPods } from '../../workloads/readers/openb-pods.ts';
import { traceDir } from '../../../test/trace-dir.ts';
import { fgdArrivals, type TracePod } from './fgd-arrivals.ts';
import { FGD_REFERENCE_FILES, fgdReference } from './fgd-reference.ts';
import { fgdRun, fgdTrace, type FgdTrace } from './fgd-run.ts';
import { fgdVerdict } from './fgd-verdict.ts';
import { GoRandom } from './go-random.ts';

const traces = traceDir();
const reference = traces && join(traces, '..', 'reference', 'fgd');
const available = reference !== undefined && existsSync(reference);

function trace(name: string): FgdTrace {
  const file = (path: string): Uint8Array => readFileSync(join(traces!, 'openb', path));
  const nodes = openbNodes(bytesOf('nodes', file('openb_node_list_gpu_node.csv')));
  const source = openbPods(bytesOf(name, file(`openb_pod_list_${name}.csv`)), new DropReport(), { times: 'none' });
  const row = blankRow();
  const pods: TracePod[] = [];
  while (source.next(row)) pods.push({ name: row.name!, request: row.request });
  return fgdTrace(nodes, pods);
}

const sha256 = (lines: Iterable<string | number>): string =>
  createHash('sha256')
    .update([...lines].join('\n'))
    .digest('hex');

test.skipIf(!available)('arrival orders and node ranks of all 60 published runs have the known SHA-256', () => {
  const rows = readFileSync(join(reference!, 'derived_arrival_order.csv'), 'utf8').trim().split(/\r?\n/).slice(1);
  expect(rows.length).toBe(60);
  let loaded: { name: string; trace: FgdTrace } | undefined;
  for (const row of rows) {
    const [name, seed, arrivals, , , , orderHash, , , rankHash] = row.split(',');
    if (loaded?.name !== name) loaded = { name: name, trace: trace(name) };
    const go = new GoRandom(Number(seed));
    go.skip(1);
    const order = fgdArrivals(loaded.trace.pods, loaded.trace.gpus * 1000, 1.3, go);
    go.skip(10);
    const ranks = go.perm(loaded.trace.nodes.length);
    expect([order.length, sha256(order.map((pod) => pod.name)), sha256(ranks)], `${name} seed ${seed}`).toEqual([
      Number(arrivals),
      orderHash,
      rankHash,
    ]);
  }
});

test.skipIf(!available)(
  'the five deterministic policies equal the published curves on the default trace, seed 42',
  () => {
    const texts = Object.fromEntries(
      Object.entries(FGD_REFERENCE_FILES).map(([curve, name]) => [
        curve,
        { name, text: readFileSync(join(reference!, name), 'utf8') },
      ]),
    ) as unknown as Parameters<typeof fgdReference>[0];
    const published = fgdReference(texts).filter(
      (run) => run.workload === 'openb_pod_list_default' && run.seed === 42 && run.policy !== '01-Random',
    );
    const openb = trace('default');
    const runs = published.map((run) => fgdRun(openb, run.policy, run.ratio, run.seed));
    const verdict = fgdVerdict(published, runs);
    expect(verdict.differences).toEqual([]);
    expect(verdict).toMatchObject({ passed: true, deterministicRuns: 5, equalRuns: 5 });

    // And the verdict can fail: one published point moved by a hundredth.
    const moved = structuredClone(published);
    moved[0].curves.allocated[77] += 0.01;
    expect(fgdVerdict(moved, runs)).toMatchObject({ passed: false, equalRuns: 4 });
  },
);

test('a small trace is tuned up by clones to just below the target, and down by removals to at most the target', () => {
  const pods: TracePod[] = Array.from({ length: 10 }, (_, k) => ({
    name: `pod-${k}`,
    request: { cpuMilli: 1000, memBytes: 0, gpuCount: 1, gpuMilli: 500 },
  }));
  // 10 pods ask for 5,000 milli-GPU. Two GPUs at ratio 4: target 8,000, so six clones of 500.
  const up = fgdArrivals(pods, 2000, 4, new GoRandom(42));
  expect(up.length).toBe(16);
  // At ratio 1.3 the target is 2,600: five pods (2,500) remain.
  expect(fgdArrivals(pods, 2000, 1.3, new GoRandom(42)).length).toBe(5);
});
