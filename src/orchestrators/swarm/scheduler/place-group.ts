import type { MachineChooser } from '../../data-plane/data-plane.ts';
import type { Service, Task } from '../store/objects.ts';
import type { SwarmServiceSpec } from '../swarm-spec.ts';
import type { NodeInfo } from './node-info.ts';
import type { Placing } from './place-on-nodes.ts';
import { placeOnBranch, preferenceTree } from './preference-tree.ts';

/** Equal tasks that wait for nodes, and what there is to decide by. */
export interface GroupPlacement extends Placing {
  readonly service: Service;
  readonly spec: SwarmServiceSpec;
  readonly tasks: readonly Task[];
  /** All nodes, in the order in which equal ones are taken. */
  readonly nodes: readonly NodeInfo[];
}

export type PlaceGroup = (group: GroupPlacement) => void;

/** SwarmKit's own way: spread over labels, then over nodes. */
export const placeBySpreading: PlaceGroup = (group) => {
  const { service, spec, nodes } = group;
  placeOnBranch(group.left(), preferenceTree(nodes, service, spec.placement.spreadOver, group), group);
};

/** Another policy's choice, task by task, among the nodes that the filters allow. */
export function placeByChooser(chooser: MachineChooser): PlaceGroup {
  return ({ spec, tasks, nodes, passes, place }) => {
    const { cpuMilli, memBytes, generic } = spec.reservations;
    const gpuCount = generic.find(({ kind }) => kind === 'gpu')?.count ?? 0;
    for (const { name } of tasks) {
      const candidates = nodes.filter(passes).map(({ node }) => node.id);
      if (candidates.length === 0) return;
      const chosen = chooser.choose(candidates, { name, resources: { cpuMilli, memBytes, diskBytes: 0, gpuCount } });
      const node = nodes.find(({ node: { id } }) => id === chosen);
      if (node === undefined) return;
      place(node);
    }
  };
}
