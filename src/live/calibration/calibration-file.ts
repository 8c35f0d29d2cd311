import { z } from 'zod';
import type { CalibrationPlan } from '../../experiment/scenario/calibration-plan.ts';
import { readTextFile } from '../../experiment/local/read-input.ts';
import { writeAtomically } from '../../experiment/local/result-store.ts';
import { InputError } from '../../sim/input-error.ts';
import { CALIBRATION_FORMAT, type Calibration } from './calibration.ts';

const TIMES = z.object({
  count: z.int().min(1),
  meanMs: z.number().min(0),
  quantilesMs: z
    .array(z.number().min(0))
    .length(21)
    .refine((all) => all.every((one, k) => k === 0 || one >= all[k - 1]), 'must not fall from one to the next'),
});

const FILE = z.object({
  format: z.literal(CALIBRATION_FORMAT),
  engine: z.string(),
  runs: z.array(z.string()),
  speed: z.number().positive(),
  startMs: z.record(z.string(), TIMES),
  stopMs: z.record(z.string(), TIMES),
  serviceFactor: z.record(z.string(), z.number().positive()),
  requestOverheadMs: z.record(z.string(), z.number().min(0)),
});

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
  const [issue] = read.error.issues;
  throw new InputError(`${path}: ${issue.path.join('.') || 'the file'}: ${issue.message}`);
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
