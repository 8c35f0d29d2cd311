import { InputError } from '../../sim/input-error.ts';
import type { NodeSpec } from '../../sim/node-spec.ts';
import { bytesOfQuantity, cpuMilliOf, quoted, wholeNumberOf } from '../../sim/quantity.ts';
import { MAX_NODES } from './node-csv.ts';

const EXAMPLE = '"100 x 32cpu 128Gi 4xA10 zone=a | 50 x 64cpu 256Gi"';

/** One group of equal machines while it is read. */
interface Group {
  count: number;
  cpuMilli: number | undefined;
  memBytes: number | undefined;
  gpuCount: number;
  gpuModel: string | undefined;
  storageBytes: number | undefined;
  podLimit: number | undefined;
  zones: string[];
  name: string | undefined;
  taints: string[];
  labels: Record<string, string>;
  extended: Record<string, number>;
}

/**
 * A cluster written in a line: groups separated by `|`, each `[COUNT x] CPU MEMORY [GPUSxMODEL] [key=value ...]`. CPU
 * is `32cpu` or `4000m`, memory `128Gi`; `zone=a,b` deals the machines over zones, `storage=1Ti`, `pods=110`,
 * `taint=spot`, `extended.fpga=2` and `name=big` are known, any other `key=value` is a label. Machines are called
 * `node-0`, `node-1`, … through all groups without a name. Throws InputError.
 */
export function clusterText(text: string): NodeSpec[] {
  const nodes: NodeSpec[] = [];
  const numbers = new Map<string, number>();
  for (const part of text.split('|')) {
    const group = readGroup(part, text);
    if (nodes.length + group.count > MAX_NODES)
      throw new InputError(`cluster ${quoted(text)} has more than ${MAX_NODES} machines; write a smaller count`);
    for (let k = 0; k < group.count; k++) {
      const prefix = group.name ?? 'node';
      const number = numbers.get(prefix) ?? 0;
      numbers.set(prefix, number + 1);
      nodes.push(machine(group, `${prefix}-${number}`, group.zones[k % Math.max(1, group.zones.length)]));
    }
  }
  return nodes;
}

function machine(group: Group, name: string, zone: string | undefined): NodeSpec {
  return {
    name,
    cpuMilli: group.cpuMilli ?? 0,
    memBytes: group.memBytes ?? 0,
    ...(group.storageBytes !== undefined && { storageBytes: group.storageBytes }),
    ...(group.gpuCount > 0 && { gpuCount: group.gpuCount }),
    ...(group.gpuModel !== undefined && { gpuModel: group.gpuModel }),
    ...(zone !== undefined && { zone }),
    ...(group.podLimit !== undefined && { podLimit: group.podLimit }),
    ...(group.taints.length > 0 && { taints: group.taints }),
    ...(Object.keys(group.labels).length > 0 && { labels: group.labels }),
    ...(Object.keys(group.extended).length > 0 && { extended: group.extended }),
  };
}

function readGroup(part: string, whole: string): Group {
  const group: Group = {
    count: 1,
    cpuMilli: undefined,
    memBytes: undefined,
    gpuCount: 0,
    gpuModel: undefined,
    storageBytes: undefined,
    podLimit: undefined,
    zones: [],
    name: undefined,
    taints: [],
    labels: {},
    extended: {},
  };
  const counted = /^\s*(\d+)\s*x\s+(.*)$/s.exec(part);
  const fail = (problem: string): never => {
    throw new InputError(`cluster ${quoted(whole)}: ${problem}; write it like ${EXAMPLE}`);
  };
  try {
    if (counted !== null) group.count = wholeNumberOf(counted[1], 1, MAX_NODES);
    for (const word of (counted === null ? part : counted[2]).split(/\s+/).filter((one) => one !== ''))
      readWord(group, word);
  } catch (error) {
    if (error instanceof InputError) fail(error.message);
    throw error;
  }
  if (group.cpuMilli === undefined) fail(`group ${quoted(part.trim())} says no CPU`);
  if (group.memBytes === undefined) fail(`group ${quoted(part.trim())} says no memory`);
  return group;
}

function readWord(group: Group, word: string): void {
  const gpus = /^(\d+)x([A-Za-z].*)$/.exec(word);
  const equals = word.indexOf('=');
  if (equals > 0) readPair(group, word.slice(0, equals), word.slice(equals + 1));
  else if (gpus !== null) {
    group.gpuCount = wholeNumberOf(gpus[1], 1, 31);
    group.gpuModel = gpus[2].toLowerCase() === 'gpu' ? undefined : gpus[2];
  } else if (/^[\d.]+(cpu|m)$/i.test(word)) group.cpuMilli = cpuMilliOf(word.replace(/cpu$/i, ''));
  else if (/^\d/.test(word)) group.memBytes = bytesOfQuantity(word);
  else throw new InputError(`${quoted(word)} is not a part of a machine`);
}

function readPair(group: Group, key: string, value: string): void {
  if (value === '') throw new InputError(`${quoted(key)} has no value`);
  if (key === 'zone') group.zones = value.split(',');
  else if (key === 'storage') group.storageBytes = bytesOfQuantity(value);
  else if (key === 'pods') group.podLimit = wholeNumberOf(value);
  else if (key === 'name') group.name = value;
  else if (key === 'taint') group.taints.push(value);
  else if (key.startsWith('extended.')) group.extended[key.slice('extended.'.length)] = wholeNumberOf(value);
  else group.labels[key] = value;
}
