import type { FleetNode, FleetView, NodeDecision } from '../../sim/scaling/node-policy.ts';
import { buyingOrder, openClaims, type SpotRule } from './claims.ts';
import { FleetSketch } from './fleet-sketch.ts';
import { GroupCount } from './group-count.ts';
import { hourly, nodesText, spanText } from './phrases.ts';
import { podKinds } from './pod-kinds.ts';

export interface ConsolidationRule {
  readonly policy: 'when-empty-or-underutilised' | 'when-empty' | 'never';
  /** How long nothing must have changed on a node before it is touched. */
  readonly afterUs: number;
  readonly spot: SpotRule;
  /** Whether spot machines may be replaced by cheaper spot machines. */
  readonly spotToSpot: boolean;
}

/** Most nodes that are considered together. */
const MOST_CANDIDATES = 100;

/** Nodes that may be disrupted at once: a share of all nodes, rounded up, or so many, less what is on its way out already. */
export function disruptionsAllowed(view: FleetView, share: number, most = Infinity): number {
  const leaving = view.nodes.filter((node) => node.state === 'leaving').length;
  // The tiny amount keeps a product such as 0.1 * 30 = 3.0000000000000004 from being rounded up to 4.
  return Math.max(0, Math.min(Math.ceil(share * view.nodes.length - 1e-9), most) - leaving);
}

/**
 * Karpenter's consolidation (`disruption/`): empty nodes are given back; else as many nodes together as can be spared
 * when at most one cheaper machine is bought, found by binary search over the nodes in order of price over cost of
 * disruption; else the first single node that can. Returns one command, or none.
 */
export function consolidate(view: FleetView, budget: number, rule: ConsolidationRule): readonly NodeDecision[] {
  if (rule.policy === 'never' || budget < 1) return [];
  const counts = new GroupCount(view);
  const candidates = candidatesOf(view, rule.afterUs, counts);
  const sketch = new FleetSketch(view);
  sketch.seat(podKinds(view.pending));
  const empty = candidates.filter((place) => sketch.podsAt(place).length === 0).slice(0, budget);
  if (empty.length > 0) return removeEmpty(view, empty, rule.afterUs);
  if (rule.policy === 'when-empty') return [];
  return multiNode(view, sketch, candidates, budget, rule) ?? singleNode(view, sketch, candidates, rule) ?? [];
}

/** Ready nodes whose pods may all be moved, quiet for long enough, and of a group above its minimum; best saving first. */
function candidatesOf(view: FleetView, afterUs: number, counts: GroupCount): number[] {
  return [...view.nodes.keys()]
    .filter((place) => {
      const node = view.nodes[place];
      const quietUs = view.nowUs - lastChangeUs(node);
      return node.state === 'ready' && quietUs >= afterUs && node.pods.every((pod) => pod.movable);
    })
    .map((place) => ({ place, value: savingRate(view, view.nodes[place]) }))
    .sort((a, b) => b.value - a.value || a.place - b.place)
    .map(({ place }) => place)
    .filter((place) => {
      const { group } = view.nodes[place];
      if (counts.canRemove(group) < 1) return false;
      counts.remove(group);
      return true;
    });
}

function multiNode(
  view: FleetView,
  sketch: FleetSketch,
  candidates: readonly number[],
  budget: number,
  rule: ConsolidationRule,
): readonly NodeDecision[] | undefined {
  const most = Math.min(candidates.length, budget, MOST_CANDIDATES);
  let low = 2;
  let high = most;
  let found: readonly NodeDecision[] | undefined;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const command = without(view, sketch, candidates.slice(0, middle), rule);
    if (command) {
      found = command;
      low = middle + 1;
    } else high = middle - 1;
  }
  return found;
}

function singleNode(
  view: FleetView,
  sketch: FleetSketch,
  candidates: readonly number[],
  rule: ConsolidationRule,
): readonly NodeDecision[] | undefined {
  for (const place of candidates) {
    const command = without(view, sketch, [place], rule);
    if (command) return command;
  }
  return undefined;
}

/** The command that does without these nodes, if their pods fit elsewhere or on one machine that costs less. */
function without(
  view: FleetView,
  sketch: FleetSketch,
  places: readonly number[],
  rule: ConsolidationRule,
): NodeDecision[] | undefined {
  const left = sketch.wouldLeave(places);
  const nodes = places.map((place) => view.nodes[place]);
  const oldUsd = nodes.reduce((sum, node) => sum + view.groups[node.group].usdPerHour, 0);
  if (left.length === 0) return removeAll(view, nodes, oldUsd);
  const groups = cheaperGroups(view, nodes, oldUsd, rule);
  const { claims, left: homeless } = openClaims(view, podKinds(left), groups, 1);
  if (claims.length !== 1 || homeless.length > 0) return undefined;
  const counts = new GroupCount(view);
  const group = claims[0].groups.find((g) => counts.canAdd(g) > 0);
  if (group === undefined) return undefined;
  const { name, usdPerHour } = view.groups[group];
  const pods = places.reduce((sum, place) => sum + sketch.podsAt(place).length, 0);
  const why =
    `${namesOf(nodes)} at ${hourly(oldUsd)} with ${pods} pods can be replaced by 1 node of ${name} at ` +
    `${hourly(usdPerHour)}, ${pods - left.length} of the pods fit on nodes there are`;
  return [{ kind: 'replace', nodes: nodes.map((node) => node.id), group, count: 1, why }];
}

/** Groups whose machine costs less than all of these nodes, and than the cheapest of them of any group offered. */
function cheaperGroups(
  view: FleetView,
  nodes: readonly FleetNode[],
  oldUsd: number,
  rule: ConsolidationRule,
): readonly number[] {
  const priceOf = (group: number): number => view.groups[group].usdPerHour;
  const allSpot = nodes.every((node) => view.groups[node.group].spot);
  const offered = buyingOrder(view, rule.spot).filter(
    (g) => priceOf(g) < oldUsd && (rule.spotToSpot || !allSpot || !view.groups[g].spot),
  );
  const same = nodes.map((node) => node.group).filter((group) => offered.includes(group));
  const limit = same.length > 0 ? Math.min(...same.map(priceOf)) : Infinity;
  return offered.filter((g) => priceOf(g) < limit);
}

function removeAll(view: FleetView, nodes: readonly FleetNode[], oldUsd: number): NodeDecision[] {
  const pods = nodes.reduce((sum, node) => sum + node.pods.length, 0);
  return nodes.map((node) => ({
    kind: 'remove',
    node: node.id,
    why:
      `the ${pods} pods of ${namesOf(nodes)} fit on the other ${view.nodes.length - nodes.length} nodes, ` +
      `which saves ${hourly(oldUsd)}`,
  }));
}

function removeEmpty(view: FleetView, places: readonly number[], afterUs: number): NodeDecision[] {
  return places.map((place) => {
    const node = view.nodes[place];
    const price = hourly(view.groups[node.group].usdPerHour);
    const quiet = spanText(view.nowUs - lastChangeUs(node));
    return {
      kind: 'remove',
      node: node.id,
      why: `${node.name} at ${price} is empty and unchanged for ${quiet}, at least ${spanText(afterUs)}`,
    };
  });
}

/** Price over the cost of disruption: 1 a node, plus each pod's eviction cost of clamp(1 + priority / 2^25, -10, 10) where positive. */
function savingRate(view: FleetView, node: FleetNode): number {
  const evictions = node.pods.reduce(
    (sum, pod) => sum + Math.max(0, Math.min(10, Math.max(-10, 1 + pod.priority / 33_554_432))),
    0,
  );
  return view.groups[node.group].usdPerHour / (1 + evictions);
}

function lastChangeUs(node: FleetNode): number {
  return node.pods.reduce((last, pod) => Math.max(last, pod.sinceUs), node.sinceUs);
}

function namesOf(nodes: readonly FleetNode[]): string {
  return nodes.length <= 3 ? nodes.map((node) => node.name).join(', ') : nodesText(nodes.length);
}
