import type { DurationSpec } from '../../../sim/duration-spec.ts';
import { durationSpecOf } from '../../../sim/duration-text.ts';
import { InputError } from '../../../sim/input-error.ts';
import { suggestion } from '../../../sim/nearest-name.ts';
import {
  bytesOfQuantity,
  cpuMilliOf,
  durationOrForeverUs,
  durationUs,
  quoted,
  wholeNumberOf,
} from '../../../sim/quantity.ts';
import { shareOf } from '../../../sim/unit-text.ts';
import { balancingPolicies } from '../../../policies/balancing/index.ts';
import type { Labels } from '../objects/meta.ts';
import { readAnnotation } from './read-annotation.ts';
import { trafficTexts, type TrafficText } from './traffic-text.ts';

/** A call to another service, by its name as written. */
export interface CallText {
  readonly service: string;
  /** How many calls a request makes on average. */
  readonly mean: number;
}

/** A promise, without the service that it is about. */
export interface ObjectiveText {
  readonly target: number;
  /** Infinity: answered at all. */
  readonly withinUs: number;
}

/** What annotations say about a service's requests, read; what they do not say is absent. */
export interface ServiceAnnotations {
  readonly traffic?: readonly TrafficText[];
  readonly work?: DurationSpec;
  readonly concurrency?: number;
  readonly queueLimit?: number;
  readonly cpuPerRequestMilli?: number;
  readonly memPerRequestBytes?: number;
  /** Stages one after the other, the calls of a stage at the same time. */
  readonly calls?: readonly (readonly CallText[])[];
  /** Infinity: its callers wait for ever. */
  readonly timeoutUs?: number;
  readonly retries?: number;
  /** Name of a balancing policy. */
  readonly balancing?: string;
  readonly holdUs?: number;
  readonly objectives?: readonly ObjectiveText[];
}

/** Reads what these annotations say about requests. Throws an InputError that names the annotation. */
export function readServiceAnnotations(annotations: Labels): ServiceAnnotations {
  const of = <T>(name: string, one: (text: string) => T): T | undefined => readAnnotation(annotations, name, one);
  const said = {
    traffic: of('traffic', trafficTexts),
    work: of('work', durationSpecOf),
    concurrency: of('concurrency', (text) => wholeNumberOf(text, 1, 100_000)),
    queueLimit: of('queue-limit', (text) => (text === 'unlimited' ? Infinity : wholeNumberOf(text, 0, 1e9))),
    cpuPerRequestMilli: of('cpu-per-request', cpuMilliOf),
    memPerRequestBytes: of('memory-per-request', bytesOfQuantity),
    calls: of('calls', callTexts),
    timeoutUs: of('timeout', durationOrForeverUs),
    retries: of('retries', (text) => wholeNumberOf(text, 0, 100)),
    balancing: of('balancing', balancingName),
    holdUs: of('activator', durationUs),
    objectives: of('objective', (text) => text.split(';').map(objectiveText)),
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

/** `auth, cart 0.5 + db 2`: stages by commas, calls made at the same time by plus signs, calls per request behind. */
function callTexts(text: string): CallText[][] {
  return text.split(',').map((stage) => stage.split('+').map((call) => callText(call.trim())));
}

function callText(text: string): CallText {
  const [, service, number] = /^([A-Za-z0-9][\w./-]*)(?:\s+(\d+(?:\.\d+)?))?$/.exec(text) ?? [];
  const mean = number === undefined ? 1 : Number(number);
  if (service === undefined || mean > 1000)
    throw new InputError(
      `${quoted(text)} is no call; write it like "cart", "db 0.5" or "cart 2" (up to 1000 a request)`,
    );
  return { service, mean };
}

function balancingName(text: string): string {
  const names = balancingPolicies.map((one) => one.name);
  if (names.includes(text)) return text;
  throw new InputError(`no balancing policy called ${quoted(text)}${suggestion(text, names)}`);
}

/** `99.9%` or `99.9% within 300ms`. */
function objectiveText(text: string): ObjectiveText {
  const [, share, within] = /^\s*(\S+)(?:\s+within\s+(\S+))?\s*$/.exec(text) ?? [];
  if (share === undefined)
    throw new InputError(`${quoted(text)} is no objective; write it like "99.9%" or "99% within 300ms"`);
  const target = shareOf(share);
  if (target <= 0 || target >= 1)
    throw new InputError(
      `${quoted(share)} leaves ${target === 0 ? 'nothing to keep' : 'no room for a single fault'}; write a share between, such as 99.9%`,
    );
  return { target, withinUs: within === undefined ? Infinity : durationUs(within) };
}
