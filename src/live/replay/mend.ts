import { EngineFault } from '../engine/engine-fault.ts';
import type { ContainerSummary } from '../engine/engine.ts';
import { runLabels } from './container-spec.ts';
import type { EngineLink } from './engine-link.ts';
import type { LivePod } from './live-pods.ts';
import {
  createAndStart,
  killNow,
  readAddress,
  setConnected,
  setLimits,
  setPaused,
  signalNow,
  startAgain,
  watchReady,
  type PodOrder,
} from './pod-calls.ts';
import { reconcile, type Mending } from './reconcile.ts';
import type { ReplayContext } from './replay-context.ts';
import { sentenceOf } from '../sentence-of.ts';

/**
 * Brings the containers of an engine that is back, or of a replay that is resumed, to what the script says now. What is to
 * be done is decided when the list is there and put behind what was ordered before; steps ordered later come after it.
 * Resolves when it is done with how much could not be, each of which is told. `listed` is called at the moment of the decision.
 */
export async function mendEngine(context: ReplayContext, link: EngineLink, listed: () => void): Promise<number> {
  const found = await link.engine.list(runLabels(context.script.runId));
  listed();
  const { epoch } = link;
  let left = 0;
  const mended = async (task: Promise<boolean>): Promise<void> => {
    if (!(await task)) left++;
  };
  await Promise.all(
    mendingsOf(context, link, found).map((mending) =>
      mending.pod === undefined
        ? mended(removeUnknown(context, link, mending))
        : context.chains.add(mending.pod, () => mended(mendOne(context, link, mending, epoch))),
    ),
  );
  return left;
}

function mendingsOf(context: ReplayContext, link: EngineLink, found: readonly ContainerSummary[]): Mending[] {
  const here = context.expected.containers().filter(({ node }) => context.linkOf(node) === link);
  for (const { pod, node } of here) context.live.place(pod, node);
  return reconcile(context.script, here, found);
}

async function removeUnknown(context: ReplayContext, link: EngineLink, mending: Mending): Promise<boolean> {
  if (mending.do !== 'remove') return true;
  try {
    await link.call((engine) => engine.remove(mending.id));
    return true;
  } catch (error) {
    context.trouble(`${mending.name} cannot be removed: ${sentenceOf(error)}`);
    return false;
  }
}

/** False: it could not be done, now or at all. */
async function mendOne(context: ReplayContext, link: EngineLink, mending: Mending, epoch: number): Promise<boolean> {
  if (context.over.aborted || link.epoch !== epoch || mending.pod === undefined) return false;
  const live = context.live.get(mending.pod);
  try {
    if (mending.do === 'remove') {
      await link.call((engine) => engine.remove(mending.id));
      if (live?.id === mending.id) context.live.onRemoved(live);
      return true;
    }
    const pod = context.expected.container(mending.pod);
    // It has gone from the script meanwhile, and the step that says so follows.
    if (pod === undefined || live === undefined) return true;
    const order = { pod, node: context.expected.machine(pod.node), due: context.clock.now() };
    await mendPod(context, live, mending, order);
    return true;
  } catch (error) {
    if (!(error instanceof EngineFault)) throw error;
    const name = live?.name ?? context.script.pods[mending.pod].name;
    if (!link.isAway) context.trouble(`${name} cannot be brought to what the script says: ${error.message}`);
    return false;
  }
}

async function mendPod(context: ReplayContext, live: LivePod, mending: Mending, order: PodOrder): Promise<void> {
  if (mending.do === 'create') {
    if (live.id !== undefined) context.live.onRemoved(live);
    await createAndStart(context, live, order);
  } else {
    const { id } = mending;
    const detail = await live.link.call((engine) => engine.inspect(id));
    // Made by an earlier process of ours, or by a call whose answer was lost: there is no record of its start.
    const isStrange = live.id !== id;
    if (isStrange) {
      live.id = id;
      if (live.process === undefined) context.live.newProcess(live, order.pod.step, order.due, order.due);
      live.is = detail.state === 'created' ? 'created' : detail.state === 'exited' ? 'exited' : 'running';
      live.isReady = false;
    }
    if (detail.state === 'paused') live.is = 'paused';
    context.live.onDetail(live, detail);
    if (detail.networks.length > 0 === order.node.isCutOff) {
      const network = await live.link.networks.of(context.script.nodes[live.node].name);
      await setConnected(context, live, network, !order.node.isCutOff);
    }
    switch (mending.do) {
      case 'start':
        if (mending.unlessDone && detail.exitCode === (context.script.pods[live.pod].exitCode ?? 0)) return;
        live.is = 'exited';
        await startAgain(context, live, order);
        break;
      case 'unpause':
        live.is = 'paused';
        await setPaused(live, false);
        break;
      case 'kill':
        await killNow(context, live);
        return;
      case 'stop':
        await signalNow(context, live, 'SIGTERM');
        return;
      default:
        break;
    }
    if (live.is === 'running' || live.is === 'paused') {
      await setLimits(context, live, order);
      if (mending.do !== 'start') await readAddress(context, live);
      if (isStrange) context.aside(watchReady(context, live, live.process!));
    }
  }
  if (order.pod.state === 'paused' && live.is === 'running') await setPaused(live, true);
}
