import type { BenchOptions, Sample } from './benchmark.ts';
import { inlineMore } from '../src/experiment/local/inline-more.ts';
import { benchmarkNamed } from './registry.ts';

/** What a measuring process hands back. */
export interface Measured {
  readonly sample: Sample;
  readonly peakRssBytes: number;
}

inlineMore();
// A process of its own for one measurement: the benchmark, the task and the options are its arguments.
const [, , benchmark, taskName, optionsText] = process.argv;
const task = benchmarkNamed(benchmark)
  .tasks(JSON.parse(optionsText) as BenchOptions)
  .find(({ name }) => name === taskName)!;
const sample = task.measure();
const measured: Measured = { sample, peakRssBytes: process.resourceUsage().maxRSS * 1024 };
process.stdout.write(JSON.stringify(measured));
