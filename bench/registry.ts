import { InputError } from '../src/sim/input-error.ts';
import type { Benchmark } from './benchmark.ts';
import { engine } from './engine.ts';
import { fluid } from './fluid.ts';
import { hold } from './hold.ts';
import { cluster } from './kubernetes-cluster.ts';
import { kubernetes } from './kubernetes.ts';
import { living } from './living.ts';
import { month } from './month.ts';
import { orchestrators } from './orchestrators.ts';
import { queueingOracles } from './queueing-oracles.ts';
import { readers } from './readers.ts';
import { requests } from './requests.ts';
import { runs } from './runs.ts';

/** The benchmarks that are measured task by task; the placement kernel has a table of its own. */
export const benchmarks: readonly Benchmark[] = [
  hold,
  engine,
  requests,
  queueingOracles,
  runs,
  readers,
  month,
  fluid,
  living,
  cluster,
  orchestrators,
  kubernetes,
];

/** The benchmark of this name. Throws an InputError otherwise. */
export function benchmarkNamed(name: string): Benchmark {
  const benchmark = benchmarks.find((one) => one.name === name);
  if (benchmark !== undefined) return benchmark;
  const known = [...benchmarks.map((one) => one.name), 'placement'].join(', ');
  throw new InputError(`no benchmark called "${name}"; known are ${known}`);
}
