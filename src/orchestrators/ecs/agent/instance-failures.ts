import type { MachineState } from '../../data-plane/data-plane.ts';
import type { EcsWorld } from '../world.ts';

/** A machine's own failure, which only EC2 sees: its status checks fail, or it is gone. */
function isImpaired({ works, speed, coming }: MachineState): boolean {
  return !coming && (!works || speed === 0);
}

/**
 * From an instance that fails to the control plane knowing that its tasks are STOPPED: EC2's status checks run each minute,
 * and whoever answers for the fleet waits a few more before giving the instance up; what the cloud itself terminates is
 * known at once. A machine that is merely cut off passes its checks, so nothing happens at all.
 */
export class InstanceFailures {
  private readonly world: EcsWorld;
  private readonly lost: (machine: number, why: string) => void;
  private readonly dueKind: number;
  private readonly goneKind: number;
  private readonly due: { machine: number; turn: number }[] = [];
  /** By machine: counts up with each change, odd while it is impaired. */
  private readonly turns: number[] = [];

  /** `lost`: the instance is terminated as far as ECS knows; its tasks are STOPPED. */
  constructor(world: EcsWorld, lost: (machine: number, why: string) => void) {
    this.world = world;
    this.lost = lost;
    const { clock } = world.plane;
    this.dueKind = clock.apiKind((subject) => this.given(subject));
    this.goneKind = clock.apiKind((machine) => this.lost(machine, 'was terminated'));
  }

  watch(): void {
    this.world.plane.machines.watch((machine, state, before) => this.look(machine, state, before));
  }

  private look(machine: number, state: MachineState, before: MachineState): void {
    const { clock, chronicle, machines } = this.world.plane;
    if (!this.world.instances.has(machine)) return;
    if (state.gone) {
      if (!before.gone) clock.after(this.world.values.terminationNotice, this.goneKind, machine);
      return;
    }
    const turn = this.turns[machine] ?? 0;
    if (isImpaired(state) === (turn % 2 === 1)) return;
    this.turns[machine] = turn + 1;
    const about = machines.specs[machine].name;
    if (!isImpaired(state)) return;
    const { instanceFailureLeast, instanceFailureMost } = this.world.values;
    const waitUs =
      instanceFailureLeast +
      Math.floor(this.world.random.failure.next() * (instanceFailureMost - instanceFailureLeast));
    clock.after(waitUs, this.dueKind, this.due.push({ machine, turn: turn + 1 }) - 1);
    chronicle.timer({ fromUs: clock.nowUs, toUs: clock.nowUs + waitUs, timer: 'EC2 status checks', about });
  }

  private given(subject: number): void {
    const { machine, turn } = this.due[subject];
    if (this.turns[machine] === turn) this.lost(machine, 'failed its EC2 status checks');
  }
}
