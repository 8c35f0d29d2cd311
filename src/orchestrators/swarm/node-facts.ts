import type { MachineSpec } from '../data-plane/machine-spec.ts';

/** What a swarm knows of a node: its description, as the engine sent it, and what people have set. */
export interface NodeFacts {
  readonly id: string;
  readonly hostname: string;
  /** As `node.ip` sees it. */
  readonly address: string;
  readonly role: 'manager' | 'worker';
  readonly os: string;
  readonly architecture: string;
  /** `node.labels.…`, set by people. */
  readonly labels: Readonly<Record<string, string>>;
  /** `engine.labels.…`, from the daemon's configuration. */
  readonly engineLabels: Readonly<Record<string, string>>;
  readonly cpuMilli: number;
  readonly memBytes: number;
  /** Countable resources by kind: `gpu`. */
  readonly generic: Readonly<Record<string, number>>;
}

const ENGINE_LABEL = 'engine.labels.';
const NODE_LABEL = 'node.labels.';
const GENERIC = 'generic.';

/**
 * A machine as a node. Its labels are node labels; one that begins with `engine.labels.` is the engine's, one that
 * begins with `generic.` a countable resource (`generic.fpga: 2`), `node.role: manager` makes it a manager. Zone, group
 * and instance type are node labels too (`zone`, `group`, `instance-type`), unless people have set those themselves;
 * GPUs are the generic resource `gpu`.
 */
export function nodeFactsOf(machine: number, spec: MachineSpec, isManager: boolean): NodeFacts {
  const labels: Record<string, string> = {};
  const engineLabels: Record<string, string> = {};
  const generic: Record<string, number> = spec.gpuCount > 0 ? { gpu: spec.gpuCount } : {};
  if (spec.zone !== '') labels['zone'] = spec.zone;
  if (spec.group !== '') labels['group'] = spec.group;
  if (spec.instanceType !== '') labels['instance-type'] = spec.instanceType;
  if (spec.rack >= 0) labels['rack'] = `rack-${spec.rack}`;
  for (const [key, value] of Object.entries(spec.labels)) {
    if (key.startsWith(ENGINE_LABEL)) engineLabels[key.slice(ENGINE_LABEL.length)] = value;
    else if (key.startsWith(GENERIC)) generic[key.slice(GENERIC.length)] = Math.trunc(Number(value)) || 0;
    else labels[key.startsWith(NODE_LABEL) ? key.slice(NODE_LABEL.length) : key] = value;
  }
  return {
    id: spec.name,
    hostname: spec.name,
    address: `10.0.${(machine >> 8) & 255}.${machine & 255}`,
    role: isManager ? 'manager' : 'worker',
    os: 'linux',
    architecture: spec.architecture,
    labels,
    engineLabels,
    cpuMilli: spec.cpuMilli,
    memBytes: spec.memBytes,
    generic,
  };
}

/** Numbers of the machines that are managers: those that say so with the label `node.role: manager`, else the first ones. */
export function managersAmong(machines: readonly MachineSpec[], atLeast: number): ReadonlySet<number> {
  const said = machines.flatMap(({ labels }, machine) => (labels['node.role'] === 'manager' ? [machine] : []));
  return new Set(said.length > 0 ? said : machines.slice(0, atLeast).map((_, machine) => machine));
}

/** The value of `node.labels.x` or `engine.labels.x`; '' where there is none. The key's prefix is taken in any case. */
export function labelOf(node: NodeFacts, key: string): string {
  const lower = key.toLowerCase();
  if (lower.startsWith(NODE_LABEL)) return node.labels[key.slice(NODE_LABEL.length)] ?? '';
  if (lower.startsWith(ENGINE_LABEL)) return node.engineLabels[key.slice(ENGINE_LABEL.length)] ?? '';
  return '';
}
