import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openbWorkload } from '../../orchestrators/kubernetes/performance/openb-workload.ts';
import type { SchedulerWorkload } from '../../orchestrators/kubernetes/performance/scheduler-workload.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import { blankRow } from '../../sim/pod-source.ts';
import { DropReport } from '../../workloads/drop-report.ts';
import { openbNodes } from '../../workloads/readers/openb-nodes.ts';
import { openbPods } from '../../workloads/readers/openb-pods.ts';
import { fileSource } from './file-source.ts';
import { traceFolder } from './reference-data.ts';

/**
 * The 1,213 GPU machines of openb and the pods of its default list that ask for GPUs (7,064 of 8,152), as a Kubernetes
 * workload; undefined where the traces are not.
 */
export function openbKubernetes(): SchedulerWorkload | undefined {
  const folder = traceFolder();
  const [nodes, pods] = ['node_list_gpu_node', 'pod_list_default'].map((name) =>
    join(folder ?? '', 'openb', `openb_${name}.csv`),
  );
  if (folder === undefined || !existsSync(nodes) || !existsSync(pods)) return undefined;
  const requests: PodRequest[] = [];
  const source = openbPods(fileSource(pods, 'the pods of openb'), new DropReport(), { times: 'none' });
  const row = blankRow();
  while (source.next(row)) if ((row.request.gpuCount ?? 0) > 0) requests.push(row.request);
  return openbWorkload(openbNodes(fileSource(nodes, 'the machines of openb')), requests);
}
