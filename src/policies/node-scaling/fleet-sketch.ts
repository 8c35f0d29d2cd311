import type { FleetNode, FleetPod, FleetView } from '../../sim/scaling/node-policy.ts';
import { whyBarred } from '../../sim/shapes.ts';
import type { PodKind } from './pod-kinds.ts';
import { Room } from './room.ts';

/**
 * The fleet as a node policy imagines it: pods that wait are seated on machines that are there or on their way, pods
 * of machines to be given back are seated elsewhere, and the room each takes stays reserved. Nodes are tried in the
 * order of their ids, ready ones before those on their way; unready and leaving ones take nothing.
 */
export class FleetSketch {
  private readonly view: FleetView;
  /** What each machine has left; made when it is first asked for, as most never are. */
  private readonly rooms: Room[] = [];
  private readonly guests: FleetPod[][] = [];
  private readonly order: number[];
  private readonly gone = new Set<number>();

  /** Nodes of the ids in `ignored` are not counted on. */
  constructor(view: FleetView, ignored: ReadonlySet<number> = new Set()) {
    this.view = view;
    const places = [...view.nodes.keys()].filter((at) => !ignored.has(view.nodes[at].id));
    this.order = [
      ...places.filter((at) => view.nodes[at].state === 'ready'),
      ...places.filter((at) => view.nodes[at].state === 'coming'),
    ];
  }

  /** Seats as many pods as find room, kind by kind; says which do not. */
  seat(kinds: readonly PodKind[]): PodKind[] {
    const left: PodKind[] = [];
    for (const kind of kinds) {
      let k = 0;
      let from = 0;
      for (; k < kind.pods.length; k++) {
        const at = this.search(kind.pods[k], from);
        if (at < 0) break;
        from = at;
        this.put(kind.pods[k], this.order[at]);
      }
      if (k < kind.pods.length) left.push({ ...kind, pods: kind.pods.slice(k) });
    }
    return left;
  }

  /**
   * Gives machines back: their pods (and those seated there before) are seated elsewhere, the largest CPU request
   * first. Returns the pods that find no place; only when there are none does the sketch change.
   */
  vacate(places: readonly number[]): readonly FleetPod[] {
    const trial = this.trial(places);
    if (trial.left.length === 0) {
      for (const [at, room] of trial.rooms) this.rooms[at] = room;
      for (const [pod, at] of trial.seats) (this.guests[at] ??= []).push(pod);
      for (const at of places) this.gone.add(at);
    }
    return trial.left;
  }

  /** As `vacate`, but the sketch never changes. */
  wouldLeave(places: readonly number[]): readonly FleetPod[] {
    return this.trial(places).left;
  }

  /** All pods that must go when the machine goes. */
  podsAt(at: number): readonly FleetPod[] {
    const own = this.view.nodes[at].pods;
    const guests = this.guests[at];
    return guests ? [...own, ...guests] : own;
  }

  private trial(places: readonly number[]): {
    left: FleetPod[];
    rooms: Map<number, Room>;
    seats: [FleetPod, number][];
  } {
    const closed = new Set(places);
    const rooms = new Map<number, Room>();
    const seats: [FleetPod, number][] = [];
    const left: FleetPod[] = [];
    const pods = places.flatMap((at) => this.podsAt(at)).sort(byCpuThenId);
    for (const pod of pods) {
      const at = this.order.findIndex(
        (place) =>
          !closed.has(place) && (rooms.get(place) ?? this.roomAt(place)).fits(pod.request) && this.takes(place, pod),
      );
      if (at < 0) {
        left.push(pod);
        continue;
      }
      const place = this.order[at];
      const room = rooms.get(place) ?? this.roomAt(place).copy(this.view.nodes[place].spec);
      room.take(pod.request);
      rooms.set(place, room);
      seats.push([pod, place]);
    }
    return { left, rooms, seats };
  }

  private roomAt(place: number): Room {
    return (this.rooms[place] ??= Room.of(this.view.nodes[place]));
  }

  private search(pod: FleetPod, from: number): number {
    for (let at = from; at < this.order.length; at++)
      if (this.roomAt(this.order[at]).fits(pod.request) && this.takes(this.order[at], pod)) return at;
    return -1;
  }

  private put(pod: FleetPod, place: number): void {
    this.roomAt(place).take(pod.request);
    (this.guests[place] ??= []).push(pod);
  }

  private takes(place: number, pod: FleetPod): boolean {
    if (this.gone.has(place)) return false;
    const node: FleetNode = this.view.nodes[place];
    if (node.state === 'ready') return this.view.fitsNode(pod, node);
    return this.view.fitsTemplate(pod, node.group) && whyBarred(pod.request, node.spec) === undefined;
  }
}

/** Larger CPU requests first, then larger memory, then the older pod. */
export function byCpuThenId(a: FleetPod, b: FleetPod): number {
  return (
    b.request.cpuMilli - a.request.cpuMilli ||
    b.request.memBytes - a.request.memBytes ||
    a.sinceUs - b.sinceUs ||
    a.id - b.id
  );
}
