import type { RequestModelOptions } from './request-model.ts';

/** Groups of services that call each other, directly or not; groups and members in the order of the services. */
export function connectedServices(options: RequestModelOptions): number[][] {
  const group = options.services.map((_, index) => index);
  const find = (index: number): number => {
    let root = index;
    while (group[root] !== root) root = group[root];
    return root;
  };
  options.services.forEach((caller, index) => {
    for (const { service } of caller.calls.flat()) {
      const [a, b] = [find(index), find(service)];
      group[Math.max(a, b)] = Math.min(a, b);
    }
  });
  const members = new Map<number, number[]>();
  options.services.forEach((_, index) => {
    const root = find(index);
    const list = members.get(root);
    if (list === undefined) members.set(root, [index]);
    else list.push(index);
  });
  return [...members.values()];
}
