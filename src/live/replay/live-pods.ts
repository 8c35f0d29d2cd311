import { POD_LABEL } from '../labels.ts';
import type { ContainerDetail, EngineEvent } from '../engine/engine.ts';
import type { EndpointAddress } from '../traffic/traffic-driver.ts';
import type { EngineLink } from './engine-link.ts';
import type { Moment } from './replay-clock.ts';
import type { ReplayContext } from './replay-context.ts';
import type { ProcessRecord } from './replay-record.ts';

export type ProcessDraft = { -readonly [Field in keyof ProcessRecord]: ProcessRecord[Field] };

/** What is known of one pod's container. */
export interface LivePod {
  readonly pod: number;
  readonly name: string;
  node: number;
  link: EngineLink;
  /** Of its container; absent: it has none, or none that is known. */
  id: string | undefined;
  is: 'none' | 'created' | 'running' | 'paused' | 'exited';
  /** The newest. */
  process: ProcessDraft | undefined;
  isReady: boolean;
  address: EndpointAddress | undefined;
  /** The script has it in rotation. */
  isInRotation: boolean;
  /** It is being removed by us. */
  isRemoving: boolean;
  /** Comes to an end by itself, and nobody knows exactly when. */
  readonly endsByItself: boolean;
  /** Its CPU has had a limit of a slow node. */
  wasSlow: boolean;
  /** It was told to stop; resolves when it has ended, or has been killed. */
  stopping: Promise<void> | undefined;
}

export interface LivePods {
  /** The pod as a container of this node, known from now on. */
  place(pod: number, node: number): LivePod;
  get(pod: number): LivePod | undefined;
  all(): Iterable<LivePod>;
  /** In order of their orders. */
  readonly processes: readonly ProcessRecord[];
  newProcess(live: LivePod, step: number, due: Moment, ordered: Moment): ProcessDraft;
  /** What an engine's event means for the pod. */
  onEvent(link: EngineLink, event: EngineEvent): void;
  /** What an inspection shows of starts and ends that no event has told. */
  onDetail(live: LivePod, detail: ContainerDetail): void;
  onReady(live: LivePod, process: ProcessDraft): void;
  /** Its container is no longer there. */
  onRemoved(live: LivePod): void;
  /** Traffic is told whether it can have requests, when that or its address has changed. */
  updateTraffic(live: LivePod): void;
  /**
   * Waits for the end of its process; false: it has not ended after so long. Asks the engine where events are silent and
   * its container is not being removed.
   */
  ended(live: LivePod, waitMs: number): Promise<boolean>;
}

/** Clocks of two processes, and of two machines all the more, agree only so well. */
const CLOCK_SLACK_MS = 5;

export function createLivePods(context: () => ReplayContext, beganDateMs: number): LivePods {
  const pods = new Map<number, LivePod>();
  const processes: ProcessDraft[] = [];
  const placeOf = new Map<string, number>();
  const waiters = new Map<number, Set<() => void>>();
  const atTraffic = new Map<number, EndpointAddress>();
  const momentOf = (link: EngineLink, engineMs: number): Moment =>
    context().clock.momentAt(Math.max(0, link.toLocalMs(engineMs) - beganDateMs));

  const onEnded = (live: LivePod, at: Moment, exitCode: number | undefined): void => {
    const { process } = live;
    if (live.is === 'exited' || live.is === 'none' || process === undefined) return;
    const { script, options } = context();
    live.is = 'exited';
    live.isReady = false;
    process.ended ??= at;
    if (exitCode !== undefined) process.exitCode ??= exitCode;
    known.updateTraffic(live);
    for (const wake of waiters.get(live.pod) ?? []) wake();
    waiters.delete(live.pod);
    const right = script.pods[live.pod].exitCode ?? 0;
    const code = process.exitCode === undefined ? '' : ` with exit code ${process.exitCode}`;
    const memory = process.oomKilled === true ? ', because it wanted more memory than its limit' : '';
    if (process.told === undefined && !context().over.aborted) {
      if (!live.endsByItself) context().trouble(`${live.name} ended${code} without being told${memory}`, at.wallMs);
      else if ((process.exitCode ?? right) !== right || memory !== '')
        context().trouble(`${live.name} ended${code} where ${right} was expected${memory}`, at.wallMs);
    }
    options.onProcess?.(process);
  };

  const known: LivePods = {
    processes,
    place: (pod, node) => {
      const { script } = context();
      const { name } = script.pods[pod];
      const there = pods.get(pod);
      if (there !== undefined) {
        there.node = node;
        there.link = context().linkOf(node);
        return there;
      }
      placeOf.set(name, pod);
      const live: LivePod = {
        pod,
        name,
        node,
        link: context().linkOf(node),
        id: undefined,
        is: 'none',
        process: undefined,
        isReady: false,
        address: undefined,
        isInRotation: false,
        isRemoving: false,
        endsByItself: context().expected.endsByItself(pod),
        wasSlow: false,
        stopping: undefined,
      };
      pods.set(pod, live);
      return live;
    },
    get: (pod) => pods.get(pod),
    all: () => pods.values(),
    newProcess: (live, step, due, ordered) => {
      const process: ProcessDraft = { pod: live.pod, node: live.node, step, due, ordered };
      processes.push(process);
      live.process = process;
      live.isReady = false;
      live.stopping = undefined;
      return process;
    },
    onEvent: (link, event) => {
      const place = placeOf.get(event.labels[POD_LABEL] ?? '');
      const live = place === undefined ? undefined : pods.get(place);
      if (live?.process === undefined || live.id !== event.id) return;
      const at = momentOf(link, event.atMs);
      // Of the process before, told late.
      if (at.wallMs < live.process.ordered.wallMs - CLOCK_SLACK_MS) return;
      switch (event.what) {
        case 'start':
          live.process.started ??= at;
          return;
        case 'oom':
          live.process.oomKilled = true;
          return;
        case 'die':
          onEnded(live, at, event.exitCode);
          return;
        case 'destroy':
          if (live.isRemoving || context().over.aborted) return;
          context().trouble(`the container of ${live.name} was removed by somebody else`, at.wallMs);
          onEnded(live, at, undefined);
          known.onRemoved(live);
          return;
        default:
          return;
      }
    },
    onDetail: (live, detail) => {
      const { process } = live;
      if (process === undefined || live.id !== detail.id) return;
      if (Number.isFinite(detail.startedMs) && detail.startedMs > 0) {
        const at = momentOf(live.link, detail.startedMs);
        if (at.wallMs >= process.ordered.wallMs - CLOCK_SLACK_MS) process.started ??= at;
      }
      if (detail.state !== 'exited' && detail.state !== 'dead') return;
      if (detail.oomKilled) process.oomKilled = true;
      if (process.started !== undefined) onEnded(live, momentOf(live.link, detail.finishedMs), detail.exitCode);
    },
    onReady: (live, process) => {
      process.ready ??= context().clock.now();
      if (live.process !== process) return;
      live.isReady = true;
      known.updateTraffic(live);
    },
    onRemoved: (live) => {
      if (live.is === 'running' || live.is === 'paused') onEnded(live, context().clock.now(), undefined);
      live.id = undefined;
      live.is = 'none';
      live.isRemoving = false;
      live.address = undefined;
      live.isReady = false;
      known.updateTraffic(live);
    },
    updateTraffic: (live) => {
      const { traffic } = context().options;
      if (traffic === undefined) return;
      const { address, process } = live;
      const isUp = live.is === 'running' || live.is === 'paused';
      const told = atTraffic.get(live.pod);
      if (live.isInRotation && live.isReady && isUp && process?.told === undefined && address !== undefined) {
        if (told?.port === address.port && told.host === address.host) return;
        atTraffic.set(live.pod, address);
        traffic.endpointIn(live.pod, address);
      } else if (told !== undefined) {
        atTraffic.delete(live.pod);
        traffic.endpointOut(live.pod);
      }
    },
    ended: async (live, waitMs) => {
      const { time, clock, over } = context();
      const untilMs = clock.nowMs() + waitMs;
      const isOver = (): boolean => live.is !== 'running' && live.is !== 'paused';
      for (let lookMs = 300; !isOver(); lookMs = Math.min(2000, lookMs * 2)) {
        const leftMs = untilMs - clock.nowMs();
        if (leftMs <= 0 || over.aborted) return false;
        const woken = new AbortController();
        const wake = (): void => woken.abort();
        const here = waiters.get(live.pod) ?? new Set();
        waiters.set(live.pod, here.add(wake));
        over.addEventListener('abort', wake);
        await time.sleep(Math.min(leftMs, lookMs), woken.signal);
        over.removeEventListener('abort', wake);
        here.delete(wake);
        const { id } = live;
        if (isOver() || over.aborted || id === undefined || live.isRemoving) continue;
        try {
          known.onDetail(live, await live.link.call((engine) => engine.inspect(id)));
        } catch {
          // Whoever needs the engine next is told.
        }
        if (live.link.isAway) return isOver();
      }
      return true;
    },
  };
  return known;
}
