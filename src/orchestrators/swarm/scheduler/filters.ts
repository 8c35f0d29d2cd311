import { meetsConstraints } from '../constraint.ts';
import type { Service, Task } from '../store/objects.ts';
import type { SwarmServiceSpec } from '../swarm-spec.ts';
import type { NodeInfo } from './node-info.ts';

interface Filter {
  isEnabled(spec: SwarmServiceSpec): boolean;
  check(node: NodeInfo, spec: SwarmServiceSpec, service: Service): boolean;
  explain(nodes: number): string;
}

const nodesText = (count: number): string => (count === 1 ? '1 node' : `${count} nodes`);

/** In upstream's order (SwarmKit manager/scheduler/filter.go); plugins and CSI volumes are on every node. */
const FILTERS: readonly Filter[] = [
  {
    isEnabled: () => true,
    check: ({ node }) => node.status === 'ready' && node.availability === 'active',
    explain: (count) => `${nodesText(count)} not available for new tasks`,
  },
  {
    isEnabled: ({ reservations: { cpuMilli, memBytes, generic } }) =>
      cpuMilli !== 0 || memBytes !== 0 || generic.length > 0,
    check: (node, { reservations: { cpuMilli, memBytes, generic } }) =>
      cpuMilli <= node.freeCpuMilli &&
      memBytes <= node.freeMemBytes &&
      generic.every(({ kind, count }) => count <= (node.freeGeneric.get(kind) ?? 0)),
    explain: (count) => `insufficient resources on ${nodesText(count)}`,
  },
  {
    isEnabled: ({ placement }) => placement.constraints.length > 0,
    check: ({ node }, { placement }) => meetsConstraints(node.facts, placement.constraints),
    explain: (count) => `scheduling constraints not satisfied on ${nodesText(count)}`,
  },
  {
    isEnabled: ({ placement }) => placement.platforms.length > 0,
    check: ({ node: { facts } }, { placement }) =>
      placement.platforms.some(
        ({ os, architecture }) =>
          (os === '' || os === facts.os) &&
          (architecture === '' || commonName(architecture) === commonName(facts.architecture)),
      ),
    explain: (count) => `unsupported platform on ${nodesText(count)}`,
  },
  {
    isEnabled: ({ ports }) => ports.some(({ mode, published }) => mode === 'host' && published !== 0),
    check: (node, { ports }) =>
      !ports.some(
        ({ mode, protocol, published }) => mode === 'host' && published !== 0 && node.usesHostPort(protocol, published),
      ),
    explain: (count) => `host-mode port already in use on ${nodesText(count)}`,
  },
  {
    isEnabled: ({ placement }) => placement.maxReplicasPerNode > 0,
    check: (node, { placement }, service) => node.activeOf(service) < placement.maxReplicasPerNode,
    explain: () => 'max replicas per node limit exceed',
  },
];

/** Engines say `x86_64`, images `amd64`; they mean the same. */
const commonName = (architecture: string): string =>
  ({ x86_64: 'amd64', aarch64: 'arm64' })[architecture] ?? architecture;

const RESOURCES = 1;

/**
 * All filters for one task. Nodes that fail are counted by the first filter that refuses them; a node that passes sets
 * all counts back, so an explanation is of those that have failed since. (SwarmKit manager/scheduler/pipeline.go.)
 */
export class FilterPipeline {
  private task: Task;
  private readonly enabled: readonly number[];
  private readonly refusals: number[] = FILTERS.map(() => 0);

  /** `withoutResources`: someone else sees to them. */
  constructor(task: Task, withoutResources = false) {
    this.task = task;
    const { spec } = task.of;
    this.enabled = FILTERS.flatMap((filter, k) =>
      filter.isEnabled(spec) && !(withoutResources && k === RESOURCES) ? [k] : [],
    );
  }

  passes(node: NodeInfo): boolean {
    const { of, service } = this.task;
    for (const k of this.enabled)
      if (!FILTERS[k].check(node, of.spec, service)) {
        this.refusals[k]++;
        return false;
      }
    this.refusals.fill(0);
    return true;
  }

  /** Why nodes were refused, by how many were, most first; '' when none was. */
  explain(): string {
    return FILTERS.map((filter, k) => ({ filter, count: this.refusals[k] }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count)
      .map(({ filter, count }) => filter.explain(count))
      .join('; ');
  }
}
