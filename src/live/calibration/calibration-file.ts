import { z } from 'zod';
import type { CalibrationPlan } from '../../experiment/scenario/calibration-plan.ts';
import { readTextFile } from '../../experiment/local/read-input.ts';
import { writeAtomically } from '../../experiment/local/result-store.ts';
import { fieldText, schemaFault } from '../../experiment/schema-fault.ts';
import { InputError } from '../../sim/input-error.ts';
import { CALIBRATION_FORMAT, type Calibration } from './calibration.ts';

/** A container that takes eleven days to start tells of a damaged file. */
const MS = z.number().min(0).max(1e9);

const TIMES = z.object({
  count: z.int().min(1),
  meanMs: MS,
  quantilesMs: z
    .array(MS)
    .length(21)
    .refine((all) => all.every((one, k) => k === 0 || one >= all[k - 1]), 'must not fall from one to the next'),
});

const FILE = z.object({
  format: z.literal(CALIBRATION_FORMAT),
  engine: z.string(),
  runs: z.array(z.string()),
  speed: z.number().positive().max(100_000),
  startMs: z.record(z.string(), TIMES),
  stopMs: z.record(z.string(), TIMES),
  serviceFactor: z.record(z.string(), z.number().min(1e-6).max(1e6)),
  requestOverheadMs: z.record(z.string(), MS),
});

const WORDS = { whole: 'a calibration', missing: 'write the calibration again with `baton replay`' };

/** Reads a calibration that `baton replay` wrote. Throws an InputError that names the first fault. */
export function readCalibration(path: string): Calibration {
  const text = readTextFile(path, 'a calibration');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new InputError(`${path}: this is not JSON; give the calibration.json that \`baton replay\` wrote`);
  }
  const { format } = Object(data) as { format?: unknown };
  if (format !== CALIBRATION_FORMAT)
    throw new InputError(
      `${path}: this is no calibration ("format" is ${JSON.stringify(format) ?? 'missing'}, not "${CALIBRATION_FORMAT}"); give the calibration.json that \`baton replay\` wrote`,
    );
  const read = FILE.safeParse(data);
  if (read.success) return read.data;
  const { path: place, sentence } = schemaFault(FILE, read.error.issues, data, WORDS);
  const field = fieldText(place);
  throw new InputError(`${path}: ${sentence.includes(field) ? sentence : `${field}: ${sentence}`}`);
}

/** Writes one, whole or not at all. */
export function writeCalibration(path: string, calibration: Calibration): void {
  writeAtomically(path, `${JSON.stringify(calibration, undefined, 2)}\n`);
}

/** What it means to a simulation whose replay goes at this speed (default: that of the calibration): real times become simulated ones. */
export function calibrationPlan(calibration: Calibration, speed: number = calibration.speed): CalibrationPlan {
  const inUs = (ms: number): number => Math.round(ms * 1000 * speed);
  const quantiles = (times: Calibration['startMs']): Record<string, number[]> =>
    Object.fromEntries(Object.entries(times).map(([name, { quantilesMs }]) => [name, quantilesMs.map(inUs)]));
  return {
    startUs: quantiles(calibration.startMs),
    stopUs: quantiles(calibration.stopMs),
    serviceFactor: calibration.serviceFactor,
    requestUs: inUs(calibration.requestOverheadMs['*'] ?? 0),
  };
}
