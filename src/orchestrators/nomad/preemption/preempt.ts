import type { Resources } from '../../data-plane/machine-spec.ts';

/** An allocation that might have to go. */
export interface Victim<A = unknown> {
  readonly alloc: A;
  readonly priority: number;
  readonly resources: Resources;
  /** Of its group: how many of them may be away at once (`migrate.max_parallel`), 0: no matter. */
  readonly maxParallel: number;
  /** How many of its group are preempted by this plan already. */
  readonly preempted: number;
}

/** Victims have at most so much priority: own less 10 (preemption.go). */
export const PRIORITY_GAP = 10;
/** What each allocation beyond `max_parallel` adds to a victim's distance. */
const PARALLEL_PENALTY = 50;

/** How far an allocation's size is from what is needed, memory, CPU and disk in shares of the need. */
export function resourceDistance(need: Resources, size: Resources): number {
  const part = (wanted: number, there: number): number => {
    const share = wanted > 0 ? (wanted - there) / wanted : 0;
    return share * share;
  };
  return Math.sqrt(
    part(need.memBytes, size.memBytes) + part(need.cpuMilli, size.cpuMilli) + part(need.diskBytes, size.diskBytes),
  );
}

function victimDistance(need: Resources, { resources, maxParallel, preempted }: Victim): number {
  const penalty = maxParallel > 0 && preempted >= maxParallel ? (preempted + 1 - maxParallel) * PARALLEL_PENALTY : 0;
  return resourceDistance(need, resources) + penalty;
}

/**
 * Who has to go so that an ask fits into what is free on a node: of the lowest priorities first, in each again and again
 * the one nearest to what is still needed; then whoever turns out not to be needed stays, the most distant first.
 * Undefined: not even all of them suffice. Ties: as they come.
 */
export function chooseVictims<A>(
  ask: Resources,
  free: Resources,
  candidates: readonly Victim<A>[],
): Victim<A>[] | undefined {
  const chosen: Victim<A>[] = [];
  const freed = { ...free };
  let need: Resources = { ...ask };
  const priorities = [...new Set(candidates.map(({ priority }) => priority))].sort((a, b) => a - b);
  for (const priority of priorities) {
    if (fits(ask, freed)) break;
    const left = candidates.filter((victim) => victim.priority === priority);
    while (left.length > 0 && !fits(ask, freed)) {
      let best = 0;
      for (let place = 1; place < left.length; place++)
        if (victimDistance(need, left[place]) < victimDistance(need, left[best])) best = place;
      const [victim] = left.splice(best, 1);
      chosen.push(victim);
      add(freed, victim.resources, 1);
      need = minus(need, victim.resources);
    }
  }
  if (!fits(ask, freed)) return undefined;
  return withoutSuperfluous(ask, free, chosen);
}

function withoutSuperfluous<A>(ask: Resources, free: Resources, chosen: readonly Victim<A>[]): Victim<A>[] {
  const byDistance = chosen
    .map((victim, place) => ({ victim, place, distance: resourceDistance(ask, victim.resources) }))
    .sort((a, b) => b.distance - a.distance || a.place - b.place);
  const kept: Victim<A>[] = [];
  const freed = { ...free };
  for (const { victim } of byDistance) {
    if (fits(ask, freed)) break;
    kept.push(victim);
    add(freed, victim.resources, 1);
  }
  return kept;
}

function fits(ask: Resources, free: Resources): boolean {
  return (
    ask.cpuMilli <= free.cpuMilli &&
    ask.memBytes <= free.memBytes &&
    ask.diskBytes <= free.diskBytes &&
    ask.gpuCount <= free.gpuCount
  );
}

function add(
  to: { cpuMilli: number; memBytes: number; diskBytes: number; gpuCount: number },
  what: Resources,
  sign: 1 | -1,
): void {
  to.cpuMilli += sign * what.cpuMilli;
  to.memBytes += sign * what.memBytes;
  to.diskBytes += sign * what.diskBytes;
  to.gpuCount += sign * what.gpuCount;
}

function minus(need: Resources, what: Resources): Resources {
  return {
    cpuMilli: need.cpuMilli - what.cpuMilli,
    memBytes: need.memBytes - what.memBytes,
    diskBytes: need.diskBytes - what.diskBytes,
    gpuCount: need.gpuCount - what.gpuCount,
  };
}
