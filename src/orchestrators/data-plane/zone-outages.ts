import type { WeatherEvent } from '../../sim/weather/weather-event.ts';
import type { Clock } from '../clock.ts';
import type { MachinePark } from './machines.ts';

type NodeEvent = Extract<WeatherEvent, { node: number }>;

/**
 * The weather knows the machines with which a run begins. Those that are bought later share the fate of their zone: when it
 * is out, they stop and none boots there; when it is back, they are. A zone is out while all machines that it had at the
 * beginning are down, if they are two or more or the weather says that it is the zone.
 */
export class ZoneOutages {
  private readonly machines: MachinePark;
  private readonly known: number;
  private readonly sizes = new Map<string, number>();
  /** By zone: its first machines that the weather has taken down. */
  private readonly down = new Map<string, Set<number>>();
  private readonly out = new Set<string>();
  /** Bought machines that an outage has stopped. */
  private readonly stopped = new Set<number>();

  constructor(clock: Clock, machines: MachinePark) {
    this.machines = machines;
    this.known = machines.specs.length;
    for (const { zone } of machines.specs) this.sizes.set(zone, (this.sizes.get(zone) ?? 0) + 1);
    const stopKind = clock.kind((machine) => {
      if (this.out.has(machines.specs[machine].zone)) this.stop(machine);
    });
    machines.watch((machine, { works }, before) => {
      // Not at once, since others have still to be told that it works.
      if (works && before.coming && this.out.has(machines.specs[machine].zone)) clock.after(0, stopKind, machine);
    });
  }

  /** Something befalls a machine, whether it is still there or not. */
  note({ kind, node, cause }: NodeEvent): void {
    if ((kind !== 'node-down' && kind !== 'node-up') || node >= this.known) return;
    const { zone } = this.machines.specs[node];
    if (zone === '') return;
    let down = this.down.get(zone);
    if (down === undefined) this.down.set(zone, (down = new Set()));
    if (kind === 'node-down') down.add(node);
    else down.delete(node);
    const size = this.sizes.get(zone)!;
    const isOut = down.size === size && (this.out.has(zone) || size > 1 || cause === zone || cause === `zone ${zone}`);
    if (isOut === this.out.has(zone)) return;
    if (isOut) this.begin(zone);
    else this.end(zone);
  }

  private begin(zone: string): void {
    const { specs } = this.machines;
    this.out.add(zone);
    for (let machine = this.known; machine < specs.length; machine++)
      if (specs[machine].zone === zone) this.stop(machine);
  }

  private end(zone: string): void {
    const { machines, stopped } = this;
    this.out.delete(zone);
    for (const machine of [...stopped].sort((a, b) => a - b)) {
      if (machines.specs[machine].zone !== zone) continue;
      stopped.delete(machine);
      machines.start(machine);
    }
  }

  private stop(machine: number): void {
    if (!this.machines.state(machine).works) return;
    this.stopped.add(machine);
    this.machines.stop(machine);
  }
}
