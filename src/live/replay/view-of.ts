import type { ReplayContext } from './replay-context.ts';
import type { ReplayView } from './replay-view.ts';

const NEWEST = 10;

/** The replay as it stands. */
export function viewOf(context: ReplayContext): ReplayView {
  const { script, clock, holding, expected, live, links, works, checkpoints, troubles, options } = context;
  const nodes = script.nodes.map(({ name }, node) => {
    const { isThere, isDown, isCutOff, speed } = expected.machine(node);
    return {
      name,
      engine: context.linkOf(node).engine.name,
      isUp: isThere && !isDown,
      isCutOff,
      speed,
      expected: 0,
      actual: 0,
    };
  });
  const services = script.services.map(({ name }) => ({
    name,
    expected: 0,
    actual: 0,
    readyExpected: 0,
    readyActual: 0,
  }));
  for (const { pod, node, state, isReady } of expected.containers()) {
    if (state === 'exited') continue;
    nodes[node].expected++;
    const service = services[script.pods[pod].service ?? -1];
    if (service === undefined) continue;
    service.expected++;
    if (isReady && state === 'running') service.readyExpected++;
  }
  for (const { pod, node, is, isReady } of live.all()) {
    if (is !== 'running' && is !== 'paused') continue;
    nodes[node].actual++;
    const service = services[script.pods[pod].service ?? -1];
    if (service === undefined) continue;
    service.actual++;
    if (isReady && is === 'running') service.readyActual++;
  }
  const { wallMs, simUs } = clock.now();
  return {
    simUs: Math.min(simUs, script.durationUs),
    durationUs: script.durationUs,
    wallMs,
    speed: clock.speed,
    ...(holding.why !== undefined && { held: holding.why }),
    heldMs: clock.heldMs,
    lateMs: works.lateMs(wallMs),
    steps: {
      all: script.steps.length - before(script, options.resumeFromUs),
      ...works.counts,
      underWay: works.underWay,
    },
    nodes,
    services,
    engines: links.map(({ engine, isAway, busy }) => ({ name: engine.name, isAway, busy })),
    checkpoints: {
      done: checkpoints.length,
      equal: checkpoints.filter(({ differences }) => differences.length === 0).length,
    },
    ...(options.traffic !== undefined && { traffic: { ...options.traffic.counts } }),
    troubles: troubles.slice(-NEWEST),
  };
}

/** Steps that an earlier replay has done, which this one only brings about. */
function before({ steps }: ReplayContext['script'], resumeFromUs: number | undefined): number {
  if (resumeFromUs === undefined) return 0;
  const next = steps.findIndex(({ atUs }) => atUs > resumeFromUs);
  return next < 0 ? steps.length : next;
}
