import type { NodePlace } from '../../sim/weather/weather-event.ts';
import { isRefusal, type ApiServer, type NewObject } from './api/api-server.ts';
import type { KubernetesSpec, NodeGroupSpec } from './kubernetes-spec.ts';
import { HOSTNAME_LABEL, INSTANCE_TYPE_LABEL, NODE_GROUP_LABEL, ZONE_LABEL } from './objects/node-labels.ts';
import type { Node } from './objects/node.ts';

/** Creates the nodes of the manifests, then those of the groups, dealt out group by group. */
export function createNodes(api: ApiServer, { objects, nodeGroups }: KubernetesSpec): void {
  for (const object of objects) if (object.kind === 'Node') api.create('Node', object);
  const most = nodeGroups.reduce((longest, { initial }) => Math.max(longest, initial), 0);
  for (let k = 0; k < most; k++) for (const group of nodeGroups) if (k < group.initial) createOne(api, group, k + 1);
}

/** Names of the nodes of groups that are there when a run begins. */
export function namesAtStart(groups: readonly NodeGroupSpec[]): string[] {
  return groups.flatMap(({ template, initial }) =>
    Array.from({ length: initial }, (_, k) => `${template.metadata.name}-${k + 1}`),
  );
}

function createOne(api: ApiServer, { template }: NodeGroupSpec, number: number): void {
  const name = `${template.metadata.name}-${number}`;
  // A cluster that has come to rest has them already.
  if (api.nodes.named('', name) !== undefined) return;
  const made = api.create('Node', nodeNamed(template, name));
  if (isRefusal(made)) throw new RangeError(made.refused);
}

/** A node of this form under this name. */
export function nodeNamed(template: NewObject<Node>, name: string): NewObject<Node> {
  const { metadata } = template;
  return {
    ...template,
    metadata: { ...metadata, name, labels: { ...metadata.labels, [HOSTNAME_LABEL]: name } },
  };
}

/**
 * Numbers of machines, so that each has the place that the weather knows it by (`placesOf`): bought ones take those that
 * are kept for their group, in turn and from the first again, and whatever is in no group comes behind them all.
 */
export function machineNumbers({ objects, nodeGroups }: KubernetesSpec): (node: Node) => number {
  const ofManifests = objects.filter(({ kind }) => kind === 'Node').length;
  // A cluster that has come to rest has the nodes of its groups among its objects.
  const atRest = objects.filter(
    ({ kind, metadata }) => kind === 'Node' && metadata.labels?.[NODE_GROUP_LABEL] !== undefined,
  ).length;
  const there = ofManifests + (atRest > 0 ? 0 : nodeGroups.reduce((sum, { initial }) => sum + initial, 0));
  const kept = new Map<string, { first: number; count: number; taken: number }>();
  let next = there;
  for (const { name, initial, max } of nodeGroups) {
    kept.set(name, { first: next, count: max - initial, taken: 0 });
    next += max - initial;
  }
  let created = 0;
  return ({ metadata }) => {
    if (created < there) return created++;
    const group = kept.get(metadata.labels[NODE_GROUP_LABEL] ?? '');
    if (group === undefined || group.count === 0) return next++;
    return group.first + (group.taken++ % group.count);
  };
}

/**
 * Where the machines stand, for the weather: those that are there, in order of creation, then as many as the groups may
 * still buy, group by group.
 */
export function placesOf(api: ApiServer, { zones, nodeGroups }: KubernetesSpec): NodePlace[] {
  const place = (node: Pick<Node, 'metadata'> | NewObject<Node>, name: string, spot: boolean): NodePlace => {
    const labels = node.metadata.labels ?? {};
    return {
      name,
      zone: zones.indexOf(labels[ZONE_LABEL] ?? ''),
      rack: -1,
      power: -1,
      group: labels[NODE_GROUP_LABEL] ?? '',
      instanceType: labels[INSTANCE_TYPE_LABEL] ?? '',
      spot,
    };
  };
  const spotGroups = new Set(nodeGroups.filter(({ spot }) => spot).map(({ name }) => name));
  const there = Array.from(api.nodes.all(), (node) =>
    place(node, node.metadata.name, spotGroups.has(node.metadata.labels[NODE_GROUP_LABEL] ?? '')),
  );
  const later = nodeGroups.flatMap(({ template, spot, initial, max }) =>
    Array.from({ length: max - initial }, (_, k) =>
      place(template, `${template.metadata.name}-${initial + k + 1}`, spot),
    ),
  );
  return [...there, ...later];
}
