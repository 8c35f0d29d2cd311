import { Cluster } from './cluster.ts';
import type { NodeSpec } from './node-spec.ts';
import { requestKey, type PodRequest } from './pod-request.ts';
import { ShapeTable, whyBarred } from './shapes.ts';
import type { Simulation } from './simulation.ts';

/** Why a node cannot take a pod now: the rule in a few words, to be counted, and the numbers. */
export interface Objection {
  /** `lacks CPU`, `has taint spot`, … */
  readonly rule: string;
  /** `800m of 2000m free, 1500m needed`; empty when the rule says it all. */
  readonly numbers: string;
}

/** What one node means to one pod at one moment. */
export interface NodeVerdict {
  readonly node: string;
  readonly id: number;
  /** Everything that is in the way; empty when the pod fits. */
  readonly objections: readonly Objection[];
  /** The policy's score, of nodes that fit, when it scores at all. */
  readonly score?: number;
}

/** One decision, told in full. */
export interface DecisionExplanation {
  readonly pod: string;
  readonly timeUs: number;
  /** What the pod asks for, as text. */
  readonly request: string;
  readonly policy: string;
  /** The node that was chosen; absent: none. */
  readonly chosen?: string;
  /** Nodes that fit, best first; then the others by id. */
  readonly nodes: readonly NodeVerdict[];
  /** `2/3 nodes fit: 1 lacks CPU (need 1500m)`. */
  readonly summary: string;
}

/**
 * Explains a decision just made, before it is carried out (see `onDecision`): every node's verdict by the naive path.
 * Asks the policy for its scores again, so one that draws random numbers may score otherwise and later decide
 * otherwise: end the run afterwards.
 */
export function explainDecision(simulation: Simulation, slot: number, chosen: number): DecisionExplanation {
  const { cluster, shapes, pods, placer } = simulation;
  const shape = pods.shape[slot];
  const nodes: NodeVerdict[] = [];
  for (let id = 0; id < cluster.count; id++) {
    const objections = objectionsTo(cluster, shapes, shape, id);
    let score: number | undefined;
    if (objections.length === 0) {
      const opinion = placer.opinion(shape, slot, id);
      score = opinion.score;
      if (opinion.objection !== undefined) objections.push({ rule: opinion.objection, numbers: '' });
    }
    const fits = objections.length === 0 && score !== undefined;
    nodes.push({ node: cluster.specs[id].name, id, objections, ...(fits && { score: score! }) });
  }
  nodes.sort(bestFirst);
  return {
    pod: pods.nameOf(slot),
    timeUs: simulation.nowUs,
    request: requestKey(shapes.requests[shape]),
    policy: placer.policy.name,
    ...(chosen >= 0 && { chosen: cluster.specs[chosen].name }),
    nodes,
    summary: summaryOf(nodes, shapes.requests[shape]),
  };
}

/** Explains why no node could host a request even if the cluster were empty. */
export function explainOnEmptyCluster(
  nodes: readonly NodeSpec[],
  request: PodRequest,
): Pick<DecisionExplanation, 'nodes' | 'summary' | 'request'> {
  const cluster = new Cluster(nodes);
  const shapes = new ShapeTable(cluster);
  const shape = shapes.acquire(request);
  const verdicts = nodes.map((spec, id) => ({
    node: spec.name,
    id,
    objections: objectionsTo(cluster, shapes, shape, id),
  }));
  verdicts.sort(bestFirst);
  return { nodes: verdicts, summary: summaryOf(verdicts, request), request: requestKey(request) };
}

function bestFirst(a: NodeVerdict, b: NodeVerdict): number {
  const fitting = Number(b.objections.length === 0) - Number(a.objections.length === 0);
  return fitting || (b.score ?? 0) - (a.score ?? 0) || a.id - b.id;
}

/** Every rule of `Cluster.fits` that the node breaks for this shape. */
function objectionsTo(cluster: Cluster, shapes: ShapeTable, shape: number, node: number): Objection[] {
  const request = shapes.requests[shape];
  const spec = cluster.specs[node];
  const objections: Objection[] = [];
  const lack = (what: string, free: number, has: number, needed: number, text: (amount: number) => string): void => {
    if (free < needed)
      objections.push({ rule: `lacks ${what}`, numbers: `${text(free)} of ${text(has)} free, ${text(needed)} needed` });
  };
  if (cluster.ready[node] === 0) objections.push({ rule: 'is not ready', numbers: '' });
  const barred = whyBarred(request, spec);
  if (barred !== undefined) objections.push({ rule: barred, numbers: '' });
  if (cluster.podRoom[node] <= 0) objections.push({ rule: 'is at its pod limit', numbers: `${spec.podLimit} pods` });
  lack('CPU', cluster.cpuFreeMilli[node], spec.cpuMilli, request.cpuMilli, (milli) => `${milli}m`);
  lack('memory', cluster.memFreeBytes[node], spec.memBytes, request.memBytes, bytesText);
  lack('storage', cluster.storageFreeBytes[node], spec.storageBytes ?? 0, request.storageBytes ?? 0, bytesText);
  const gpus = request.gpuCount ?? 0;
  const milli = request.gpuMilli ?? 1000;
  if (gpus > 0 && !cluster.gpusFit(node, gpus, milli)) {
    const first = cluster.deviceFirst[node];
    const free = cluster.deviceFreeMilli.subarray(first, first + cluster.gpuCount[node]);
    objections.push({
      rule: 'lacks GPU',
      numbers: `devices have ${free.length > 0 ? Array.from(free, (one) => `${one}m`).join(', ') : 'nothing'} free, ${gpus} x ${milli}m needed`,
    });
  }
  for (const [name, needed] of Object.entries(request.extended ?? {})) {
    const k = cluster.extendedNames.indexOf(name);
    lack(name, k < 0 ? 0 : cluster.extendedFree[k][node], k < 0 ? 0 : cluster.extended[k][node], needed, String);
  }
  return objections;
}

/** `0/3 nodes fit: 2 lack CPU (need 1500m), 1 not ready`: each node counts once, under its first objection. */
function summaryOf(nodes: readonly NodeVerdict[], request: PodRequest): string {
  const counts = new Map<string, number>();
  for (const { objections } of nodes) {
    const rule = objections[0]?.rule;
    if (rule !== undefined) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  }
  const needs: Record<string, string> = {
    'lacks CPU': ` (need ${request.cpuMilli}m)`,
    'lacks memory': ` (need ${bytesText(request.memBytes)})`,
    'lacks GPU': ` (need ${request.gpuCount ?? 0} x ${request.gpuMilli ?? 1000}m)`,
  };
  const reasons = [...counts].map(
    ([rule, count]) => `${count} ${count === 1 ? rule : plural(rule)}${needs[rule] ?? ''}`,
  );
  const fitting = nodes.filter((one) => one.objections.length === 0).length;
  return `${fitting}/${nodes.length} nodes fit${reasons.length === 0 ? '' : `: ${reasons.join(', ')}`}`;
}

const plural = (rule: string): string =>
  rule
    .replace(/^lacks /, 'lack ')
    .replace(/^is /, 'are ')
    .replace(/^has /, 'have ')
    .replace('its pod limit', 'their pod limit');

function bytesText(bytes: number): string {
  for (const [unit, size] of [
    ['Gi', 2 ** 30],
    ['Mi', 2 ** 20],
    ['Ki', 2 ** 10],
  ] as const)
    if (bytes >= size) return `${Number((bytes / size).toFixed(2))}${unit}`;
  return `${bytes}`;
}
