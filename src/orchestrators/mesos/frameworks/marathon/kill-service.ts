import type { DataPlane } from '../../../data-plane/data-plane.ts';
import type { MesosValues } from '../../constants.ts';
import type { Instance } from './instance.ts';

/** Sends kills, so many at a time, and again when nobody confirms them (core/task/termination/impl/KillServiceActor.scala). */
export class KillService {
  private readonly plane: DataPlane;
  private readonly values: MesosValues;
  private readonly send: (instance: Instance) => void;
  private readonly waiting: Instance[] = [];
  private readonly underWay = new Set<Instance>();
  private readonly retryKind: number;
  private readonly byId: ReadonlyMap<number, Instance>;

  constructor(
    plane: DataPlane,
    values: MesosValues,
    byId: ReadonlyMap<number, Instance>,
    send: (instance: Instance) => void,
  ) {
    this.plane = plane;
    this.values = values;
    this.byId = byId;
    this.send = send;
    this.retryKind = plane.clock.apiKind((id) => this.retry(id));
  }

  kill(instance: Instance): void {
    if (this.underWay.has(instance) || this.waiting.includes(instance)) return;
    this.waiting.push(instance);
    this.next();
  }

  /** It has ended, or nobody can be told to kill it. */
  done(instance: Instance): void {
    this.underWay.delete(instance);
    this.next();
  }

  private next(): void {
    while (this.waiting.length > 0 && this.underWay.size < this.values.killChunkSize) {
      const instance = this.waiting.shift()!;
      if (instance.state === 'ended') continue;
      this.underWay.add(instance);
      this.order(instance);
    }
  }

  private order(instance: Instance): void {
    this.send(instance);
    this.plane.clock.after(this.values.killRetryInterval, this.retryKind, instance.id);
  }

  private retry(id: number): void {
    const instance = this.byId.get(id);
    if (instance !== undefined && this.underWay.has(instance)) this.order(instance);
  }
}
