import { inlineMore } from '../experiment/local/inline-more.ts';
import { openbKubernetes } from '../experiment/local/openb-kubernetes.ts';
import { type MeasuredWorkload, measureWorkload } from '../orchestrators/kubernetes/performance/measure-workload.ts';
import { SCHEDULER_PERF } from '../orchestrators/kubernetes/performance/scheduler-perf.ts';
import type { SchedulerWorkload } from '../orchestrators/kubernetes/performance/scheduler-workload.ts';
import { InputError } from '../sim/input-error.ts';
import type { KubernetesBenchFlags } from './bench.ts';
import { columns, note, print, printJson } from './console-output.ts';

/** `baton bench kubernetes`: pods a CPU second of the default profile, workload by workload. */
export function benchKubernetes(flags: KubernetesBenchFlags): void {
  inlineMore();
  const { scale, repeat, reference } = flags;
  const measured = chosen(flags.workload).map((workload) => {
    const isOpenb = !SCHEDULER_PERF.includes(workload);
    const share = { nodes: isOpenb ? 1 : scale, pods: isOpenb ? 1 : scale };
    const result = measureWorkload(workload, { clockMs, repeat, scale: share, compares: reference });
    if (!flags.json) note(`${workload.name}: ${Math.round(result.podsPerSecond)} pods/s`);
    return result;
  });
  if (flags.json) return printJson(measured.map(plain));
  print(columns([HEAD, ...measured.map(cells)]));
  print(
    [
      '',
      'Pods a second of CPU time: decisions, and taking the pods in; the default profile of kube-scheduler 1.36.',
      'Floors: what scheduler_perf demands of a real control plane in v1.36.2 and in the tree after it, with API server, etcd',
      'and binding; they are no measure of its decisions alone. Reference: the plain core that asks every plugin about every',
      'node, on the same nodes with fewer pods (both cores decided alike), in CPU time per pod. Checksum: of all decisions.',
    ].join('\n'),
  );
}

const HEAD = [
  'workload',
  'nodes',
  'pods',
  'pods/s',
  'floor',
  'newer floor',
  'reference',
  'examined a decision',
  'checksum',
];

function cells({ workload, run, podsPerSecond, compared }: MeasuredWorkload): string[] {
  return [
    workload.name,
    `${run.nodes}`,
    run.placed === run.pods ? `${run.pods}` : `${run.pods} (${run.pods - run.placed} refused)`,
    podsPerSecond.toFixed(0),
    `${workload.floor ?? ''}`,
    `${workload.newerFloor ?? ''}`,
    compared === undefined ? '' : `${compared.ratio.toFixed(0)} × slower`,
    (run.examined / Math.max(1, run.decisions)).toFixed(1),
    run.checksum,
  ];
}

function plain({ workload: { name, upstream, floor, newerFloor }, run, podsPerSecond, compared }: MeasuredWorkload) {
  return { name, upstream, floor, newerFloor, ...run, podsPerSecond, compared };
}

/** Workloads whose name has one of the words in it; all without any. */
function chosen(words: readonly string[] | undefined): SchedulerWorkload[] {
  const openb = openbKubernetes();
  const all = openb === undefined ? [...SCHEDULER_PERF] : [...SCHEDULER_PERF, openb];
  if (words === undefined) return all;
  const wanted = all.filter(({ name }) => words.some((word) => name.toLowerCase().includes(word.toLowerCase())));
  if (wanted.length > 0) return wanted;
  throw new InputError(
    `no workload has ${words.map((word) => `"${word}"`).join(' or ')} in its name; there are ${all.map(({ name }) => name).join('; ')}`,
  );
}

/** CPU milliseconds of the whole process, its compiler and collector threads included. */
function clockMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
