import { EngineFault } from '../engine/engine-fault.ts';
import type { ContainerLimits, ContainerState } from '../engine/engine.ts';
import { POD_LABEL, RUN_LABEL } from '../labels.ts';
import { containerLimits } from './container-limits.ts';
import { containerSpec } from './container-spec.ts';
import type { ExpectedMachine, ExpectedContainer } from './expected-state.ts';
import type { LivePod, ProcessDraft } from './live-pods.ts';
import { nextProbeMs } from './readiness.ts';
import type { Moment } from './replay-clock.ts';
import type { ReplayContext } from './replay-context.ts';
import { untilPortIsFree } from './until-port-is-free.ts';

/** What the script said of a pod when the order was given: it may say more by the time the order is carried out. */
export interface PodOrder {
  readonly pod: ExpectedContainer;
  readonly node: ExpectedMachine;
  readonly due: Moment;
}

/** Makes the pod's container and starts it. */
export async function createAndStart(context: ReplayContext, live: LivePod, order: PodOrder): Promise<void> {
  const { script, options, clock } = context;
  const { link } = live;
  const pod = script.pods[live.pod];
  const node = script.nodes[live.node].name;
  const network = await link.networks.of(node);
  const image = options.imageFor(pod, live.pod);
  const limits = limitsOf(context, live, order);
  const spec = containerSpec(script, pod, node, network, image, limits, options.engineRestarts);
  let ordered: Moment | undefined;
  const create = (): Promise<string> =>
    link.call((engine) => {
      ordered ??= clock.now();
      return engine.createContainer(spec);
    });
  try {
    live.id = await create();
  } catch (error) {
    // An earlier attempt may have made it though its answer was lost.
    if (!isConflict(error)) throw error;
    if ((await removeStrays(context, live)) === 0) throw error;
    live.id = await create();
  }
  live.is = 'created';
  const process = context.live.newProcess(live, order.pod.step, order.due, ordered!);
  if (order.node.isCutOff) await setConnected(context, live, network, false);
  await startProcess(context, live, process);
}

/** Starts the process of a container that is there and does not run. */
export async function startAgain(context: ReplayContext, live: LivePod, order: PodOrder): Promise<void> {
  await startProcess(context, live, undefined, order);
}

async function startProcess(
  context: ReplayContext,
  live: LivePod,
  known: ProcessDraft | undefined,
  order?: PodOrder,
): Promise<void> {
  const { is } = live;
  const id = live.id!;
  let process = known;
  try {
    await untilPortIsFree(context, () =>
      live.link.call((engine) => {
        process ??= context.live.newProcess(live, order!.pod.step, order!.due, context.clock.now());
        // It may end before the answer comes.
        live.is = 'running';
        return engine.start(id);
      }),
    );
  } catch (error) {
    // The answer to an earlier attempt was lost.
    if (!isConflict(error) || !(await isIn(live, 'running'))) {
      live.is = is;
      throw error;
    }
  }
  context.aside(watchReady(context, live, process!));
}

/** Reads its published port again, tells traffic, and notes what the engine knows of its start. */
export async function readAddress(context: ReplayContext, live: LivePod): Promise<void> {
  const id = live.id!;
  const detail = await live.link.call((engine) => engine.inspect(id), 'now');
  const wanted = context.options.imageFor(context.script.pods[live.pod], live.pod).ports?.[0];
  const port = wanted === undefined ? undefined : detail.ports[wanted];
  live.address = port === undefined ? undefined : { host: '127.0.0.1', port };
  context.live.onDetail(live, detail);
  context.live.updateTraffic(live);
}

/** Ready is a pod that serves when it answers, and one that does not when it runs. */
export async function watchReady(context: ReplayContext, live: LivePod, process: ProcessDraft): Promise<void> {
  const { script, options, clock, time, over, probe, probeSlots } = context;
  const pod = script.pods[live.pod];
  const { ports = [], readyPath = '/ready' } = options.imageFor(pod, live.pod);
  // A published port of another machine is on that machine's loopback, out of reach from here.
  if (ports.length === 0 || !live.link.info.isLocal) {
    context.live.onReady(live, process);
    return;
  }
  const expectedMs = clock.nowMs() + pod.bootUs / 1000 / clock.speed;
  const isAlive = (): boolean => live.process === process && (live.is === 'running' || live.is === 'paused');
  live.address = undefined;
  while (isAlive() && process.told === undefined && !over.aborted) {
    try {
      if (live.address === undefined) await readAddress(context, live);
    } catch {
      // The engine is busy or away; it is asked again.
    }
    const { address } = live;
    if (
      live.is === 'running' &&
      address !== undefined &&
      (await probeSlots.run(() => probe(address, readyPath, 1000)))
    ) {
      if (isAlive()) context.live.onReady(live, process);
      return;
    }
    const waitMs = nextProbeMs(expectedMs - clock.nowMs());
    await time.sleep(live.address === undefined ? Math.max(200, waitMs) : waitMs, over);
  }
}

export async function setLimits(context: ReplayContext, live: LivePod, order: PodOrder): Promise<void> {
  const limits = limitsOf(context, live, order);
  const id = live.id!;
  if (Object.keys(limits).length > 0) await live.link.call((engine) => engine.update(id, limits));
}

/** On its network or off it; being so already is no error. */
export async function setConnected(
  context: ReplayContext,
  live: LivePod,
  network: string,
  isConnected: boolean,
): Promise<void> {
  const id = live.id!;
  try {
    await untilPortIsFree(context, () =>
      live.link.call((engine) => (isConnected ? engine.connect(network, id) : engine.disconnect(network, id))),
    );
  } catch (error) {
    if (error instanceof EngineFault && (error.kind === 'conflict' || error.kind === 'not-found')) return;
    throw error;
  }
}

export async function setPaused(live: LivePod, isPaused: boolean): Promise<void> {
  const id = live.id!;
  const state = isPaused ? 'paused' : 'running';
  try {
    await live.link.call((engine) => (isPaused ? engine.pause(id) : engine.unpause(id)));
  } catch (error) {
    if (!isConflict(error) || !(await isIn(live, state))) throw error;
  }
  if (live.is === 'running' || live.is === 'paused') live.is = state;
}

/** SIGKILL, and waits for the end. */
export async function killNow(context: ReplayContext, live: LivePod): Promise<void> {
  const id = live.id!;
  await signalNow(context, live, 'SIGKILL');
  if (await context.live.ended(live, KILLED_WITHIN_MS)) return;
  if (context.over.aborted || live.link.isAway) return;
  throw new EngineFault(
    'failed',
    live.link.engine.name,
    `${live.name} (${id.slice(0, 12)}) does not end though killed`,
  );
}

const KILLED_WITHIN_MS = 10_000;

export async function signalNow(context: ReplayContext, live: LivePod, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const id = live.id!;
  try {
    await live.link.call((engine) => {
      if (live.process !== undefined) live.process.told ??= context.clock.now();
      context.live.updateTraffic(live);
      return engine.kill(id, signal);
    });
  } catch (error) {
    // It has ended meanwhile, which is what was wanted; the wait for its end finds that out.
    if (!isConflict(error)) throw error;
  }
}

/** Removes the container, and those of its pod that are not known by their ids. */
export async function removeContainer(context: ReplayContext, live: LivePod): Promise<void> {
  const { id, process } = live;
  if (id === undefined) {
    await removeStrays(context, live);
    return;
  }
  // What no event has told can be asked only as long as it is there.
  const isOpen =
    process !== undefined &&
    (process.started === undefined || (live.is === 'exited' && process.exitCode === undefined));
  if (isOpen)
    try {
      context.live.onDetail(live, await live.link.call((engine) => engine.inspect(id)));
    } catch {
      // It is only for the record.
    }
  live.isRemoving = true;
  try {
    await live.link.call((engine) => {
      if (process !== undefined && live.is !== 'exited') process.told ??= context.clock.now();
      context.live.updateTraffic(live);
      return engine.remove(id);
    });
  } catch (error) {
    live.isRemoving = false;
    throw error;
  }
  // The event that tells its end is on its way.
  await context.live.ended(live, LAST_EVENT_MS);
  context.live.onRemoved(live);
}

const LAST_EVENT_MS = 100;

/** Containers of the pod that the engine has and we do not know of. */
export async function removeStrays(context: ReplayContext, live: LivePod): Promise<number> {
  const { runId } = context.script;
  const found = await live.link.call((engine) => engine.list({ [RUN_LABEL]: runId, [POD_LABEL]: live.name }));
  for (const { id } of found) await live.link.call((engine) => engine.remove(id));
  return found.length;
}

function isConflict(error: unknown): boolean {
  return error instanceof EngineFault && error.kind === 'conflict';
}

async function isIn(live: LivePod, state: ContainerState): Promise<boolean> {
  const id = live.id!;
  return (await live.link.call((engine) => engine.inspect(id))).state === state;
}

function limitsOf({ options }: ReplayContext, live: LivePod, { pod, node }: PodOrder): ContainerLimits {
  const limits = containerLimits(pod, options, live.link.info, node.speed, live.wasSlow);
  if (node.speed < 1) live.wasSlow = true;
  return limits;
}
