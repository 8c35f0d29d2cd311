import type { ClockReading } from './traffic-clock.ts';
import type { TrafficMeasured } from './traffic-measured.ts';
import type { TrafficPlan } from './traffic-plan.ts';
import type { TrafficEndpoint } from './traffic-sender.ts';

/** What the load generator's thread is born with. */
export interface TrafficBirth {
  readonly plan: TrafficPlan;
  readonly fromUs: number;
}

export type TrafficOrder =
  | { readonly kind: 'clock'; readonly reading: ClockReading }
  | { readonly kind: 'in'; readonly endpoint: TrafficEndpoint }
  | { readonly kind: 'out'; readonly pod: number }
  | { readonly kind: 'end'; readonly drainMs: number };

export type TrafficNews =
  | { readonly kind: 'counts'; readonly sent: number; readonly served: number; readonly failed: number }
  | { readonly kind: 'measured'; readonly measured: TrafficMeasured };
