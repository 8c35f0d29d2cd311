import type { ServerNode } from '../state/server-node.ts';
import type { Ask, PlanDraft } from './plan-draft.ts';

/** Dynamic ports lie from 20000 to 32000 (client configuration `min_dynamic_port`, `max_dynamic_port`). */
const DYNAMIC_PORTS = 12_001;

/** The first dimension that is exhausted, by its name in `nomad alloc status`; '': it fits. */
export function exhausted(node: ServerNode, ask: Ask, draft: PlanDraft): string {
  const used = draft.used(node);
  const { spec } = node;
  const { resources } = ask;
  if (used.cpuMilli + resources.cpuMilli > spec.cpuMilli) return 'cpu';
  if (used.memBytes + resources.memBytes > spec.memBytes) return 'memory';
  if (used.diskBytes + resources.diskBytes > spec.diskBytes) return 'disk';
  if (used.gpuCount + resources.gpuCount > spec.gpuCount) return 'devices: no devices match request';
  if (ask.staticPorts.some((port) => draft.hasPort(node, port))) return 'network: reserved port collision';
  if (draft.dynamicPorts(node) + ask.dynamicPorts > DYNAMIC_PORTS) return 'network: dynamic port selection failed';
  return '';
}
