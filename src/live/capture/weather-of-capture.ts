import { countOf } from '../../reporting/format.ts';
import type { CapturedHistory, CapturedRun } from './captured-history.ts';
import type { CapturedService } from './workloads-of-capture.ts';

/** What befell the containers, as scripted weather. */
export interface CapturedWeather {
  readonly events: readonly Readonly<Record<string, string | number>>[];
  readonly unsaid: readonly string[];
}

/** Processes of one machine that die within this time died of one cause. */
const TOGETHER_US = 2_000_000;
/** More than this many lines of weather are not written by hand either. */
const MOST_EVENTS = 200;

/**
 * Machines whose processes all died at once, and crashes of single processes: those that nobody had told to end, or that
 * ended badly and were started again.
 */
export function weatherOfCapture(
  history: CapturedHistory,
  services: readonly CapturedService[],
  groups: readonly string[],
): CapturedWeather {
  const events: { atUs: number; event: Record<string, string | number> }[] = [];
  const unsaid: string[] = [];
  const explained = new Set<CapturedRun>();
  const all = history.containers.flatMap((container) =>
    container.runs.map((run, k) => ({ container, run, isLast: k === container.runs.length - 1 })),
  );
  history.nodes.forEach((_node, place) => {
    const here = all.filter((one) => one.container.node === place);
    const deaths = here.filter(({ run }) => endedBadly(run)).sort((a, b) => a.run.untilUs! - b.run.untilUs!);
    for (const { run } of deaths) {
      if (explained.has(run)) continue;
      const untilUs = run.untilUs! + TOGETHER_US;
      const lived = here.filter(
        (one) => one.run.fromUs < run.untilUs! && (one.run.untilUs ?? Infinity) >= run.untilUs!,
      );
      const died = lived.filter((one) => endedBadly(one.run) && one.run.untilUs! <= untilUs);
      if (lived.length < 2 || died.length < lived.length) continue;
      for (const one of died) explained.add(one.run);
      const next = Math.min(...here.map((one) => one.run.fromUs).filter((fromUs) => fromUs > run.untilUs!));
      const forUs = next === Infinity ? 0 : next - run.untilUs!;
      events.push({
        atUs: run.untilUs!,
        event: {
          kind: 'script',
          effect: 'down',
          at: time(run.untilUs!),
          for: time(forUs),
          nodes: groups[place],
        },
      });
    }
  });
  for (const service of services) {
    const crashes = new Map<number, number>();
    let oom = 0;
    for (const { run, isLast } of all.filter((one) => service.containers.includes(one.container))) {
      if (!endedBadly(run) || explained.has(run) || (run.toldUs !== undefined && isLast)) continue;
      crashes.set(run.untilUs!, (crashes.get(run.untilUs!) ?? 0) + 1);
      if (run.oomKilled === true) oom++;
    }
    for (const [atUs, count] of crashes)
      events.push({
        atUs,
        event: {
          kind: 'script',
          effect: 'replica-crash',
          service: service.key,
          at: time(atUs),
          ...(count > 1 && { count }),
        },
      });
    if (oom > 0)
      unsaid.push(
        `${countOf(oom, 'crash', 'crashes')} of ${service.key} ${oom === 1 ? 'was' : 'were'} for want of memory`,
      );
  }
  events.sort((a, b) => a.atUs - b.atUs);
  if (events.length > MOST_EVENTS)
    unsaid.push(`${countOf(events.length - MOST_EVENTS, 'later crash was', 'later crashes were')} left out`);
  return { events: events.slice(0, MOST_EVENTS).map((one) => one.event), unsaid };
}

const endedBadly = ({ untilUs, exitCode, oomKilled }: CapturedRun): boolean =>
  untilUs !== undefined && (exitCode !== 0 || oomKilled === true);

const time = (us: number): string => `${us / 1e6}s`;
