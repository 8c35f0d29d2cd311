import { fixed, formatBytes } from '../format.ts';
import type { ComparedLine, SampleSummary } from './reality-check.ts';

/** Real time with its unit: `0.4 ms`, `96 ms`, `1.24 s`, `3.2 min`. */
export function milliseconds(ms: number): string {
  const size = Math.abs(ms);
  if (size >= 120_000) return `${fixed(ms / 60_000, 1)} min`;
  if (size >= 10_000) return `${fixed(ms / 1000, 1)} s`;
  if (size >= 1000) return `${fixed(ms / 1000, 2)} s`;
  return `${fixed(ms, size === 0 || size >= 10 ? 0 : 1)} ms`;
}

/** Simulated time of so many real milliseconds. */
export function simulatedTime(ms: number, speed: number): string {
  return milliseconds(ms * speed);
}

/** A moment of the run: `6:40`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (count: number): string => String(count).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** An amount of CPU or memory. */
export function amount(value: number, resource: 'cpu' | 'memory'): string {
  return resource === 'memory' ? formatBytes(value) : `${fixed(value, value >= 100 ? 0 : 1)} m`;
}

/** `3.40 to 4.10 s`: where nine tenths of a sample lie. */
export function spread({ p5, p95 }: SampleSummary): string {
  return `${milliseconds(p5)} to ${milliseconds(p95)}`;
}

/** `×0.05`, or `by shares`. */
export function scaleText(scale: number | 'shares'): string {
  return scale === 'shares' ? 'by shares' : scale === 1 ? '×1' : `×${String(Number(scale.toPrecision(3)))}`;
}

/** In the unit of a chart's axis: bytes as MiB. */
export function axisValue(value: number | null, unit: ComparedLine['unit']): number | null {
  return value === null || !Number.isFinite(value) ? null : unit === 'bytes' ? value / 1_048_576 : value;
}
