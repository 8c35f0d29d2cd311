import type { RandomStream } from '../../../sim/random.ts';
import type { ApiServer } from './api-server.ts';
import type { Chronicle } from '../../chronicle.ts';
import type { Clock } from '../../clock.ts';

/** What every component of a cluster works with. */
export interface ControlPlane {
  readonly clock: Clock;
  readonly api: ApiServer;
  readonly chronicle: Chronicle;
  /** Random numbers by purpose: same name, same numbers, in every run with the seed. */
  readonly streams: (name: string) => RandomStream;
  /** Wall-clock time at which the run begins, for schedules: milliseconds since 1970. */
  readonly epochMs: number;
}

/** A controller, the scheduler, a kubelet, an autoscaler: watches and acts from `begin` on. */
export interface Component {
  /** After all components have been made and before the first event; objects may be there already. */
  begin(): void;
}
