import { NO_RESOURCES, type Resources } from '../../../data-plane/machine-spec.ts';
import type { Bundle } from '../../allocator/bundle.ts';
import { minus, notNegative, plus } from '../../allocator/quantities.ts';
import type { AppSpec } from './app-spec.ts';
import type { Instance } from './instance.ts';

interface Reservation {
  readonly app: string;
  readonly role: string;
  readonly machine: number;
  readonly amount: Resources;
  user: Instance | undefined;
}

/** Reservations that resident instances leave on their agents, where their volumes wait for the next instance. */
export class ResidentVolumes {
  private readonly reservations: Reservation[] = [];

  add(instance: Instance): void {
    const { spec, machine } = instance;
    this.reservations.push({ app: spec.id, role: spec.role, machine, amount: spec.resources, user: instance });
  }

  use(app: string, machine: number, instance: Instance): void {
    const idle = this.idleAt(app, machine);
    if (idle !== undefined) idle.user = instance;
  }

  released(instance: Instance): void {
    for (const one of this.reservations) if (one.user === instance) one.user = undefined;
  }

  idleAt(app: string, machine: number): Reservation | undefined {
    return this.reservations.find((one) => one.app === app && one.machine === machine && one.user === undefined);
  }

  idleCount(app: string): number {
    return this.reservations.filter((one) => one.app === app && one.user === undefined).length;
  }

  /** An offer as an app may use it: its own idle reservation and nothing else, or what belongs to no volume. */
  view(
    { id, role, isResident, resources }: AppSpec,
    machine: number,
    bundle: Bundle,
    waiting: number,
  ): Bundle | undefined {
    if (isResident) {
      const own = this.idleAt(id, machine);
      if (own !== undefined) return { ...bundle, unreserved: NO_RESOURCES, reserved: new Map([[role, resources]]) };
      return waiting > this.idleCount(id) ? { ...bundle, reserved: new Map() } : undefined;
    }
    const there = this.reservations.filter((one) => one.machine === machine && one.user === undefined);
    if (there.length === 0) return bundle;
    const reserved = new Map(bundle.reserved);
    for (const [of, amount] of bundle.reserved) {
      let taken = NO_RESOURCES;
      for (const one of there) if (one.role === of) taken = plus(taken, one.amount);
      reserved.set(of, notNegative(minus(amount, taken)));
    }
    return { ...bundle, reserved };
  }
}
