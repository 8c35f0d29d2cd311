import { InputError } from '../../sim/input-error.ts';
import type { Streams } from '../../sim/living-spec.ts';
import type { Traffic, TrafficSource } from '../../sim/requests/traffic.ts';
import type { ByteSource } from '../../workloads/byte-source.ts';
import { requireReplayStart } from '../../workloads/traffic/replay.ts';
import { BATCH_KINDS } from '../../workloads/traffic/batch-kinds.ts';
import { trafficKind, trafficKinds } from '../../workloads/traffic/traffic-kinds.ts';
import { trafficOptions } from '../../workloads/traffic/traffic-options.ts';
import { trafficSource, type ShapeText, type TrafficText } from '../../workloads/traffic/traffic-text.ts';
import type { Path } from '../yaml-text.ts';
import { clientSpec } from './assemble-services.ts';
import type { ClientPlan } from './client-schema.ts';
import { at, ScenarioFault } from './scenario-fault.ts';
import type { KindOptions } from './traffic-fields.ts';
import type { TrafficItem } from './traffic-schema.ts';

/** What traffic is made with. */
export interface TrafficParts {
  readonly durationUs: number;
  readonly serviceOf: (name: string) => number;
  readonly zoneOf: (name: string) => number;
  readonly clients: ClientPlan | undefined;
  /** Opens a file that the scenario names; absent: recordings are taken for nothing (a check of the rest). */
  readonly open?: (path: string) => ByteSource;
}

/** Users outside give up after this, unless something else is written. */
const USERS_TIMEOUT_US = 30e6;
const THINK = { kind: 'exponential', meanUs: 5e6 } as const;
const RECORDED = new Set(['series', 'requests']);

type Written = Readonly<Record<string, unknown>>;

/** One stream of requests from outside, made anew for each run. Throws a ScenarioFault. */
export function trafficOf(
  name: string,
  written: TrafficItem | number,
  parts: TrafficParts,
): (streams: Streams) => Traffic {
  const item: Partial<TrafficItem> = typeof written === 'number' ? { rate: written } : written;
  const source = sourceOf(name, item, ['traffic', name], parts);
  const others = {
    name,
    service: parts.serviceOf(item.to ?? name),
    fromZone: item.from === undefined ? -1 : parts.zoneOf(item.from),
    client: clientSpec(item.client, parts.clients, USERS_TIMEOUT_US),
  };
  return (streams) => ({ ...others, source: source(streams) });
}

function sourceOf(
  name: string,
  written: Partial<TrafficItem>,
  path: Path,
  parts: TrafficParts,
): (streams: Streams) => TrafficSource {
  const item = standIn(written);
  const { users, requests, adjust = {}, batch } = item as Partial<TrafficItem> & { requests?: KindOptions };
  if (adjust.from !== undefined && adjust.until !== undefined && adjust.from >= adjust.until)
    throw new ScenarioFault([...path, 'adjust', 'until'], 'it ends before it begins; write a time after "from"');
  const { delay, from, until, repeat, ...others } = adjust;
  const byUser = typeof users === 'object' ? shapesOf(users, [...path, 'users'], parts) : undefined;
  const own = shapesOf(item, path, parts);
  const parted = users === undefined ? own : (byUser ?? { rates: [constant(Number(users))], factors: [] });
  if (users !== undefined && own.rates.length > 0)
    throw new ScenarioFault(path, 'users cannot be added to rates; write them as traffic of another name');
  if (requests !== undefined && (own.rates.length > 0 || users !== undefined))
    throw new ScenarioFault(path, 'recorded requests cannot be added to others; write them as traffic of another name');
  if (requests === undefined && parted.rates.length === 0)
    throw new ScenarioFault(path, 'it does not say how many requests; write rate: 200/s, or another shape');
  const factors = [...own.factors, ...(byUser?.factors ?? [])];
  const text: TrafficText = {
    name,
    ...(users !== undefined
      ? { users: parted.rates, think: item.think ?? THINK }
      : { ...(requests === undefined && { shape: parted.rates }), think: item.think }),
    ...(requests !== undefined && { requests: { kind: 'requests', options: requests } }),
    ...(factors.length > 0 && { factors }),
    ...(Object.keys(adjust).length > 0 && {
      adjust: { ...others, delayUs: delay, fromUs: from, untilUs: until, repeatUs: repeat },
    }),
    spacing: item.spacing,
    ...(batch !== undefined && { batch: at([...path, 'batch'], () => batchOf(batch)) }),
  };
  if (requests !== undefined && parts.open === undefined) {
    at([...path, 'requests'], () => trafficOptions(trafficKind('requests', ['requests']), requests));
    checkStart(requests, [...path, 'requests']);
    return () => ({ kind: 'times', next: () => Infinity });
  }
  const open = parts.open ?? noFile;
  return at(path, () => trafficSource(text, { open, durationUs: parts.durationUs }));
}

/** What is meant where the recording is not here. */
function standIn(item: Partial<TrafficItem>): Partial<TrafficItem> {
  const { otherwise, ...rest } = item;
  const { series, requests, ...made } = rest as Written & { series?: { file?: string }; requests?: { file?: string } };
  if (series?.file !== '' && requests?.file !== '') return rest;
  return { ...(made as Partial<TrafficItem>), ...(otherwise as Partial<TrafficItem>) };
}

const constant = (level: number): ShapeText => ({ kind: 'constant', options: { rate: level } });

function noFile(): never {
  throw new Error('no file is opened while a scenario is checked');
}

interface Shapes {
  readonly rates: readonly ShapeText[];
  readonly factors: readonly ShapeText[];
}

/** The kinds that are written, by what they make. While checking, recordings are looked at but left out. */
function shapesOf(written: Written, path: Path, parts: TrafficParts): Shapes {
  const rates: ShapeText[] = [];
  const factors: ShapeText[] = [];
  const add = (kind: string, options: KindOptions, where: Path): void => {
    const found = at(where, () => trafficKind(kind, ['rate', 'factor']));
    at(where, () => trafficOptions(found, options));
    if (RECORDED.has(kind)) checkStart(options, where);
    const isLeftOut = RECORDED.has(kind) && parts.open === undefined;
    (found.makes === 'factor' ? factors : rates).push(isLeftOut ? constant(0) : { kind, options });
  };
  if (typeof written['rate'] === 'number') rates.push(constant(written['rate']));
  for (const { name, makes } of trafficKinds) {
    const options = written[name] as KindOptions | undefined;
    if (options !== undefined && makes !== 'requests') add(name, options, [...path, name]);
  }
  ((written['shapes'] as ({ kind: string } & KindOptions)[] | undefined) ?? []).forEach(({ kind, ...options }, index) =>
    add(kind, options, [...path, 'shapes', index]),
  );
  return { rates, factors };
}

/** When a recording is to begin can be read without it. */
function checkStart({ from }: KindOptions, path: Path): void {
  if (typeof from === 'string') at([...path, 'from'], () => requireReplayStart(from));
}

function batchOf(batch: NonNullable<TrafficItem['batch']>): ShapeText {
  if (typeof batch === 'number') return { kind: 'geometric', options: { mean: batch } };
  const given = Object.entries(batch).filter(([, options]) => options !== undefined);
  const [[kind, options] = [undefined, undefined]] = given;
  if (kind === undefined || given.length > 1)
    throw new InputError(
      `one kind of batches is wanted; write one of ${BATCH_KINDS.map((one) => one.name).join(', ')}`,
    );
  return { kind, options: options };
}
