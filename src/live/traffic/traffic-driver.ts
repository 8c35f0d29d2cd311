import type { ReplayClock } from '../replay/replay-clock.ts';
import type { TrafficMeasured } from './traffic-measured.ts';

/** Sends the scenario's requests to the containers while a replay goes on. */
export interface TrafficDriver {
  /** The clock has been started. */
  begin(clock: ReplayClock): void;
  /** The pod answers at this address and may get requests; said again when its address has changed. */
  endpointIn(pod: number, address: EndpointAddress): void;
  /** It gets no new ones. */
  endpointOut(pod: number): void;
  /** So far, for progress and the live view. */
  readonly counts: { readonly sent: number; readonly served: number; readonly failed: number };
  /** No more requests; those under way may end for a while. */
  end(): Promise<TrafficMeasured>;
}

export interface EndpointAddress {
  readonly host: string;
  readonly port: number;
}
