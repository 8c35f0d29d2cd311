import { durationSpecOf } from '../../../sim/duration-text.ts';
import type { DurationSpec } from '../../../sim/duration-spec.ts';
import { InputError } from '../../../sim/input-error.ts';
import { suggestion } from '../../../sim/nearest-name.ts';
import { bytesOfQuantity, cpuMilliOf, factorOf, quoted, wholeNumberOf } from '../../../sim/quantity.ts';
import { shareOf } from '../../../sim/unit-text.ts';
import type { Labels } from '../objects/meta.ts';
import { ANNOTATIONS, PREFIX } from './annotation-table.ts';
import { readScalerAnnotations } from './external-metrics.ts';
import { readAnnotation } from './read-annotation.ts';
import { readServiceAnnotations } from './service-annotations.ts';

/** An amount that a process uses: so much, or such a share of what it requests, growing by so much per hour. */
export interface UsageLevel {
  readonly share?: number;
  readonly amount?: number;
  readonly sharePerHour?: number;
  readonly amountPerHour?: number;
}

/** What the annotations of a pod say, read; what they do not say is absent. */
export interface PodAnnotations {
  readonly imageBytes?: PerContainer<number>;
  readonly boot?: PerContainer<DurationSpec>;
  readonly stop?: PerContainer<DurationSpec>;
  readonly duration?: PerContainer<DurationSpec>;
  readonly failureShare?: PerContainer<number>;
  readonly exitCode?: PerContainer<number>;
  readonly cpuUsage?: PerContainer<UsageLevel>;
  readonly memUsage?: PerContainer<UsageLevel>;
  readonly diskUsage?: PerContainer<UsageLevel>;
  readonly workFactor?: PerContainer<number>;
  readonly errorShare?: PerContainer<number>;
}

/** One value for every container, or values by container's name. */
export interface PerContainer<T> {
  readonly all?: T;
  readonly by: ReadonlyMap<string, T>;
}

/** What the annotation says of one container; undefined: nothing. */
export function ofContainer<T>(said: PerContainer<T> | undefined, container: string): T | undefined {
  return said === undefined ? undefined : (said.by.get(container) ?? said.all);
}

const read = new WeakMap<Labels, PodAnnotations>();
const NOTHING_SAID: PodAnnotations = {};

/** The pod's annotations, read once for all pods that share them. Throws an InputError that names the annotation. */
export function podAnnotations(annotations: Labels): PodAnnotations {
  // fast: most pods have none, each in an object of its own.
  if (!saysAnything(annotations)) return NOTHING_SAID;
  let found = read.get(annotations);
  if (found === undefined) read.set(annotations, (found = readPodAnnotations(annotations)));
  return found;
}

/** What is wrong with an annotation, as a whole sentence but for the object and the place. */
export interface AnnotationFault {
  readonly annotation: string;
  readonly sentence: string;
}

/**
 * What is wrong with the `baton.dev/` annotations of an object of this kind: they are not known, in the wrong place, or
 * cannot be read. Those of a pod template are those of a `Pod`.
 */
export function annotationFaults(kind: string, annotations: Labels): AnnotationFault[] {
  return Object.keys(annotations).flatMap((annotation) => {
    const sentence = annotation.startsWith(PREFIX) ? faultOf(kind, annotation, annotations[annotation]) : undefined;
    return sentence === undefined ? [] : [{ annotation, sentence }];
  });
}

function faultOf(kind: string, annotation: string, text: string): string | undefined {
  const known = ANNOTATIONS.find((one) => one.name === annotation.slice(PREFIX.length));
  if (known === undefined) {
    const names = ANNOTATIONS.map((one) => PREFIX + one.name);
    return `there is no such annotation${suggestion(annotation, names)}`;
  }
  if (!mayCarry(kind, known.on)) return `it has no meaning on a ${kind}; write it on ${PLACES[known.on]}`;
  const alone = { [annotation]: text };
  try {
    podAnnotations(alone);
    readServiceAnnotations(alone);
    readScalerAnnotations(alone);
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const about = `annotation "${annotation}": `;
    return error.message.startsWith(about) ? error.message.slice(about.length) : error.message;
  }
}

const PLACES = {
  pod: 'the pod: in spec.template.metadata.annotations of its workload',
  service: 'the Service, or on the pods or the workload behind it',
  scaler: 'the HorizontalPodAutoscaler or ScaledObject that reads it',
} as const;
const SCALERS = new Set(['HorizontalPodAutoscaler', 'ScaledObject']);
const SERVING = new Set(['Service', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Pod']);

function mayCarry(kind: string, on: keyof typeof PLACES): boolean {
  if (on === 'pod') return kind === 'Pod';
  return on === 'scaler' ? SCALERS.has(kind) : SERVING.has(kind);
}

function saysAnything(annotations: Labels): boolean {
  for (const name in annotations) if (name.startsWith(PREFIX)) return true;
  return false;
}

function readPodAnnotations(annotations: Labels): PodAnnotations {
  const of = <T>(name: string, one: (text: string) => T): PerContainer<T> | undefined =>
    readAnnotation(annotations, name, (text) => perContainer(text, one));
  const said = {
    imageBytes: of('image-size', bytesOfQuantity),
    boot: of('boot', durationSpecOf),
    stop: of('stop', durationSpecOf),
    duration: of('duration', durationSpecOf),
    failureShare: of('failure-share', (text) => shareOf(text)),
    exitCode: of('exit-code', (text) => wholeNumberOf(text, 0, 255)),
    cpuUsage: of('cpu-usage', cpuLevel),
    memUsage: of('memory-usage', (text) => usageLevel(text, bytesOfQuantity, '80%, 300Mi or 300Mi + 50Mi/h')),
    diskUsage: of('disk-usage', diskLevel),
    workFactor: of('work-factor', workFactorOf),
    errorShare: of('error-share', (text) => shareOf(text)),
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

/** `2s`, or `main = 2s; proxy = 1s`. */
function perContainer<T>(text: string, one: (text: string) => T): PerContainer<T> {
  if (!text.includes('=')) return { all: one(text), by: new Map() };
  const by = new Map<string, T>();
  for (const part of text.split(';')) {
    const at = part.indexOf('=');
    const container = part.slice(0, at).trim();
    if (at < 0 || container === '')
      throw new InputError(`${quoted(part.trim())} names no container; write it like "main = 2s; proxy = 1s"`);
    if (by.has(container)) throw new InputError(`container "${container}" is named twice; write it once`);
    by.set(container, one(part.slice(at + 1).trim()));
  }
  return { by };
}

/** `60%`, `300Mi`, and a growth behind a plus sign: `300Mi + 5%/h`. */
function usageLevel(text: string, amountOf: (text: string) => number, examples: string): UsageLevel {
  const [first = '', growth, ...more] = text.split('+').map((part) => part.trim());
  if (more.length > 0) throw new InputError(`${quoted(text)} has more than one growth; write it like ${examples}`);
  const isShare = first.endsWith('%');
  const level = isShare ? { share: shareOf(first, 0, 100) } : { amount: amountOf(first) };
  if (growth === undefined) return level;
  const [, rate] = /^(.*)\/\s*h$/.exec(growth) ?? [];
  if (rate === undefined) throw new InputError(`${quoted(growth)} is no growth; write it per hour, like ${examples}`);
  const written = rate.trim();
  return written.endsWith('%')
    ? { ...level, sharePerHour: shareOf(written, 0, 100) }
    : { ...level, amountPerHour: amountOf(written) };
}

/** A factor above 0. */
function workFactorOf(text: string): number {
  const factor = factorOf(text);
  if (factor >= 0.001 && factor <= 1000) return factor;
  throw new InputError(`${quoted(text)} is no factor of work; write a number from 0.001 to 1000, such as 1.5`);
}

function cpuLevel(text: string): UsageLevel {
  if (text.includes('+')) throw new InputError(`${quoted(text)} grows, which CPU does not; write it like 60% or 250m`);
  return usageLevel(text, cpuMilliOf, '60% or 250m');
}

function diskLevel(text: string): UsageLevel {
  if (text.includes('%')) throw new InputError(`${quoted(text)} is no amount of bytes; write it like 2Gi + 100Mi/h`);
  return usageLevel(text, bytesOfQuantity, '2Gi or 2Gi + 100Mi/h');
}
