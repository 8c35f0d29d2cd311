import type { TimelineSeries } from '../../sim/monitoring/living-result.ts';
import type { Curves, RunResult } from '../../sim/result.ts';
import type { Timeline } from './series-rows.ts';

const SERIES: readonly (Omit<TimelineSeries, 'labels' | 'values'> & { curve: Exclude<keyof Curves, 'timeUs'> })[] = [
  { curve: 'cpuShare', name: 'baton_cpu_allocated_share', title: 'CPU that running pods asked for', unit: 'share' },
  {
    curve: 'memShare',
    name: 'baton_memory_allocated_share',
    title: 'Memory that running pods asked for',
    unit: 'share',
  },
  { curve: 'gpuShare', name: 'baton_gpu_allocated_share', title: 'GPU that running pods asked for', unit: 'share' },
  { curve: 'running', name: 'baton_pods_running', title: 'Pods running', unit: '' },
  { curve: 'pending', name: 'baton_pods_pending', title: 'Pods waiting', unit: '' },
  { curve: 'nodesUsed', name: 'baton_nodes_used', title: 'Nodes with a pod', unit: '' },
  { curve: 'fragmentation', name: 'baton_fragmentation_share', title: 'Free capacity of no use', unit: 'share' },
];

/** The series of any run: the timeline of a living cluster; of a run of pods alone its curves. */
export function timelineOf({ living, curves }: Pick<RunResult, 'living' | 'curves'>): Timeline {
  if (living) return living.timeline;
  return {
    timeUs: curves.timeUs,
    series: SERIES.map(({ curve, ...rest }) => ({ ...rest, labels: {}, values: curves[curve] })),
  };
}
