import type { DataPlane } from '../../../data-plane/data-plane.ts';
import { Slots } from '../../slots.ts';
import { isHealthy, type Instance } from './instance.ts';

/**
 * marathon-lb: hears Marathon's events and writes what is healthy into its configuration. Between an event and requests
 * that follow it lies its delay, a modelling choice.
 */
export class LoadBalancer {
  private readonly plane: DataPlane;
  private readonly delayUs: number;
  private readonly instances = new Slots<Instance>();
  private readonly reloadKind: number;

  constructor(plane: DataPlane, delayUs: number) {
    this.plane = plane;
    this.delayUs = delayUs;
    this.reloadKind = plane.clock.apiKind((number) => this.reload(number));
  }

  /** Something about the instance has changed. */
  hears(instance: Instance): void {
    if (instance.app.service < 0 || instance.container < 0) return;
    this.plane.clock.after(this.delayUs, this.reloadKind, this.instances.put(instance));
  }

  private reload(number: number): void {
    const instance = this.instances.take(number);
    const { balancers } = this.plane;
    const { container } = instance;
    const { service } = instance.app;
    const shouldServe = isHealthy(instance) && Number.isNaN(instance.killedUs);
    if (shouldServe === balancers.isListed(service, container)) return;
    if (shouldServe) balancers.list(service, container);
    else balancers.unlist(service, container);
  }
}
