import { countOf } from '../../reporting/format.ts';
import type { CaptureLine } from './capture-line.ts';
import type { CapturedContainer, CapturedHistory, CapturedNode } from './captured-history.ts';
import { HISTORY_FORMAT } from './captured-history.ts';
import { ContainerTale } from './container-tale.ts';
import { NODE_LABEL } from '../labels.ts';

/**
 * The history that the lines of a capture tell. Lines come in the order in which they were written; those of a capture
 * that was cut off (no `end`) are as good as any.
 */
export function historyOfCapture(lines: Iterable<CaptureLine>): CapturedHistory {
  const tales = new Map<string, ContainerTale>();
  const engines = new Map<string, { readonly cpuMilli: number; readonly memBytes: number }>();
  const lostAt = new Map<string, number>();
  const everLostAt = new Map<string, number>();
  const lookedAt = new Map<string, number>();
  const notes: string[] = [];
  let beganMs: number | undefined;
  let endMs = 0;
  let hasEnd = false;
  const us = (ms: number): number => Math.max(0, Math.round((ms - (beganMs ?? ms)) * 1000));
  const taleOf = (line: {
    engine: string;
    id: string;
    name?: string;
    image?: string;
    labels?: CapturedContainer['labels'];
  }) => {
    const key = JSON.stringify([line.engine, line.id]);
    let tale = tales.get(key);
    if (tale === undefined) {
      const { id, engine } = line;
      tale = new ContainerTale({
        id,
        engine,
        name: line.name ?? id.slice(0, 12),
        image: line.image ?? '?',
        labels: line.labels ?? {},
      });
      tales.set(key, tale);
    }
    return tale;
  };

  for (const line of lines) {
    beganMs ??= line.atMs;
    endMs = Math.max(endMs, line.atMs);
    const atUs = us(line.atMs);
    switch (line.kind) {
      case 'begin':
        break;
      case 'engine': {
        engines.set(line.engine, line.info);
        if (line.aheadMs !== 0)
          notes.push(
            `the clock of engine ${line.engine} is ${Math.abs(line.aheadMs / 1000).toFixed(1)} s ${line.aheadMs > 0 ? 'ahead of' : 'behind'} this machine's; its times were moved by that`,
          );
        break;
      }
      case 'found': {
        const { container, engine } = line;
        const tale = taleOf({ ...container, engine });
        tale.limitsAre(atUs, container.cpuLimitMilli, container.memLimitBytes);
        if (line.isPlain) break;
        const knownUs = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : us(ms));
        const times = {
          startedUs: knownUs(container.startedMs),
          finishedUs: knownUs(container.finishedMs),
          createdUs: knownUs(container.createdMs),
        };
        if (line.when === 'begin') tale.wasFound(container);
        else tale.isFoundAgain(container, times, atUs, lostAt.get(engine) ?? lookedAt.get(engine) ?? 0);
        break;
      }
      case 'listed': {
        lookedAt.set(line.engine, atUs);
        const there = new Set(line.ids);
        for (const tale of tales.values())
          if (tale.about.engine === line.engine && !there.has(tale.about.id)) tale.isGone(atUs, us(line.sinceMs));
        break;
      }
      case 'event':
        taleOf(line).happens(atUs, line.what, line.exitCode, everLostAt.get(line.engine));
        break;
      case 'limits':
        taleOf(line).limitsAre(atUs, line.cpuMilli, line.memBytes);
        break;
      case 'sample':
        taleOf(line).isMeasured(atUs, line.cpuTotalMs, line.memBytes);
        break;
      case 'lost':
        lostAt.set(line.engine, atUs);
        everLostAt.set(line.engine, atUs);
        notes.push(`engine ${line.engine} was lost at ${seconds(atUs)}: ${line.sentence}`);
        break;
      case 'back':
        notes.push(
          `engine ${line.engine} was back at ${seconds(atUs)}; what happened there since ${seconds(lostAt.get(line.engine) ?? 0)} is known by what it says now, and its times are uncertain by up to ${seconds(atUs - (lostAt.get(line.engine) ?? 0))}`,
        );
        lostAt.delete(line.engine);
        break;
      case 'end':
        hasEnd = true;
        break;
    }
  }
  for (const [engine, atUs] of lostAt)
    notes.push(
      `engine ${engine} did not come back before the end; of its containers nothing is known after ${seconds(atUs)}`,
    );
  if (!hasEnd) notes.push('the capture was cut off; it is taken to end with its last line');
  const durationUs = us(endMs);
  const told = [...tales.values()].filter((tale) => tale.states.length > 0);
  const { nodes, places } = nodesOf(told, engines);
  const keys = uniqueKeys(told);
  return {
    format: HISTORY_FORMAT,
    startedAt: new Date(beganMs ?? 0).toISOString(),
    durationUs,
    nodes,
    containers: told.map((tale, place): CapturedContainer => {
      const { id, name, image, labels } = tale.about;
      const node = places.get(placeKey(tale.about.engine, nodeNameOf(tale)))!;
      const { wasThere, states, limits } = tale;
      return { key: keys[place], id, name, image, labels, node, wasThere, states, runs: tale.runs, limits };
    }),
    notes: [...notes, ...uncertainties(told), ...tellEngines(nodes)],
  };
}

const seconds = (us: number): string => `${(us / 1e6).toFixed(1)} s`;

const nodeNameOf = ({ about }: ContainerTale): string =>
  plainName(about.labels[NODE_LABEL] ?? '') || plainName(about.engine) || 'engine';

/** A node's name as it can stand in every file: no control characters, no blanks at its ends. */
const plainName = (text: string): string => text.replace(/[\s\p{C}]+/gu, ' ').trim();

const placeKey = (engine: string, node: string): string => JSON.stringify([engine, node]);

/** Engines in the order in which they were named; in place of one that stands for several nodes, those. */
function nodesOf(
  tales: readonly ContainerTale[],
  engines: ReadonlyMap<string, { readonly cpuMilli: number; readonly memBytes: number }>,
): { readonly nodes: CapturedNode[]; readonly places: ReadonlyMap<string, number> } {
  const nodes: CapturedNode[] = [];
  const places = new Map<string, number>();
  const taken = new Set<string>();
  for (const engine of new Set([...engines.keys(), ...tales.map((tale) => tale.about.engine)])) {
    const names = [...new Set(tales.filter((tale) => tale.about.engine === engine).map(nodeNameOf))].sort(byCode);
    if (names.length === 0) names.push(plainName(engine) || 'engine');
    const size = engines.get(engine) ?? { cpuMilli: 0, memBytes: 0 };
    for (const node of names) {
      let name = node;
      // Two engines may have nodes of the same name.
      for (let k = 2; taken.has(name); k++) name = `${node}~${k}`;
      taken.add(name);
      places.set(placeKey(engine, node), nodes.length);
      nodes.push({
        name,
        engine,
        cpuMilli: Math.floor(size.cpuMilli / names.length),
        memBytes: Math.floor(size.memBytes / names.length),
      });
    }
  }
  return { nodes, places };
}

const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function uniqueKeys(tales: readonly ContainerTale[]): string[] {
  const taken = new Set<string>();
  const uses = new Map<string, number>();
  for (const { about } of tales) uses.set(about.name, (uses.get(about.name) ?? 0) + 1);
  return tales.map(({ about }) => {
    let key = uses.get(about.name) === 1 ? about.name : `${about.name}~${about.id.slice(0, 12)}`;
    while (taken.has(key)) key += `@${about.engine}`;
    taken.add(key);
    return key;
  });
}

function uncertainties(tales: readonly ContainerTale[]): string[] {
  const uncertain = tales.flatMap((tale) => tale.states.filter((one) => one.uncertainUs !== undefined)).length;
  const codes = tales.flatMap((tale) => tale.states.filter((one) => one.state.startsWith('exited(?'))).length;
  return [
    ...(uncertain > 0
      ? [
          `${countOf(uncertain, 'change of state has', 'changes of state have')} an uncertain time: nobody watched just then`,
        ]
      : []),
    ...(codes > 0 ? [`${countOf(codes, 'end has', 'ends have')} no exit code: nobody saw it`] : []),
  ];
}

function tellEngines(nodes: readonly CapturedNode[]): string[] {
  const byEngine = new Map<string, string[]>();
  for (const { engine, name } of nodes) byEngine.set(engine, [...(byEngine.get(engine) ?? []), name]);
  return [...byEngine].flatMap(([engine, names]) =>
    names.length > 1
      ? [`engine ${engine} stands for ${names.length} nodes (label ${NODE_LABEL}); each counts as an equal part of it`]
      : [],
  );
}
