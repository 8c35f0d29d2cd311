import { Worker } from 'node:worker_threads';
import type { ReplayClock } from '../replay/replay-clock.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import { sentenceOf } from '../sentence-of.ts';
import { type ClockReading, monotonicMs } from './traffic-clock.ts';
import type { EndpointAddress, TrafficDriver } from './traffic-driver.ts';
import type { TrafficMeasured } from './traffic-measured.ts';
import type { TrafficBirth, TrafficNews, TrafficOrder } from './traffic-messages.ts';
import type { TrafficPlan } from './traffic-plan.ts';
import type { TrafficEndpoint } from './traffic-sender.ts';

export interface LiveTrafficOptions {
  /** Simulated time at which a replay that was interrupted goes on; what was due before it is not sent. */
  readonly fromUs?: number;
  /** How long requests under way may take to end when the replay has. */
  readonly drainMs?: number;
  /** The thread's program, where it is not the one beside this file. */
  readonly program?: URL;
}

const DRAIN_MS = 5000;
/** So often the thread is told when the clock goes on otherwise than it did. */
const CLOCK_EVERY_MS = 20;
/** Simulated time may be off by so much real time before the thread is told. */
const CLOCK_SLACK_MS = 1;

/**
 * Sends the script's requests from a thread of its own, where nothing that the conductor does can delay them. Until
 * `begin` endpoints are only noted; those that are in by then are in the order of their pods, as in the simulation.
 */
export function liveTraffic(
  script: Pick<ReplayScript, 'pods' | 'nodes' | 'steps' | 'services'>,
  plan: TrafficPlan,
  { fromUs = 0, drainMs = DRAIN_MS, program = programHere() }: LiveTrafficOptions = {},
): TrafficDriver {
  const endpointOf = endpointsOf(script, plan);
  const birth: TrafficBirth = { plan, fromUs };
  const worker = new Worker(program, { workerData: birth });
  // A replay that fails before it ends its traffic does not keep the process alive.
  worker.unref();
  let counts = { sent: 0, served: 0, failed: 0 };
  let early: Map<number, EndpointAddress> | undefined = new Map();
  let watch: NodeJS.Timeout | undefined;
  let ending: Promise<TrafficMeasured> | undefined;
  let onMeasured: (measured: TrafficMeasured) => void;
  const measured = new Promise<TrafficMeasured>((resolve) => {
    onMeasured = resolve;
  });
  const tell = (order: TrafficOrder): void => worker.postMessage(order);
  const broke = (why: string): void => {
    clearInterval(watch);
    onMeasured({ services: [], notes: [`the load generator ended before it had measured anything: ${why}`] });
  };
  worker.on('message', (news: TrafficNews) => {
    if (news.kind === 'measured') onMeasured(news.measured);
    else counts = { sent: news.sent, served: news.served, failed: news.failed };
  });
  worker.on('error', (error: unknown) => broke(sentenceOf(error)));
  const gone = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      broke(`its thread ended with code ${code}`);
      resolve();
    });
  });

  return {
    begin: (clock) => {
      const waiting = [...(early ?? [])].sort(([a], [b]) => a - b);
      early = undefined;
      for (const [pod, address] of waiting) tell({ kind: 'in', endpoint: endpointOf(pod, address) });
      watch = followClock(clock, (reading) => tell({ kind: 'clock', reading }));
    },
    endpointIn: (pod, address) => {
      if (early) early.set(pod, address);
      else tell({ kind: 'in', endpoint: endpointOf(pod, address) });
    },
    endpointOut: (pod) => {
      if (early) early.delete(pod);
      else tell({ kind: 'out', pod });
    },
    get counts() {
      return counts;
    },
    end: () => {
      ending ??= (async () => {
        clearInterval(watch);
        worker.ref();
        tell({ kind: 'end', drainMs });
        const result = await measured;
        await gone;
        return result;
      })();
      return ending;
    },
  };
}

/** Tells what the clock says: now, and whenever it does not go on as was told. */
function followClock(clock: ReplayClock, tell: (reading: ClockReading) => void): NodeJS.Timeout {
  const { speed } = clock;
  let told: ClockReading = { wallMs: monotonicMs(), simUs: clock.simUs(), speed, isHeld: false };
  let beforeUs = Number.NaN;
  tell(told);
  const timer = setInterval(() => {
    const wallMs = monotonicMs();
    const simUs = clock.simUs();
    const isHeld = simUs === beforeUs;
    beforeUs = simUs;
    const expectedUs = told.isHeld ? told.simUs : told.simUs + (wallMs - told.wallMs) * 1000 * speed;
    if (isHeld === told.isHeld && Math.abs(simUs - expectedUs) <= CLOCK_SLACK_MS * 1000 * speed) return;
    told = { wallMs, simUs, speed, isHeld };
    tell(told);
  }, CLOCK_EVERY_MS);
  return timer.unref();
}

/** What balancers know of each pod: its service, the zone of its node, and how long its version works. */
function endpointsOf(
  { pods, nodes, steps, services }: Pick<ReplayScript, 'pods' | 'nodes' | 'steps' | 'services'>,
  plan: TrafficPlan,
): (pod: number, address: EndpointAddress) => TrafficEndpoint {
  const nodeOf = new Map(steps.flatMap((step) => (step.do === 'start' ? [[step.pod, step.node] as const] : [])));
  const planned = services.map(({ name }) => plan.services.findIndex((one) => isCalled(name, one.name)));
  return (pod, address) => {
    const { name, service, workFactor = 1 } = pods[pod];
    const zone = nodes[nodeOf.get(pod) ?? -1]?.zone;
    return {
      pod,
      name,
      service: service === undefined ? -1 : planned[service],
      zone: zone === undefined ? -1 : plan.zones.indexOf(zone),
      workFactor,
      address,
    };
  };
}

/** `shop/web` may be called `web` where only one namespace has it. */
function isCalled(name: string, planned: string): boolean {
  return name === planned || name.endsWith(`/${planned}`);
}

function programHere(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./traffic-worker.${extension}`, import.meta.url);
}
