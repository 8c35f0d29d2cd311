import type { Cluster } from './cluster.ts';
import { mayHold } from './gangs.ts';
import type { Pods } from './pods.ts';
import type { ShapeTable } from './shapes.ts';
import type { WaitingEntry } from './waiting.ts';

/** What a scheduler may do to the world. */
export interface SchedulerWorld {
  readonly cluster: Cluster;
  readonly shapes: ShapeTable;
  readonly pods: Pods;
  readonly nowUs: number;
  /** Whether feasibility hangs on more than resources: the placement policy has a filter of its own. */
  readonly hasFilter: boolean;
  /** Whether that filter may look at other nodes than the one it is asked about. */
  readonly filterReadsCluster: boolean;
  /** Whether that filter has looked at more of a pod than its shape: then pods of one shape are not alike. */
  readonly filterReadsPod: boolean;
  /** Whether users are served by share. */
  readonly sharesByUser: boolean;
  /** The placement policy's node for the pod, among those allowed; -1 when none fits. Nothing changes. */
  decide(slot: number, allowed?: (node: number) => boolean): number;
  bind(slot: number, node: number): void;
  unbind(slot: number): void;
  /** Makes a bound pod start now. */
  begin(slot: number): void;
  /** Tells the placement index that a node's free resources were changed directly. */
  changed(node: number): void;
  userShare(user: number): number;
}

/** Decides when waiting pods are tried and who may pass whom; the placement policy decides where they go. */
export interface Scheduler {
  /** True when a single pod may be decided at once, without `arrive`; if it fits nowhere, `wait` follows. */
  readonly nobodyWaits: boolean;
  /** The entry has just been tried in vain. */
  wait(entry: WaitingEntry): void;
  /** A pod or complete gang has come: true when it started at once. Otherwise it waits, if it may. */
  arrive(entry: WaitingEntry, mayWait: boolean): boolean;
  /** A running pod has ended; its resources are free already unless they were lent. */
  finish(slot: number): void;
  /** Resources came free on this node: start whom that helps. */
  pass(node: number): void;
  /** Whether the ended pod's resources were given away already at the instant of its predicted end. */
  hasLent(slot: number): boolean;
  /** The clock is about to move. */
  leaveInstant(): void;
  /** The pod waits no longer. Throws an InputError where reservations were made for it. */
  withdraw(slot: number): void;
}

/** Places a pod, or all members of a gang or none, and starts them; false when they do not fit. */
export function tryStart(world: SchedulerWorld, entry: WaitingEntry, allowed?: (node: number) => boolean): boolean {
  if (!tryBind(world, entry, allowed)) return false;
  for (const slot of entry.slots) world.begin(slot);
  return true;
}

/** As `tryStart`, but the pods do not start yet: follow with `begin` or `unbindAll`. */
export function tryBind(world: SchedulerWorld, entry: WaitingEntry, allowed?: (node: number) => boolean): boolean {
  const { slots, shape } = entry;
  if (slots.length > 1 && shape >= 0 && !mayHold(slots.length, shape, world.cluster, world.shapes)) return false;
  for (let member = 0; member < slots.length; member++) {
    const node = world.decide(slots[member], allowed);
    if (node < 0) {
      unbindAll(world, slots, member);
      return false;
    }
    world.bind(slots[member], node);
  }
  return true;
}

/** Takes back the first `count` bindings, last first. */
export function unbindAll(world: SchedulerWorld, slots: readonly number[], count: number = slots.length): void {
  for (let member = count - 1; member >= 0; member--) world.unbind(slots[member]);
}
