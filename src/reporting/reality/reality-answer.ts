import { countOf, fixed, formatPercent, listOf } from '../format.ts';
import type { RealityCheck, ServiceCompared, TimesCompared, Verdict } from './reality-check.ts';
import { clock, milliseconds, simulatedTime } from './reality-numbers.ts';

/** What a reality check says, in sentences. */
export interface RealityAnswer {
  /** Carried out, equal, and how near the prediction was. */
  readonly headline: string;
  readonly details: readonly string[];
  /** What must be known before any of it is believed. */
  readonly caveats: readonly string[];
}

/** Puts a check into words. */
export function realityAnswer(check: RealityCheck): RealityAnswer {
  return {
    headline: `${[decisions(check), checkpoints(check), nearest(check)].filter(Boolean).join('; ')}.`,
    details: [starts(check), recoveries(check), requests(check)].filter((text) => text !== ''),
    caveats: caveats(check),
  };
}

function decisions({ decisions: { done, total }, lateness }: RealityCheck): string {
  if (total === 0) return 'the run asked nothing of any engine';
  const late = lateness.begunMs;
  const lateText = late === undefined ? '' : `, ${milliseconds(late.median)} late in the median`;
  return `${fixed(done, 0)} of ${countOf(total, 'decision')} ${total === 1 ? 'was' : 'were'} carried out${lateText}`;
}

function checkpoints({ checkpoints: all }: RealityCheck): string {
  if (all.length === 0) return '';
  const equal = all.filter(({ differences }) => differences.length === 0).length;
  return `containers equalled the simulation at ${equal} of ${countOf(all.length, 'checkpoint')}`;
}

/** The comparison that most people look for first: latency of the busiest service, else start-up. */
function nearest(check: RealityCheck): string {
  const service = busiest(check);
  if (service !== undefined && service.latency.is !== 'unknown') return answered(service);
  const [all] = check.starts;
  if (all?.measuredMs === undefined || all.predictedMs === undefined) return '';
  if (all.predictedMs.median === 0)
    return `starts took ${milliseconds(all.measuredMs.median)} where none was predicted`;
  return `starts took ${asWritten(all.verdict)}`;
}

function starts({ starts: [all], speed }: RealityCheck): string {
  if (all?.measuredMs === undefined || all.predictedMs === undefined) return '';
  const simulated = (ms: number): string => simulatedTime(ms, speed);
  return `From order to readiness ${countOf(all.measuredMs.count, 'container')} took ${milliseconds(all.measuredMs.median)} in the median (${simulated(all.measuredMs.median)} simulated), predicted were ${milliseconds(all.predictedMs.median)} (${simulated(all.predictedMs.median)})${phase(all)}.`;
}

function phase({ orderToStartMs, startToReadyMs }: TimesCompared): string {
  if (orderToStartMs === undefined || startToReadyMs === undefined) return '';
  return `; ${milliseconds(orderToStartMs)} of it the engine's, ${milliseconds(startToReadyMs)} the software's`;
}

function recoveries({ recoveries: all, speed }: RealityCheck): string {
  const both = all.filter(({ predictedMs, measuredMs }) => predictedMs !== undefined && measuredMs !== undefined);
  if (both.length === 0) return '';
  const near = both.filter(({ verdict }) => verdict.is === 'same' || verdict.is === 'close').length;
  const worst = both.reduce((far, one) => (gap(one.verdict) > gap(far.verdict) ? one : far));
  const tail =
    near === both.length
      ? ''
      : `; furthest off was ${worst.workload} (${worst.cause}): ${simulatedTime(worst.measuredMs!, speed)} simulated where ${simulatedTime(worst.predictedMs!, speed)} were predicted`;
  return `${fixed(near, 0)} of ${both.length === 1 ? '1 recovery' : `${fixed(both.length, 0)} recoveries`} took as long as predicted, give or take a tenth${tail}.`;
}

function requests({ services }: RealityCheck): string {
  const told = services.filter(({ latency }) => latency.is !== 'unknown');
  if (told.length < 2) return '';
  return `${listOf(told.map(answered))}.`;
}

function caveats(check: RealityCheck): string[] {
  const { decisions: done, outcome, leftBehind, heldMs, wallMs } = check;
  const lost = done.failed + done.missed;
  const different = check.checkpoints.filter(({ differences }) => differences.length > 0);
  return [
    ...(outcome === 'interrupted' ? ['The replay was interrupted; what it did not reach is not compared.'] : []),
    ...(outcome === 'failed' ? ['The replay failed; what it did not reach is not compared.'] : []),
    ...(leftBehind > 0
      ? [
          `${leftBehind === 1 ? '1 container or network' : `${fixed(leftBehind, 0)} containers or networks`} of the run ${leftBehind === 1 ? 'is' : 'are'} still there; remove with: baton replay --clean ${check.runId}`,
        ]
      : []),
    ...(lost > 0 ? [`${countOf(lost, 'decision')} could not be carried out.`] : []),
    ...(different.length > 0
      ? [
          `Containers differed at ${listOf(
            different.map(({ atS }) => clock(atS)),
          )}; first: ${listOf(different[0].differences)}.`,
        ]
      : []),
    ...(heldMs > 0.02 * wallMs
      ? [
          `The simulated clock was held for ${formatPercent(heldMs / wallMs)} of the time, because the engine could not keep up; a lower speed would tell more.`,
        ]
      : []),
  ];
}

/** The service with most requests. */
function busiest({ services }: RealityCheck): ServiceCompared | undefined {
  return services.reduce<ServiceCompared | undefined>(
    (most, one) => ((one.measured?.served ?? 0) > (most?.measured?.served ?? -1) ? one : most),
    undefined,
  );
}

const gap = ({ relative }: Verdict): number => Math.abs(relative ?? 0);

/** `web answered 23 % slower than predicted`, `answers of web took 3.1 times what was predicted`. */
function answered({ service, latency }: ServiceCompared): string {
  const text = asWritten(latency);
  return text.includes(' times ') ? `answers of ${service} took ${text}` : `${service} answered ${text}`;
}

/** Without its interval, which tables have. */
const asWritten = ({ text }: Verdict): string => text.replace(/ \(95 % interval .*\)$/, '');
