import { InputError } from '../../sim/input-error.ts';
import type { NodeSpec } from '../../sim/node-spec.ts';
import type { PodSource } from '../../sim/pod-source.ts';
import { stream, type RandomStream } from '../../sim/random.ts';
import type { DropReport } from '../drop-report.ts';
import { durationOrForeverUs, durationUs, factorOf, quoted, wholeNumberOf } from '../../sim/quantity.ts';
import { inflate, type LoadedResource } from './inflate.ts';
import { limit } from './limit.ts';
import { relabel, relabelChange } from './relabel.ts';
import { repeat } from './repeat.ts';
import { sample } from './sample.ts';
import { compressTime, scaleArrivals } from './scale-arrivals.ts';
import { scaleSizes, type SizeFactors } from './scale-sizes.ts';
import { shuffle } from './shuffle.ts';
import { sort } from './sort.ts';
import { fromZero, window } from './window.ts';

/** What transforms may know of the run they prepare the workload for. */
export interface TransformContext {
  readonly seed: number | string;
  /** The machines; `inflate` measures loads against them. */
  readonly nodes: readonly NodeSpec[];
  /** Is told which transforms were applied. */
  readonly report?: DropReport;
}

type Apply = (source: PodSource, random: RandomStream, nodes: readonly NodeSpec[]) => PodSource;

/** One transform as it can be written, for listings. */
export interface TransformHelp {
  readonly name: string;
  /** The text after the name, such as `=FACTOR`; empty when there is none. */
  readonly argument: string;
  readonly example: string;
  /** What it does, in one line. */
  readonly line: string;
}

interface Definition extends TransformHelp {
  /** Whether it depends on the seed, with this argument. */
  readonly isRandom?: (argument: string) => boolean;
  readonly parse: (argument: string) => Apply;
}

/** A transform with its argument read, ready to be applied. */
export interface TransformStep {
  /** As it was written. */
  readonly text: string;
  readonly name: string;
  /** Whether it depends on the seed. */
  readonly isRandom: boolean;
  /** Whether it comes first and puts the pods in order of arrival, so that the reader need not insist on it. */
  readonly sorts: boolean;
  readonly apply: Apply;
}

const DEFINITIONS: readonly Definition[] = [
  {
    name: 'sort',
    argument: '',
    example: 'sort',
    line: 'put the pods in order of arrival; first in the list it lets the reader accept any order',
    parse: () => (source) => sort(source),
  },
  {
    name: 'scale-arrivals',
    argument: '=RATE',
    example: 'scale-arrivals=2',
    line: 'pods arrive RATE times as often; run times stay',
    parse: (argument) => {
      const rate = factorOf(argument);
      return (source) => scaleArrivals(source, rate);
    },
  },
  {
    name: 'compress-time',
    argument: '=FACTOR',
    example: 'compress-time=60',
    line: 'arrivals, run times and estimates are divided by FACTOR',
    parse: (argument) => {
      const factor = factorOf(argument);
      return (source) => compressTime(source, factor);
    },
  },
  {
    name: 'scale-sizes',
    argument: '=FACTOR or =cpu:F,mem:F,storage:F,gpu:F',
    example: 'scale-sizes=cpu:2,mem:0.5',
    line: 'pods ask for FACTOR times as much, rounded up; one factor is for all four resources',
    parse: (argument) => {
      const factors = sizeFactors(argument);
      return (source) => scaleSizes(source, factors);
    },
  },
  {
    name: 'window',
    argument: '=FROM..TO',
    example: 'window=1d..3d',
    line: 'only pods that arrive from FROM to before TO (either may be left out); FROM becomes time 0',
    parse: (argument) => {
      const [fromUs, toUs] = windowOf(argument);
      return (source) => window(source, fromUs, toUs);
    },
  },
  {
    name: 'from-zero',
    argument: '',
    example: 'from-zero',
    line: 'shift all arrivals so that the first pod arrives at time 0',
    parse: () => (source) => fromZero(source),
  },
  {
    name: 'sample',
    argument: '=SHARE',
    example: 'sample=0.1',
    line: 'keep each pod (each gang as a whole) with this probability',
    isRandom: () => true,
    parse: (argument) => {
      const share = factorOf(argument);
      if (share > 1)
        throw new InputError(`${quoted(argument)} is not a share above 0 and at most 1; write it like 0.1`);
      return (source, random) => sample(source, share, random);
    },
  },
  {
    name: 'limit',
    argument: '=COUNT',
    example: 'limit=1000',
    line: 'only the first COUNT pods (and the rest of a gang begun)',
    parse: (argument) => {
      const count = wholeNumberOf(argument, 1);
      return (source) => limit(source, count);
    },
  },
  {
    name: 'shuffle',
    argument: '',
    example: 'shuffle',
    line: 'the same arrival times and the same pods, matched anew at random',
    isRandom: () => true,
    parse: () => (source, random) => shuffle(source, random),
  },
  {
    name: 'inflate',
    argument: '=RESOURCE:LOAD',
    example: 'inflate=gpu:1.3',
    line: 'clone or remove random pods until all requests for cpu, mem or gpu sum up to LOAD times the cluster',
    isRandom: () => true,
    parse: (argument) => {
      const [resource, load] = loadOf(argument);
      return (source, random, nodes) => inflate(source, resource, load * capacity(nodes, resource), random);
    },
  },
  {
    name: 'relabel',
    argument: '=FIELD:VALUE,VALUE,...',
    example: 'relabel=user:ann,bob',
    line: 'write user, priority, name (a prefix), estimate (run, none, 2x) or gpu-model (or any); several values are drawn at random',
    isRandom: (argument) => argument.includes(','),
    parse: (argument) => {
      const [field, values] = keyed(argument, 'user:ann,bob');
      const changes = values.split(',').map((value) => relabelChange(field, value.trim()));
      return (source, random) => relabel(source, changes, random);
    },
  },
  {
    name: 'repeat',
    argument: '=TIMES or =TIMES:PERIOD',
    example: 'repeat=4:7d',
    line: 'the workload TIMES times, beginning anew each PERIOD (by default when its arrivals are over)',
    parse: (argument) => {
      const [times, period] = argument.split(':', 2);
      const count = wholeNumberOf(times, 1);
      const periodUs = period === undefined ? undefined : durationUs(period);
      return (source) => repeat(source, count, periodUs);
    },
  },
];

/** All transforms, for help texts. */
export const TRANSFORMS: readonly TransformHelp[] = DEFINITIONS;

/** Reads transforms such as `window=1d..3d`; they are applied in this order. Throws InputError. */
export function parseTransforms(texts: readonly string[]): TransformStep[] {
  return texts.map((text, index) => {
    const equals = text.indexOf('=');
    const name = (equals < 0 ? text : text.slice(0, equals)).trim();
    const argument = equals < 0 ? '' : text.slice(equals + 1).trim();
    const definition = DEFINITIONS.find((one) => one.name === name);
    if (definition === undefined)
      throw new InputError(
        `no transform is called ${quoted(name)}; known are ${DEFINITIONS.map((one) => one.name).join(', ')}`,
      );
    if ((definition.argument === '') !== (argument === ''))
      throw new InputError(`transform ${quoted(text)}: write it like ${definition.example}`);
    return {
      text,
      name,
      isRandom: definition.isRandom?.(argument) ?? false,
      sorts: name === 'sort' && index === 0,
      apply: parsed(definition, argument, text),
    };
  });
}

/** The source after all steps. A step that is there twice draws from two streams. */
export function applyTransforms(
  source: PodSource,
  steps: readonly TransformStep[],
  context: TransformContext,
): PodSource {
  let transformed = source;
  const seen = new Map<string, number>();
  for (const step of steps) {
    const turn = (seen.get(step.name) ?? 0) + 1;
    seen.set(step.name, turn);
    const random = stream(context.seed, `transform/${step.name}${turn === 1 ? '' : `/${turn}`}`);
    transformed = step.apply(transformed, random, context.nodes);
    context.report?.note(`transform ${step.text}`);
  }
  return transformed;
}

function parsed(definition: Definition, argument: string, text: string): Apply {
  try {
    return definition.parse(argument);
  } catch (error) {
    if (error instanceof InputError)
      throw new InputError(`transform ${quoted(text)}: ${error.message} (an example: ${definition.example})`);
    throw error;
  }
}

function sizeFactors(argument: string): SizeFactors {
  if (!argument.includes(':')) {
    const factor = factorOf(argument);
    return { cpu: factor, mem: factor, storage: factor, gpu: factor };
  }
  const factors: Record<string, number> = {};
  for (const part of argument.split(',')) {
    const [resource, factor] = keyed(part, 'cpu:2');
    if (!['cpu', 'mem', 'storage', 'gpu'].includes(resource))
      throw new InputError(`${quoted(resource)} is not a resource; write cpu, mem, storage or gpu`);
    factors[resource] = factorOf(factor);
  }
  return factors;
}

function windowOf(argument: string): [fromUs: number, toUs: number] {
  const [from, to, more] = argument.split('..');
  if (to === undefined || more !== undefined)
    throw new InputError(`${quoted(argument)} is not a window; write two times with .. between them`);
  const fromUs = from.trim() === '' ? 0 : durationUs(from);
  const toUs = durationOrForeverUs(to);
  if (toUs <= fromUs) throw new InputError(`${quoted(argument)} ends before it begins; write the earlier time first`);
  return [fromUs, toUs];
}

function loadOf(argument: string): [resource: LoadedResource, load: number] {
  const [resource, load] = keyed(argument, 'gpu:1.3');
  if (resource !== 'cpu' && resource !== 'mem' && resource !== 'gpu')
    throw new InputError(`${quoted(resource)} is not a resource with a load; write cpu, mem or gpu`);
  return [resource, factorOf(load)];
}

function keyed(text: string, example: string): [key: string, value: string] {
  const colon = text.indexOf(':');
  if (colon <= 0 || colon === text.length - 1)
    throw new InputError(`${quoted(text)} has no value; write it like ${example}`);
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}

/** What the machines have of a resource together, in the units of `inflate`. */
function capacity(nodes: readonly NodeSpec[], resource: LoadedResource): number {
  let sum = 0;
  for (const node of nodes)
    sum += resource === 'cpu' ? node.cpuMilli : resource === 'mem' ? node.memBytes : (node.gpuCount ?? 0) * 1000;
  if (sum > 0) return sum;
  throw new InputError(`inflate: the cluster has no ${resource}, so a load of it means nothing; name another resource`);
}
