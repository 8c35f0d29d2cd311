import { InputError } from '../../../sim/input-error.ts';
import { quoted } from '../../../sim/quantity.ts';
import type { LevelCurve } from '../../../sim/requests/traffic.ts';
import type { Labels } from '../objects/meta.ts';
import { levelCurveOf } from './level-text.ts';
import { readAnnotation } from './read-annotation.ts';

/** A metric from outside of the cluster (a queue's length, a price) over time. */
export interface ExternalMetricText {
  readonly name: string;
  /** The curve, given the wall clock at which the run begins. */
  readonly curve: (epochMs: number) => LevelCurve;
}

/** Reads `queue-length = diurnal 10..400; lag = 30`. Throws an InputError that names the annotation. */
export function readScalerAnnotations(annotations: Labels): readonly ExternalMetricText[] {
  return readAnnotation(annotations, 'external-metrics', (text) => text.split(';').map(metricText)) ?? [];
}

function metricText(text: string): ExternalMetricText {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(0, at)).trim();
  if (name === '')
    throw new InputError(`${quoted(text.trim())} is no metric; write it like "queue-length = diurnal 10..400"`);
  const level = text.slice(at + 1);
  levelCurveOf(level, plainNumber, 0);
  return { name, curve: (epochMs) => levelCurveOf(level, plainNumber, epochMs) };
}

function plainNumber(text: string): number {
  const [, number, prefix = ''] = /^\s*(\d+(?:\.\d+)?)([kMG]?)\s*$/.exec(text) ?? [];
  if (number === undefined) throw new InputError(`${quoted(text)} is no plain number; write it like 400 or 1.5k`);
  return Number(number) * ({ '': 1, k: 1e3, M: 1e6, G: 1e9 }[prefix] ?? 1);
}
