import type { DurationSampler } from '../duration-spec.ts';
import type { Attempts } from './attempts.ts';
import type { BalancedService } from './balanced-service.ts';
import type { Counters } from './counters.ts';
import type { Departures } from './departures.ts';
import type { Endpoints } from './endpoints.ts';
import type { Network } from './network.ts';
import type { RequestModelOptions } from './request-model.ts';
import type { Servers } from './servers.ts';

/** What the two tiers of the discrete model share. */
export interface TierContext {
  readonly options: RequestModelOptions;
  readonly endpoints: Endpoints;
  readonly network: Network;
  readonly counters: Counters;
  readonly balanced: readonly BalancedService[];
  /** Draws of the own work of requests from outside, by service. */
  readonly work: readonly DurationSampler[];
  readonly servers: Servers;
  readonly attempts: Attempts;
  readonly departures: Departures;
}
