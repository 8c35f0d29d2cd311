import { isExtendedResource } from '../../objects/resource-names.ts';
import type { HostPort, PodInfo } from '../pod-info.ts';
import type { SchedulerProfile } from '../scheduler-profile.ts';
import { grown } from './grown.ts';
import type { ImageColumns } from './image-columns.ts';
import { imageScore } from './image-score.ts';
import { CPU, EPHEMERAL, MEMORY, type NodeTable } from './node-table.ts';
import { ResourceScorer, weightOf } from './resource-scorer.ts';
import type { StaticVerdicts } from './static-verdicts.ts';
import type { CoreWork } from './core-work.ts';
import { ABSENT, PASSES, type VerdictTable } from './verdict-table.ts';
import { WindowTrees } from './window-tree.ts';

/** What a resource that is asked for is called and where its amounts are. */
export interface Wanted {
  readonly name: string;
  readonly resource: number;
  readonly amount: number;
}

/**
 * What pods of one kind meet on every node, as far as it depends on that node alone: the first of these filters that
 * rejects it, and the scores that need no look at other nodes. Mended where a node has changed since it was last asked.
 */
export class OwnVerdicts {
  /** PASSES, ABSENT or a code of the table. */
  codes: Uint16Array;
  /** Weighted scores of resources and images. */
  scores: Int32Array;
  /** Nodes by code. */
  readonly nodesWith: number[] = [];
  /** Rises whenever a node that passed does not any more, or the other way round. */
  flips = 0;
  /** How many changes of nodes are in the columns; -1: none yet. */
  seen = -1;
  readonly windows = new WindowTrees();
  readonly fixed: StaticVerdicts;
  /** No longer kept up to date by whoever keeps these; another takes its place. */
  isDropped = false;
  lastUsed = 0;
  private readonly work: CoreWork;
  private readonly nodes: NodeTable;
  private readonly images: ImageColumns;
  private readonly imageWeight: number;
  private readonly imageNames: readonly string[];
  private readonly containerCount: number;
  /** How many nodes there were when images were scored; 0: they were not. */
  private nodesScored = 0;
  private readonly table: VerdictTable;
  private readonly scorer: ResourceScorer;
  readonly wanted: readonly Wanted[];
  private readonly ports: readonly HostPort[];
  private readonly checksPorts: boolean;
  private readonly checksFit: boolean;
  private readonly codesOfShortages = new Map<number, number>();

  constructor(
    nodes: NodeTable,
    images: ImageColumns,
    info: PodInfo,
    profile: SchedulerProfile,
    table: VerdictTable,
    fixed: StaticVerdicts,
    work: CoreWork,
  ) {
    this.work = work;
    this.nodes = nodes;
    this.images = images;
    this.imageWeight = weightOf(profile, 'ImageLocality');
    this.imageNames = profile.version === '1.36' ? [...info.images, ...info.imageVolumes] : info.images;
    this.containerCount = info.containerCount;
    this.table = table;
    this.fixed = fixed;
    this.codes = new Uint16Array(nodes.capacity).fill(ABSENT);
    this.scores = new Int32Array(nodes.capacity);
    this.scorer = new ResourceScorer(nodes, profile, info.resources);
    this.wanted = wantedResources(nodes, info, profile);
    this.ports = info.hostPorts;
    this.checksPorts = profile.filters.includes('NodePorts') && this.ports.length > 0;
    this.checksFit = profile.filters.includes('NodeResourcesFit');
  }

  /** Nodes that pass. */
  get passing(): number {
    return this.nodesWith[PASSES] ?? 0;
  }

  /** The codes that some node got, and how many did. */
  counted(): [number, number][] {
    return this.nodesWith.map((count, code): [number, number] => [code, count]).filter(([, count]) => count > 0);
  }

  /** Brings the columns up to date. */
  mend(): void {
    this.fixed.mend();
    const { changes, capacity, count } = this.nodes;
    if (this.codes.length < capacity) {
      this.codes = grown(this.codes, capacity, ABSENT);
      this.scores = grown(this.scores, capacity);
    }
    if (this.imageWeight !== 0 && !this.images.isEmpty && this.nodesScored !== count) this.seen = -1;
    if (this.seen === changes.end) return;
    const missed = changes.end - this.seen;
    if (this.seen < 0 || missed > count || changes.hasLost(this.seen)) this.lookAtAll();
    else for (let k = this.seen; k < changes.end; k++) this.look(changes.at(k));
    this.seen = changes.end;
  }

  private lookAtAll(): void {
    this.flips++;
    this.codes.fill(ABSENT);
    this.nodesWith.length = 0;
    this.nodesScored = this.imageWeight !== 0 && !this.images.isEmpty ? this.nodes.count : 0;
    for (let slot = 0; slot < this.nodes.slots; slot++) this.look(slot);
  }

  private look(slot: number): void {
    this.work.nodesJudged++;
    const before = this.codes[slot];
    if (before !== ABSENT) this.nodesWith[before]--;
    const code = this.judge(slot);
    this.codes[slot] = code;
    if ((before === PASSES) !== (code === PASSES)) this.flips++;
    if (code !== ABSENT) this.nodesWith[code] = (this.nodesWith[code] ?? 0) + 1;
    if (code === PASSES) this.scores[slot] = this.scorer.score(slot) + this.imageScore(slot);
  }

  private imageScore(slot: number): number {
    const images = this.imageWeight === 0 ? undefined : this.images.at(slot);
    if (images === undefined) return 0;
    return this.imageWeight * imageScore(this.imageNames, this.containerCount, images, this.nodes.count);
  }

  private judge(slot: number): number {
    const fixed = this.fixed.codes[slot];
    if (fixed !== PASSES) return fixed;
    const code = this.checksPorts ? this.judgePorts(slot) : PASSES;
    return code === PASSES && this.checksFit ? this.judgeFit(slot) : code;
  }

  private judgePorts(slot: number): number {
    const taken = this.nodes.ports[slot];
    if (taken === undefined || !portsConflict(this.ports, taken)) return PASSES;
    return this.table.code('NodePorts', [PORTS_TAKEN], false);
  }

  private judgeFit(slot: number): number {
    const { nodes } = this;
    let shortages = nodes.pods[slot].length + 1 > nodes.podLimit[slot] ? 2 : 0;
    let bit = 4;
    for (const { resource, amount } of this.wanted) {
      const has = nodes.allocatable[resource][slot];
      if (amount > has - nodes.requested[resource][slot]) {
        shortages += bit;
        if (amount > has) shortages |= 1;
      }
      bit *= 2;
    }
    return shortages === 0 ? PASSES : this.codeOf(shortages);
  }

  /** Bit 0: beyond what the node has; 1: too many pods; then one for each resource that is asked for. */
  private codeOf(shortages: number): number {
    let code = this.codesOfShortages.get(shortages);
    if (code !== undefined) return code;
    const reasons = (shortages & 2) === 0 ? [] : ['Too many pods'];
    this.wanted.forEach(({ name }, k) => {
      if ((shortages & (4 << k)) !== 0) reasons.push(`Insufficient ${name}`);
    });
    code = this.table.code('NodeResourcesFit', reasons, (shortages & 1) !== 0);
    this.codesOfShortages.set(shortages, code);
    return code;
  }
}

export const PORTS_TAKEN = "node(s) didn't have free ports for the requested pod ports";

/** Whether one of the ports is taken; 0.0.0.0 stands for every address. */
export function portsConflict(wanted: readonly HostPort[], taken: readonly HostPort[]): boolean {
  return taken.some((other) =>
    wanted.some(
      ({ ip, protocol, port }) =>
        port === other.port &&
        protocol === other.protocol &&
        (ip === other.ip || ip === '0.0.0.0' || other.ip === '0.0.0.0'),
    ),
  );
}

function wantedResources(nodes: NodeTable, { resources }: PodInfo, profile: SchedulerProfile): Wanted[] {
  const isIgnored = (name: string): boolean =>
    isExtendedResource(name) &&
    ((profile.ignoredResources ?? []).includes(name) ||
      (profile.ignoredResourceGroups ?? []).includes(name.slice(0, name.indexOf('/'))));
  return [
    { name: 'cpu', resource: CPU, amount: resources.cpuMilli },
    { name: 'memory', resource: MEMORY, amount: resources.memBytes },
    { name: 'ephemeral-storage', resource: EPHEMERAL, amount: resources.ephemeralBytes },
    ...resources.scalars
      .filter(({ name }) => !isIgnored(name))
      .map(({ name, amount }) => ({ name, amount, resource: nodes.resourceId(name) })),
  ].filter(({ amount }) => amount !== 0);
}
