import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { placementPolicies } from '../src/policies/placement/index.ts';
import { measurePlacement, type PlacementCell, type PlacementResult } from './placement-cell.ts';

const GENERAL = [
  'first-fit',
  'best-fit',
  'worst-fit',
  'least-allocated',
  'most-allocated',
  'balanced-allocation',
  'dot-product',
  'l2-norm',
  'tetris',
];
const FOR_GPUS = ['gpu-clustering', 'gpu-packing', 'fgd', 'fgd-best-fit', 'fgd-dot-product'];

const { values: flags } = parseArgs({
  options: {
    cell: { type: 'string' },
    nodes: { type: 'string', default: '100,1000,10000,100000' },
    shapes: { type: 'string', default: '10,300,10000' },
    policies: { type: 'string', default: [...GENERAL, ...FOR_GPUS].join() },
    classes: { type: 'string', default: '1' },
    effort: { type: 'string', default: '1' },
    json: { type: 'string' },
    markdown: { type: 'string' },
  },
});

if (flags.cell !== undefined)
  process.stdout.write(JSON.stringify(measurePlacement(JSON.parse(flags.cell) as PlacementCell)));
else measureAll();

function measureAll(): void {
  const results: PlacementResult[] = [];
  for (const cell of cells()) {
    const result = inOwnProcess(cell);
    results.push(result);
    process.stderr.write(`${row(result)}\n`);
  }
  const text = report(results);
  process.stdout.write(text);
  if (flags.markdown !== undefined) writeFileSync(flags.markdown, text);
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? '' };
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify({ ...machine, results }, null, 2)}\n`);
}

function cells(): PlacementCell[] {
  const numbers = (text: string): number[] => text.split(',').map(Number);
  return flags.policies.split(',').flatMap((policy) =>
    numbers(flags.classes).flatMap((classes) =>
      numbers(flags.nodes).flatMap((nodes) =>
        numbers(flags.shapes).map((shapes) => {
          const gpus = FOR_GPUS.includes(policy);
          return { policy, nodes, shapes, classes, gpus, effort: Number(flags.effort) };
        }),
      ),
    ),
  );
}

function inOwnProcess(cell: PlacementCell): PlacementResult {
  const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--cell', JSON.stringify(cell)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.status !== 0) throw new Error(`the cell ${JSON.stringify(cell)} failed`);
  return JSON.parse(child.stdout) as PlacementResult;
}

function report(results: readonly PlacementResult[]): string {
  const own = placementPolicies.filter(({ name }) => ![...GENERAL, ...FOR_GPUS].includes(name)).map(({ name }) => name);
  return [
    '# Choosing a node: indexes against a scan',
    '',
    'One completion and one placement a decision at 80 % of the CPU allocated, shapes drawn uniformly. Microseconds of',
    'CPU time a decision, everything included; all choosers made the same choices (checksum over those compared). In',
    'brackets the work a decision took: nodes asked whether the pod fits + scores computed.',
    `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}. Not here, since they choose without scores: ${own.join(', ')}.`,
    '',
    '| policy | nodes | shapes | node sizes | automatic | block maxima | k-d tree | scan | scan / automatic | choices |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---:|---|',
    ...results.map(row),
    '',
  ].join('\n');
}

function row(result: PlacementResult): string {
  const cell = (kind: string): string => {
    const run = result.runs.find((one) => one.kind === kind);
    if (run === undefined) return '–';
    const work = [run.counters.nodeEvaluations, run.counters.scoreCalls];
    return `${run.cpuUsPerDecision.toFixed(2)} (${work.map((count) => (count / run.decisions).toFixed(1)).join('+')})`;
  };
  const kinds = ['auto', 'block-maxima', 'kd-tree', 'scan'].map(cell).join(' | ');
  const { policy, nodes, shapes, classes, gpus, ratio, checksum, compared } = result;
  const sizes = `${classes}${gpus ? ', half with GPUs' : ''}`;
  return `| ${policy} | ${nodes} | ${shapes} | ${sizes} | ${kinds} | ${ratio.toFixed(1)} × | ${checksum} of ${compared} |`;
}
