import { fullServiceName, type AppService, type Loss } from './app-model.ts';

/** Collects what a translation loses; one for each translation. */
export class LossBook {
  readonly losses: Loss[] = [];

  /** A page of it for one service. */
  of(service: Pick<AppService, 'group' | 'name'>): ServiceLosses {
    return new ServiceLosses(fullServiceName(service), this.losses);
  }
}

/** What one service loses. `field` is a field of the model. */
export class ServiceLosses {
  private readonly service: string;
  private readonly losses: Loss[];
  private readonly prefix: string;

  constructor(service: string, losses: Loss[], prefix = '') {
    this.service = service;
    this.losses = losses;
    this.prefix = prefix;
  }

  /** The same page for a part of the service: its fields begin with `prefix`. */
  within(prefix: string): ServiceLosses {
    return new ServiceLosses(this.service, this.losses, `${prefix}.`);
  }

  /** The target has nothing like it. Does nothing when there is no value to lose. */
  none(field: string, value: string | undefined, instead: string): void {
    this.add('not-expressible', field, value, instead);
  }

  /** The target has something near. Does nothing when there is no value to lose. */
  near(field: string, value: string | undefined, instead: string): void {
    this.add('approximated', field, value, instead);
  }

  private add(kind: Loss['kind'], field: string, value: string | undefined, instead: string): void {
    if (value === undefined) return;
    this.losses.push({ kind, service: this.service, field: `${this.prefix}${field}`, value, instead });
  }
}
