import type { NodeSpec } from '../../../sim/node-spec.ts';
import type { PodRequest } from '../../../sim/pod-request.ts';
import { requestKey } from '../../../sim/pod-request.ts';
import type { Labels } from '../objects/meta.ts';
import type { SchedulerWorkload } from './scheduler-workload.ts';
import { perfNode, podOf, podTemplate, type PodTemplate } from './workload-objects.ts';

const GPU = 'nvidia.com/gpu';
const MODEL = 'nvidia.com/gpu.product';

/**
 * The machines and pods of Alibaba's openb trace as plain Kubernetes objects, one pod after the other until the end; none
 * ever leaves. Plain Kubernetes knows whole devices only: a pod that asks for a part of a GPU asks for one
 * `nvidia.com/gpu`, so that less fits than with sharing. Models become a node label and required node affinity.
 */
export function openbWorkload(machines: readonly NodeSpec[], requests: readonly PodRequest[]): SchedulerWorkload {
  return {
    name: 'openb, GPU machines and pods',
    upstream: 'Alibaba cluster-trace-gpu-v2023',
    steps({ nodes: nodeShare, pods: podShare }) {
      const nodes = machines
        .slice(0, Math.ceil(machines.length * nodeShare))
        .map((machine, k) => nodeOf(machine, k + 1));
      const templates = new Map<string, PodTemplate>();
      const pods = requests.slice(0, Math.ceil(requests.length * podShare)).map((request, k) => {
        const key = requestKey(request);
        const template = templates.get(key) ?? templateOf(request);
        templates.set(key, template);
        return podOf(template, nodes.length + k + 1, 'default');
      });
      return [{ step: 'objects', nodes, pods }];
    },
  };
}

function nodeOf({ name, cpuMilli, memBytes, gpuCount = 0, gpuModel }: NodeSpec, id: number) {
  const amounts = {
    cpu: `${cpuMilli}m`,
    memory: `${memBytes}`,
    pods: '110',
    ...(gpuCount > 0 && { [GPU]: `${gpuCount}` }),
  };
  return perfNode(id, name, amounts, gpuModel === undefined ? NO_LABELS : { [MODEL]: gpuModel });
}

function templateOf({ cpuMilli, memBytes, gpuCount = 0, gpuModels = [] }: PodRequest): PodTemplate {
  const requests = { cpu: `${cpuMilli}m`, memory: `${memBytes}`, ...(gpuCount > 0 && { [GPU]: `${gpuCount}` }) };
  const models = { key: MODEL, operator: 'In', values: gpuModels } as const;
  const nodeAffinity = { required: [{ matchExpressions: [models], matchFields: [] }], preferred: [] };
  return podTemplate(requests, NO_LABELS, gpuModels.length > 0 ? { nodeAffinity } : {});
}

const NO_LABELS: Labels = {};
