import { ConservativeScheduler } from './conservative-scheduler.ts';
import { EasyScheduler } from './easy-scheduler.ts';
import { InputError } from './input-error.ts';
import type { BackfillPolicy } from './policy.ts';
import { QueueScheduler } from './queue-scheduler.ts';
import type { Scheduler, SchedulerWorld } from './scheduler-world.ts';

/**
 * The scheduler that keeps a backfilling policy's promises; without a policy whoever fits may pass. Throws InputError
 * when users are served by share and pods are to hold reservations: an order that moves with every start has no place
 * in a plan.
 */
export function makeScheduler(world: SchedulerWorld, policy: BackfillPolicy | undefined): Scheduler {
  const reserves = policy?.reservations === 'head' || policy?.reservations === 'all';
  if (reserves && world.sharesByUser)
    throw new InputError(
      `a queue that serves users by share has no fixed order in which backfilling "${policy.name}" could reserve; choose backfilling "any" or "strict" for it, or another queue`,
    );
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
