import { parse } from 'yaml';
import { z } from 'zod';
import { listOf } from '../../reporting/format.ts';
import { InputError } from '../../sim/input-error.ts';
import type { ScriptNode } from '../script/replay-script.ts';

/** An engine and the simulated nodes that it stands for, as the user writes it. */
export interface MappedEngine {
  readonly name: string;
  /** As after `--docker`; absent: the usual engine. */
  readonly docker?: string;
  /** Names of nodes, with `*` for any letters; absent and no zones: the nodes that nobody else takes. */
  readonly nodes?: readonly string[];
  readonly zones?: readonly string[];
}

const text = z.string().min(1);
const FILE = z.strictObject({
  engines: z
    .array(
      z.strictObject({
        name: text.regex(/^[\w.-]+$/, 'a name has letters, digits, "-", "_" and "."'),
        docker: text.optional(),
        nodes: z.array(text).min(1).optional(),
        zones: z.array(text).min(1).optional(),
      }),
    )
    .min(1),
});

const EXAMPLE =
  'engines: [{ name: one, docker: unix:///run/one.sock, nodes: [node-1, "big-*"] }, { name: two, zones: [b] }]';

/** Reads a file of `--engines`. `path` is for messages. */
export function parseEngineMap(yaml: string, path: string): readonly MappedEngine[] {
  let value: unknown;
  try {
    value = parse(yaml);
  } catch (error) {
    throw new InputError(`${path}: this is not YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  const { success, data, error } = FILE.safeParse(value);
  if (!success) {
    const [issue] = error.issues;
    throw new InputError(
      `${path}: ${issue.path.join('.') || 'the file'}: ${issue.message}; a map of engines is written like ${EXAMPLE}`,
    );
  }
  checkNames(
    data.engines.map(({ name }) => name),
    path,
  );
  return data.engines.map(({ name, docker, nodes, zones }) => ({
    name,
    ...(docker !== undefined && { docker }),
    ...(nodes !== undefined && { nodes }),
    ...(zones !== undefined && { zones }),
  }));
}

/**
 * What was written after `--docker`, once or several times: an address alone, or `NAME=ADDRESS`. Several share the nodes
 * among them (`engineOfNodes`).
 */
export function parseDockerOptions(values: readonly string[]): readonly MappedEngine[] {
  if (values.length === 0) return [{ name: 'docker' }];
  const engines = values.map((value): MappedEngine => {
    const [, name, address] = /^([\w.-]+)=(.*)$/.exec(value) ?? [];
    if (name !== undefined) return { name, ...(address !== '' && address !== undefined && { docker: address }) };
    if (values.length > 1)
      throw new InputError(
        `--docker ${value}: of several engines each needs a name, as in --docker one=${value || 'unix:///run/docker.sock'}`,
      );
    return { name: 'docker', ...(value !== '' && { docker: value }) };
  });
  checkNames(
    engines.map(({ name }) => name),
    '--docker',
  );
  return engines;
}

/**
 * For each node of a script, the place of its engine in the list. A node goes to the engine that names it, else to the
 * one whose pattern it matches, else to its zone's; what is left is shared in turn among the engines that name nothing.
 */
export function engineOfNodes(
  engines: readonly MappedEngine[],
  nodes: readonly Pick<ScriptNode, 'name' | 'zone'>[],
  where: string,
): readonly number[] {
  checkMatches(engines, nodes, where);
  const open = engines.flatMap(({ nodes: names, zones }, engine) =>
    names === undefined && zones === undefined ? [engine] : [],
  );
  const places: number[] = [];
  const homeless: string[] = [];
  let turn = 0;
  for (const node of nodes) {
    const taker = takerOf(node, engines, where);
    if (taker !== undefined) places.push(taker);
    else if (open.length > 0) places.push(open[turn++ % open.length]);
    else homeless.push(node.name);
  }
  if (homeless.length > 0)
    throw new InputError(
      `${where}: no engine takes ${homeless.length === 1 ? 'node' : 'the nodes'} ${listOf(homeless, 8)}; add ${homeless.length === 1 ? 'it' : 'them'} to one, or have an engine without nodes and zones, which takes what is left`,
    );
  return places;
}

/** Throws when two names stand for the same engine; `ids` are those of `info()`. */
export function checkDifferentEngines(engines: readonly { readonly name: string; readonly id: string }[]): void {
  const seen = new Map<string, string>();
  for (const { name, id } of engines) {
    const other = seen.get(id);
    if (other !== undefined)
      throw new InputError(
        `${other} and ${name} are the same engine (${id}); name it once and give it the nodes of both`,
      );
    if (id !== '') seen.set(id, name);
  }
}

function takerOf(
  node: Pick<ScriptNode, 'name' | 'zone'>,
  engines: readonly MappedEngine[],
  where: string,
): number | undefined {
  const ways: ((engine: MappedEngine) => boolean)[] = [
    ({ nodes = [] }) => nodes.includes(node.name),
    ({ nodes = [] }) => nodes.some((pattern) => isLike(node.name, pattern)),
    ({ zones = [] }) => node.zone !== undefined && zones.includes(node.zone),
  ];
  for (const way of ways) {
    const takers = engines.flatMap((engine, place) => (way(engine) ? [place] : []));
    if (takers.length > 1)
      throw new InputError(
        `${where}: node ${node.name} is taken by both ${engines[takers[0]].name} and ${engines[takers[1]].name}; name it in one of them`,
      );
    if (takers.length === 1) return takers[0];
  }
  return undefined;
}

function checkMatches(
  engines: readonly MappedEngine[],
  nodes: readonly Pick<ScriptNode, 'name' | 'zone'>[],
  where: string,
): void {
  const known = listOf(
    nodes.map(({ name }) => name),
    8,
  );
  const zones = new Set(nodes.flatMap(({ zone }) => (zone === undefined ? [] : [zone])));
  for (const engine of engines) {
    for (const pattern of engine.nodes ?? [])
      if (!nodes.some(({ name }) => isLike(name, pattern)))
        throw new InputError(`${where}: ${engine.name}: no node of this run is called "${pattern}"; it has ${known}`);
    for (const zone of engine.zones ?? [])
      if (!zones.has(zone))
        throw new InputError(
          `${where}: ${engine.name}: there is no zone "${zone}" in this run; it has ${zones.size === 0 ? 'none' : listOf([...zones], 8)}`,
        );
  }
}

function checkNames(names: readonly string[], where: string): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new InputError(`${where}: two engines are called "${twice}"; give one another name`);
}

const isLike = (name: string, pattern: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*')}$`).test(name);
