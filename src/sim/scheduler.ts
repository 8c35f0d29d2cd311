import { ConservativeScheduler } from './conservative-scheduler.ts';
import { EasyScheduler } from './easy-scheduler.ts';
import type { BackfillPolicy } from './policy.ts';
import { QueueScheduler } from './queue-scheduler.ts';
import type { Scheduler, SchedulerWorld } from './scheduler-world.ts';

/** The scheduler that keeps a backfilling policy's promises; without a policy whoever fits may pass. */
export function makeScheduler(world: SchedulerWorld, policy: BackfillPolicy | undefined): Scheduler {
  switch (policy?.reservations) {
    case 'head':
      return new EasyScheduler(world, policy);
    case 'all':
      return new ConservativeScheduler(world);
    case 'none':
      return new QueueScheduler(world, true);
    default:
      return new QueueScheduler(world, false);
  }
}
