import { listNode, mapNode, scalarNode, type ComposeMember, type ComposeNode } from './compose-node.ts';

/** The first file with what the others say over it, as `docker stack deploy -c a -c b` does (docker/cli cli/compose/loader/merge.go). */
export function mergeFiles(roots: readonly ComposeNode[]): ComposeNode {
  return roots.map(withMaps).reduce((base, over) => mergeMaps(base, over, []));
}

/** Where a later list takes the place of the earlier one; all others grow. */
const REPLACED = new Set(['command', 'entrypoint']);
/** Numbers for which a later 0 counts. Elsewhere a later 0, `0s`, `''` or `false` leaves what was there. */
const ZERO_COUNTS = new Set(['replicas', 'parallelism', 'max_attempts', 'retries', 'init']);

function mergeMaps(base: ComposeNode, over: ComposeNode, path: readonly string[]): ComposeNode {
  const members = new Map<string, ComposeMember>(base.members);
  for (const [key, member] of over.members) {
    const before = members.get(key);
    members.set(
      key,
      before === undefined
        ? member
        : { keyAt: member.keyAt, node: mergeNodes(before.node, member.node, [...path, key]) },
    );
  }
  return mapNode(members, base.where);
}

function mergeNodes(base: ComposeNode, over: ComposeNode, path: readonly string[]): ComposeNode {
  const key = path[path.length - 1];
  if (over.kind === 'map' && base.kind === 'map') return mergeMaps(base, over, path);
  if (over.kind === 'list' && base.kind === 'list') {
    if (REPLACED.has(key)) return over.items.length > 0 ? over : base;
    return listNode([...base.items, ...over.items], over.where);
  }
  if (over.kind === 'scalar' && isZero(over) && !ZERO_COUNTS.has(key)) return base;
  return over;
}

const isZero = ({ value }: ComposeNode): boolean =>
  value === null || value === '' || value === 0 || value === false || /^0+(?:ns|us|µs|ms|s|m|h)$/.test(String(value));

/** Services with their lists of `NAME=value` and of networks as maps, so that files of both forms can be merged. */
function withMaps(root: ComposeNode): ComposeNode {
  return changed(root, ['services', undefined], (service) => {
    const named = changed(changed(service, ['environment'], assigned), ['labels'], assigned);
    return changed(changed(named, ['deploy', 'labels'], assigned), ['networks'], listed);
  });
}

/** The node with `change` applied at the end of a path; undefined stands for every key. */
function changed(
  node: ComposeNode,
  [first, ...rest]: readonly (string | undefined)[],
  change: (node: ComposeNode) => ComposeNode,
): ComposeNode {
  if (node.kind !== 'map') return node;
  const members = new Map(node.members);
  for (const [key, { node: member, keyAt }] of node.members)
    if (first === undefined || first === key)
      members.set(key, { keyAt, node: rest.length === 0 ? change(member) : changed(member, rest, change) });
  return mapNode(members, node.where);
}

function assigned(list: ComposeNode): ComposeNode {
  if (list.kind !== 'list' || !list.items.every(isText)) return list;
  return mapNode(
    new Map(
      list.items.map(({ value, where, isInterpolated }) => {
        const [key, ...rest] = String(value).split('=');
        const assignedValue = rest.length === 0 ? null : rest.join('=');
        return [key, { keyAt: where, node: scalarNode(assignedValue, where, isInterpolated) }];
      }),
    ),
    list.where,
  );
}

function listed(list: ComposeNode): ComposeNode {
  if (list.kind !== 'list' || !list.items.every(isText)) return list;
  return mapNode(
    new Map(list.items.map(({ value, where }) => [String(value), { keyAt: where, node: scalarNode(null, where) }])),
    list.where,
  );
}

const isText = ({ kind, value }: ComposeNode): boolean => kind === 'scalar' && typeof value === 'string';
