import { fc } from './fuzz.ts';
import type { EngineInfo } from '../src/live/engine/engine.ts';
import { NODE_LABEL, WORKLOAD_LABEL } from '../src/live/labels.ts';
import { CAPTURE_FORMAT, type CaptureLine } from '../src/live/capture/capture-line.ts';

export const BEGAN_MS = Date.UTC(2026, 0, 1);

export const madeInfo = (name: string): EngineInfo => ({
  id: name,
  name,
  version: '20.10.24',
  apiVersion: '1.41',
  os: 'linux',
  architecture: 'amd64',
  cpuMilli: 2000,
  memBytes: 4 * 2 ** 30,
  cgroupVersion: '1',
  storageDriver: 'overlay2',
  running: 0,
  canLimitCpu: true,
  canLimitMem: true,
  isLocal: true,
});

/** Names that files have trouble with. */
export const hostileText = fc.oneof(
  fc.constantFrom(
    'web-1',
    'a,b',
    '"quoted"',
    "it's",
    'a/3/running',
    'ä→容器🙂',
    '#comment',
    'line\nend',
    'semi;colon=equals%25',
    ' blanks ',
    '__proto__',
    'constructor',
    'x'.repeat(255),
    '- yaml: [1]',
    '=1+1',
    '\uFEFFbom',
  ),
  fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\0')),
);

const step = fc.record({
  afterMs: fc.constantFrom(0, 0, 0.0004, 1, 250.5, 60_000),
  who: fc.nat({ max: 7 }),
  engine: fc.nat({ max: 1 }),
  what: fc.oneof(
    { weight: 6, arbitrary: fc.constant('next' as const) },
    { weight: 5, arbitrary: fc.constantFrom('pause', 'die', 'update', 'sample', 'found') },
    { weight: 1, arbitrary: fc.constantFrom('destroy', 'lost', 'listed', 'gone') },
  ),
  code: fc.constantFrom(0, 1, 137, 143),
  isOom: fc.boolean(),
});

const container = fc.record({
  name: hostileText,
  owner: hostileText,
  node: hostileText,
  isLabelled: fc.boolean(),
  wasThere: fc.boolean(),
});

/** Random captures: what engines would say, and what they would not. */
export const madeCapture: fc.Arbitrary<CaptureLine[]> = fc
  .tuple(
    fc.array(container, { minLength: 8, maxLength: 8 }),
    fc.array(step, { maxLength: 120, size: 'max' }),
    hostileText,
  )
  .map(([containers, steps, engineName]) => {
    const engines = [engineName || 'one', 'two'];
    const lines: CaptureLine[] = [{ kind: 'begin', format: CAPTURE_FORMAT, atMs: BEGAN_MS }];
    for (const engine of new Set(engines))
      lines.push({ kind: 'engine', atMs: BEGAN_MS, engine, info: madeInfo(engine), aheadMs: 0 });
    const state = containers.map(() => 'none');
    const aboutOf = (k: number) => {
      const { name, owner, node, isLabelled } = containers[k];
      return {
        name,
        image: `image:${k}`,
        labels: isLabelled ? { [WORKLOAD_LABEL]: owner, [NODE_LABEL]: node } : {},
      };
    };
    let atMs = BEGAN_MS;
    for (const { afterMs, who, what, code, isOom } of steps) {
      atMs += afterMs;
      const engine = engines[who % 2];
      const id = `id${who}`;
      const event = (
        kind: 'create' | 'start' | 'die' | 'pause' | 'unpause' | 'destroy' | 'oom' | 'kill' | 'update',
        exitCode?: number,
      ): void => {
        lines.push({
          kind: 'event',
          atMs,
          engine,
          what: kind,
          id,
          ...(state[who] === 'none' && aboutOf(who)),
          ...(exitCode !== undefined && { exitCode }),
        });
      };
      const wasNone = state[who] === 'none';
      switch (what) {
        case 'next':
          if (wasNone && containers[who].wasThere && atMs === BEGAN_MS) {
            lines.push({
              kind: 'found',
              atMs,
              engine,
              when: 'begin',
              isNew: true,
              container: {
                id,
                ...aboutOf(who),
                state: code === 0 ? 'running' : 'exited',
                exitCode: code,
                oomKilled: isOom,
              },
            });
            state[who] = code === 0 ? 'running' : 'ended';
          } else if (wasNone) {
            event('create');
            state[who] = 'created';
          } else if (state[who] === 'paused') {
            event('unpause');
            state[who] = 'running';
          } else {
            event('start');
            state[who] = 'running';
          }
          break;
        case 'pause':
          event('pause');
          state[who] = 'paused';
          break;
        case 'die':
          if (isOom) event('oom');
          else event('kill');
          if (state[who] === 'none') state[who] = 'ended';
          event('die', code);
          state[who] = 'ended';
          break;
        case 'destroy':
          event('destroy');
          state[who] = 'gone';
          break;
        case 'update':
          event('update');
          if (state[who] === 'none') state[who] = 'created';
          lines.push({
            kind: 'limits',
            atMs: atMs + 0.01,
            engine,
            id,
            cpuMilli: 100 + code * 10,
            memBytes: 1e6 * (1 + code),
          });
          break;
        case 'sample':
          lines.push({ kind: 'sample', atMs, engine, id, cpuTotalMs: code * 10, memBytes: 1e6 + code });
          break;
        case 'lost':
          lines.push({ kind: 'lost', atMs, engine, sentence: 'nobody answers' });
          break;
        case 'found':
          lines.push({
            kind: 'found',
            atMs,
            engine,
            when: 'again',
            ...(wasNone && { isNew: true as const }),
            container: {
              id,
              ...aboutOf(who),
              exitCode: code,
              oomKilled: isOom,
              state: (['created', 'running', 'paused', 'exited', 'restarting', 'dead'] as const)[(code + who) % 6],
              startedMs: atMs - 10,
              finishedMs: atMs - 5,
              createdMs: atMs - 20,
            },
          });
          if (wasNone) state[who] = 'created';
          break;
        case 'listed':
          lines.push({ kind: 'back', atMs, engine });
          break;
        case 'gone':
          lines.push({ kind: 'listed', atMs, engine, sinceMs: BEGAN_MS, ids: [] });
          break;
      }
    }
    lines.push({ kind: 'end', atMs: atMs + 1000 });
    return lines;
  });
