import type { RequestModel } from '../../sim/requests/request-model.ts';
import type { MachineBills } from './machine-bills.ts';

/** What requests between zones cost the services that they are for: read now and then, billed since the last time. */
export class ZoneTraffic {
  private readonly bills: MachineBills;
  private readonly requestBytes: number;
  /** By service: calls that are billed already. */
  private readonly billed: number[] = [];

  /** `requestBytes`: of a request and its answer, together. */
  constructor(bills: MachineBills, requestBytes: number) {
    this.bills = bills;
    this.requestBytes = requestBytes;
  }

  /** Whom the service at an index is billed to is what `payerOf` says. */
  bill({ services }: Pick<RequestModel, 'services'>, payerOf: (service: number) => string): void {
    services.forEach(({ crossZone }, service) => {
      this.bills.traffic(payerOf(service), (crossZone - (this.billed[service] ?? 0)) * this.requestBytes);
      this.billed[service] = crossZone;
    });
  }
}
