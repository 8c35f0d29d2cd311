import { REPLICA } from '../journal.ts';
import type { Replica, ReplicaState } from '../services/replica.ts';
import { RANK, REPLICA_EVENT } from './event-kinds.ts';
import type { World } from './world.ts';

/** Their places in this list are their numbers in the fingerprint. */
export const REPLICA_STATES: readonly ReplicaState[] = [
  'pending',
  'pulling',
  'booting',
  'ready',
  'unready',
  'waiting',
  'dead',
  'terminating',
  'gone',
];

/** The one place where a replica's state and the time of its next event are written. */
export class ReplicaStates {
  private readonly world: World;
  /** Told after the number of a service's ready replicas has changed. */
  onReadiness: (service: number) => void = () => {};

  constructor(world: World) {
    this.world = world;
  }

  set(replica: Replica, state: ReplicaState): void {
    const { world } = this;
    const before = replica.state;
    replica.state = state;
    replica.isEmpty = false;
    world.simulation.note(REPLICA, replica.id, REPLICA_STATES.indexOf(state));
    if ((before === 'dead') !== (state === 'dead')) world.dead[replica.service] += state === 'dead' ? 1 : -1;
    if ((before === 'ready') === (state === 'ready')) return;
    if (state !== 'gone') replica.changedUs = world.nowUs;
    world.ready[replica.service] += state === 'ready' ? 1 : -1;
    this.onReadiness(replica.service);
  }

  /** The replica's next event comes then; whatever was planned before is out of date. Infinity: nothing is planned. */
  dueAt(replica: Replica, timeUs: number): void {
    replica.dueUs = timeUs;
    if (timeUs > this.world.nowUs && timeUs !== Infinity)
      this.world.simulation.schedule(timeUs, RANK.timer, REPLICA_EVENT, replica.id);
  }
}
