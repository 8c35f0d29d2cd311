import { countOf, listOf } from '../../reporting/format.ts';
import type { CleanReport, EngineCleaned } from './clean-run.ts';

/** What was removed and what is left, a line an engine, and how to finish where something is. */
export function cleanReportText(report: CleanReport): string {
  const lines = report.engines.map(engineText);
  if (!report.isClean) lines.push(`finish it later with: baton replay --clean ${report.runId}`);
  return lines.join('\n');
}

/** Of two cleanings of the same engines, one after the other: what both removed, and what the second left. */
export function bothCleaned(first: CleanReport, second: CleanReport): CleanReport {
  const engines = second.engines.map((one): EngineCleaned => {
    const before = first.engines.find(({ engine }) => engine === one.engine);
    if (before === undefined) return one;
    return {
      ...one,
      containers: before.containers + one.containers,
      networks: before.networks + one.networks,
      images: before.images + one.images,
      locks: before.locks + one.locks,
    };
  });
  return { ...second, engines };
}

function engineText(one: EngineCleaned): string {
  const removed = [
    ...(one.containers > 0 ? [countOf(one.containers, 'container')] : []),
    ...(one.networks > 0 ? [countOf(one.networks, 'network')] : []),
    ...(one.images > 0 ? [countOf(one.images, 'image')] : []),
    ...(one.locks > 0 ? [one.locks === 1 ? 'the lock' : `${one.locks} locks`] : []),
  ];
  const lines = [
    one.sentence ??
      (removed.length > 0
        ? `${one.engine}: removed ${listOf(removed, Infinity)}${one.left.length === 0 ? '; nothing is left' : ''}`
        : one.left.length === 0
          ? `${one.engine}: nothing of the run is there`
          : `${one.engine}: nothing more could be removed`),
  ];
  // The sentence says it already where a lock is all that keeps from cleaning.
  if (one.sentence === undefined)
    for (const { kind, name, why } of one.left) lines.push(`  left: ${kind} ${name}: ${why}`);
  return lines.join('\n');
}
