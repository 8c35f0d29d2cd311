import type { Node } from '../../objects/node.ts';
import { nodeResources } from '../../objects/node-resources.ts';
import type { Pod } from '../../objects/pod.ts';
import { podResources } from '../../objects/pod-resources.ts';

/** Whether the pod itself, or another that takes room, now asks for less of something that the pod asks for. */
export function isRoomMadeByResize(pod: Pod, before: Pod, after: Pod): boolean {
  if (after.id === pod.id) return true;
  if (after.spec.nodeName === undefined) return false;
  const [wants, was, is] = [podResources(pod.spec), podResources(before.spec), podResources(after.spec)];
  if (wants.cpuMilli > 0 && is.cpuMilli < was.cpuMilli) return true;
  if (wants.memBytes > 0 && is.memBytes < was.memBytes) return true;
  if (wants.ephemeralBytes > 0 && is.ephemeralBytes < was.ephemeralBytes) return true;
  const amount = (of: typeof was, name: string): number => of.scalars.find((one) => one.name === name)?.amount ?? 0;
  return wants.scalars.some(({ name }) => amount(is, name) < amount(was, name));
}

/** Whether the pod fits the empty node, and the node is new or has more of something that the pod asks for. */
export function mayFitNow(pod: Pod, before: Node | undefined, after: Node | undefined): boolean {
  const wants = podResources(pod.spec);
  const has = nodeResources(after!);
  if (has.pods < 1 || wants.cpuMilli > has.cpuMilli || wants.memBytes > has.memBytes) return false;
  if (wants.ephemeralBytes > has.ephemeralBytes) return false;
  if (wants.scalars.some(({ name, amount }) => amount > (has.scalars.get(name) ?? 0))) return false;
  if (before === undefined) return true;
  const had = nodeResources(before);
  if (has.pods > had.pods) return true;
  if (wants.cpuMilli > 0 && has.cpuMilli > had.cpuMilli) return true;
  if (wants.memBytes > 0 && has.memBytes > had.memBytes) return true;
  if (wants.ephemeralBytes > 0 && has.ephemeralBytes > had.ephemeralBytes) return true;
  return wants.scalars.some(({ name }) => (has.scalars.get(name) ?? 0) > (had.scalars.get(name) ?? 0));
}
