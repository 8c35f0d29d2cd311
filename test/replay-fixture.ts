import { lognormal } from '../src/sim/distributions.ts';
import { type RandomStream, stream } from '../src/sim/random.ts';
import type { EngineInfo } from '../src/live/engine/engine.ts';
import type { Moment } from '../src/live/replay/replay-clock.ts';
import {
  type Checkpoint,
  type ProcessRecord,
  RECORD_FORMAT,
  type ReplayRecord,
  type ResourceSample,
  type StepOutcome,
} from '../src/live/replay/replay-record.ts';
import { type ReplayScript, SCRIPT_FORMAT, type ScriptPod, type ScriptStep } from '../src/live/script/replay-script.ts';
import type { ServiceTraffic, TrafficInterval } from '../src/live/traffic/traffic-measured.ts';

export interface ReplayFixture {
  readonly script: ReplayScript;
  readonly record: ReplayRecord;
}

export interface FixtureOptions {
  readonly seed: number;
  readonly speed?: number;
  /** Median real ms from the order to start to readiness, beyond the boot; 0: nothing, as a perfect engine has it. */
  readonly overheadMs?: number;
  readonly stopMs?: number;
  /** What the script says a start takes beyond its boot, as a calibrated simulator has it, in real ms. */
  readonly knownOverheadMs?: () => number;
  readonly traffic?: boolean;
}

const MIB = 1024 * 1024;
const S = 1e6;
const DURATION_US = 600 * S;

/**
 * A replay that never was, seeded: a shop of 60 pods over 4 nodes with a rolling update, a crash, a hang and a lost node,
 * and what an engine may have measured of it. Starts take a lognormal time beyond their boot.
 */
export function replayFixture(options: FixtureOptions): ReplayFixture {
  const { seed, speed = 20, overheadMs = 240, stopMs = 40, knownOverheadMs, traffic = true } = options;
  const random = stream(seed, 'replay-fixture');
  const script = scriptOf(seed, random, speed, knownOverheadMs);
  return { script, record: recordOf(script, stream(seed, 'engine'), { speed, overheadMs, stopMs, traffic }) };
}

const SERVICES = [
  { name: 'web', replicas: 24, bootUs: 4 * S, workUs: 40_000, cpuMilli: 250 },
  { name: 'cart', replicas: 16, bootUs: 8 * S, workUs: 25_000, cpuMilli: 200 },
  { name: 'search', replicas: 12, bootUs: 12 * S, workUs: 90_000, cpuMilli: 500 },
] as const;

function scriptOf(
  seed: number,
  random: RandomStream,
  speed: number,
  knownOverheadMs: (() => number) | undefined,
): ReplayScript {
  const pods: ScriptPod[] = [];
  const steps: ScriptStep[] = [];
  const nodeOf: number[] = [];
  const add = (service: number, atUs: number, node: number, isWarm = false): number => {
    const { name, bootUs, cpuMilli } = SERVICES[service];
    const ownBootUs = Math.round(bootUs * (0.8 + 0.4 * random.fine()));
    pods.push({
      name: `${name}-${pods.length}`,
      workload: name,
      service,
      cpuMilli,
      memBytes: 128 * MIB,
      memUseBytes: 40 * MIB,
      bootUs: ownBootUs,
      restart: 'always',
    });
    const pod = pods.length - 1;
    nodeOf.push(node);
    const readyUs = isWarm ? 0 : atUs + ownBootUs + Math.round((knownOverheadMs?.() ?? 0) * 1000 * speed);
    steps.push({ atUs, do: 'start', pod, node }, { atUs: readyUs, do: 'ready', pod });
    return pod;
  };
  const live: number[][] = SERVICES.map(() => []);
  let next = 0;
  SERVICES.forEach(({ replicas }, service) => {
    for (let k = 0; k < replicas; k++) live[service].push(add(service, 0, next++ % 4, true));
  });
  for (let k = 0; k < 8; k++) {
    const atUs = (20 + 60 * k) * S;
    const pod = pods.length;
    const runsUs = 30 * S;
    pods.push({
      name: `report-${k}`,
      workload: 'report',
      cpuMilli: 500,
      memBytes: 256 * MIB,
      cpuUseMilli: 300,
      bootUs: 2 * S,
      runsUs,
      exitCode: 0,
      restart: 'never',
    });
    nodeOf.push(k % 4);
    const readyUs = atUs + 2 * S + Math.round((knownOverheadMs?.() ?? 0) * 1000 * speed);
    steps.push({ atUs, do: 'start', pod, node: k % 4 }, { atUs: readyUs, do: 'ready', pod });
    steps.push({ atUs: readyUs + runsUs, do: 'finish', pod }, { atUs: readyUs + runsUs + S, do: 'gone', pod });
  }
  // A rolling update of web, two at a time.
  for (let k = 0; k < 24; k += 2) {
    const atUs = (60 + 8 * k) * S;
    for (const old of live[0].splice(0, 2)) {
      steps.push({ atUs, do: 'stop', pod: old, graceUs: 30 * S, why: 'rolling update of web' });
      steps.push({ atUs: atUs + Math.round(S * (0.2 + random.fine())), do: 'gone', pod: old });
      live[0].push(add(0, atUs + Math.round(0.5 * S), nodeOf[old]));
    }
  }
  // The spike: web grows by 12 and shrinks again.
  const extra = Array.from({ length: 12 }, (_, k) => add(0, (300 + 2 * k) * S, k % 4));
  for (const pod of extra) {
    const atUs = (520 + 2 * (pod % 12)) * S;
    steps.push({ atUs, do: 'stop', pod, graceUs: 30 * S, why: 'scaled down' }, { atUs: atUs + S, do: 'gone', pod });
  }
  // Node n3 is lost at 400 s; its pods are replaced 40 s later.
  steps.push({ atUs: 400 * S, do: 'node-down', node: 3, why: 'crash of the machine' });
  live.forEach((own, service) => {
    for (const pod of own.filter((one) => nodeOf[one] === 3)) {
      steps.push({ atUs: 400 * S, do: 'kill', pod, why: 'its node stopped' }, { atUs: 440 * S, do: 'gone', pod });
      add(service, 440 * S, pod % 3);
    }
  });
  const crashed = live[2].find((pod) => nodeOf[pod] === 0)!;
  const readyAgainUs = 130 * S + pods[crashed].bootUs + Math.round((knownOverheadMs?.() ?? 0) * 1000 * speed);
  steps.push({ atUs: 120 * S, do: 'kill', pod: crashed, why: 'crash loop' });
  steps.push({ atUs: 130 * S, do: 'restart', pod: crashed }, { atUs: readyAgainUs, do: 'ready', pod: crashed });
  const hung = live[1].find((pod) => nodeOf[pod] === 1)!;
  steps.push({ atUs: 200 * S, do: 'pause', pod: hung, why: 'hang' }, { atUs: 225 * S, do: 'resume', pod: hung });
  return {
    format: SCRIPT_FORMAT,
    runId: `fixture-${seed}`,
    title: 'shop with a lost node',
    policy: 'best-fit + hpa',
    seed,
    fingerprint: '3f2c9a7711d0e85b',
    durationUs: DURATION_US,
    nodes: [0, 1, 2, 3].map((k) => ({ name: `n${k}`, cpuMilli: 8000, memBytes: 16384 * MIB, isThereAtStart: true })),
    services: SERVICES.map(({ name, workUs }) => ({
      name,
      concurrency: 4,
      queueLimit: null,
      workMeanUs: workUs,
      cpuPerRequestMilli: 100,
      balancing: 'least-requests',
    })),
    pods,
    steps: steps.sort((one, other) => one.atUs - other.atUs),
    predicted: { living: livingOf(random), metrics: {} },
    notes: [],
  };
}

const RATE = (atUs: number): number =>
  (atUs > 290 * S && atUs < 520 * S ? 320 : 180) * (1 + 0.1 * Math.sqrt(atUs / DURATION_US));

function livingOf(random: RandomStream): NonNullable<ReplayScript['predicted']['living']> {
  const timeUs = Array.from({ length: 60 }, (_, k) => (k + 1) * 10 * S);
  const share = [1, 0.5, 0.3];
  const series = SERVICES.flatMap(({ name, workUs }, service) => {
    const labels = { service: name };
    const busy = (at: number): number => 0.25 + RATE(at) / 900 + 0.02 * random.fine();
    return [
      {
        name: 'baton_service_served_per_second',
        title: '',
        unit: 'per-second' as const,
        labels,
        values: timeUs.map((at) => RATE(at) * share[service]),
      },
      {
        name: 'baton_service_failed_per_second',
        title: '',
        unit: 'per-second' as const,
        labels,
        values: timeUs.map((at) => (at > 400 * S && at < 445 * S ? 6 : 0)),
      },
      {
        name: 'baton_service_latency_p99_seconds',
        title: '',
        unit: 's' as const,
        labels,
        values: timeUs.map((at) => (workUs / 1e6) * (2.2 + RATE(at) / 200)),
      },
      { name: 'baton_service_cpu_share', title: '', unit: 'share' as const, labels, values: timeUs.map(busy) },
      { name: 'baton_service_memory_share', title: '', unit: 'share' as const, labels, values: timeUs.map(() => 0.32) },
    ];
  });
  return {
    timeline: { timeUs, series },
    decisions: [],
    happenings: [],
    objectives: [],
    services: SERVICES.map(({ name, workUs }, service) => ({
      service: name,
      arrived: Math.round(140_000 * share[service]),
      served: Math.round(139_700 * share[service]),
      failed: Math.round(250 * share[service]),
      timedOut: Math.round(50 * share[service]),
      inFlight: 0,
      retries: 0,
      failedBy: { noEndpoint: Math.round(250 * share[service]), timeout: Math.round(50 * share[service]) },
      meanMs: (workUs / 1000) * 1.3,
      p50Ms: (workUs / 1000) * 1.1,
      p90Ms: (workUs / 1000) * 2.3,
      p99Ms: (workUs / 1000) * 3.6,
      p999Ms: (workUs / 1000) * 5,
      replicasMean: 20,
      replicasPeak: 36,
      replicaHours: 3,
      cpuShareMean: 0.5,
      costUsd: 0,
      deficitReplicaS: 0,
      evictions: 0,
      restarts: 0,
      model: 'discrete',
    })),
  };
}

function recordOf(
  script: ReplayScript,
  random: RandomStream,
  { speed, overheadMs, stopMs, traffic }: { speed: number; overheadMs: number; stopMs: number; traffic: boolean },
): ReplayRecord {
  const draw = lognormal(random);
  const around = (medianMs: number, sigma = 0.25): number => (medianMs === 0 ? 0 : draw(Math.log(medianMs), sigma));
  const moment = (wallMs: number): Moment => ({ wallMs, simUs: wallMs * 1000 * speed });
  const due = (atUs: number): number => atUs / 1000 / speed;
  const steps: StepOutcome[] = [];
  const processes: { -readonly [Field in keyof ProcessRecord]: ProcessRecord[Field] }[] = [];
  const current = new Map<number, (typeof processes)[number]>();
  const nodeOf = new Map<number, number>();
  script.steps.forEach((step, place) => {
    if (step.do === 'ready' || step.do === 'finish' || step.do === 'node-down') return;
    const dueMs = due(step.atUs);
    // Many at once: each is a little later than the one before.
    const crowd = steps.slice(-20).filter((one) => one.due.wallMs === dueMs).length;
    const begunMs = dueMs + around(overheadMs === 0 ? 0 : 3 + 2 * crowd, 0.5);
    const doneMs = begunMs + around(overheadMs / 4);
    steps.push({ step: place, due: moment(dueMs), begun: moment(begunMs), done: moment(doneMs), outcome: 'done' });
    if (!('pod' in step)) return;
    if (step.do === 'start' || step.do === 'restart') {
      if (step.do === 'start') nodeOf.set(step.pod, step.node);
      const startedMs = begunMs + around(overheadMs * 0.9);
      const readyMs = startedMs + script.pods[step.pod].bootUs / 1000 / speed + around(overheadMs * 0.1);
      const process = {
        pod: step.pod,
        node: nodeOf.get(step.pod)!,
        step: place,
        due: moment(dueMs),
        ordered: moment(begunMs),
        started: moment(startedMs),
        ready: moment(readyMs),
      };
      processes.push(process);
      current.set(step.pod, process);
      const { runsUs } = script.pods[step.pod];
      if (runsUs !== undefined) Object.assign(process, { ended: moment(readyMs + runsUs / 1000 / speed), exitCode: 0 });
      return;
    }
    const process = current.get(step.pod);
    if (process === undefined || process.ended !== undefined) return;
    if (step.do === 'stop' || step.do === 'kill') {
      process.told = moment(begunMs);
      process.ended = moment(begunMs + around(step.do === 'stop' ? stopMs : stopMs / 2));
      process.exitCode = step.do === 'stop' ? 0 : 137;
    }
  });
  const wallMs = due(script.durationUs) + 400;
  const checkpoints: Checkpoint[] = Array.from({ length: 12 }, (_, k) => {
    const at = moment(due((k + 0.5) * 50 * S));
    return {
      at,
      expected: 52 + k,
      found: k === 8 ? 51 + k : 52 + k,
      differences: k === 8 ? ['search-91 is missing'] : [],
    };
  });
  return {
    format: RECORD_FORMAT,
    runId: script.runId,
    startedAt: '2026-11-22T10:00:00.000Z',
    speed,
    scaleCpu: 0.05,
    scaleMem: 0.125,
    engines: [{ name: 'docker', info: INFO, nodes: script.nodes.map(({ name }) => name) }],
    wallMs,
    heldMs: 0,
    outcome: 'finished',
    steps,
    processes,
    checkpoints,
    samples: samplesOf(script, processes, random, speed),
    ...(traffic && { traffic: { services: SERVICES.map((_, service) => trafficOf(service, random, speed)) } }),
    troubles: [{ ...moment(due(401 * S)), what: 'docker: a call to stop search-44 found it gone already' }],
    leftBehind: 0,
  };
}

function samplesOf(
  script: ReplayScript,
  processes: readonly ProcessRecord[],
  random: RandomStream,
  speed: number,
): ResourceSample[] {
  const samples: ResourceSample[] = [];
  for (let wallMs = 500; wallMs < script.durationUs / 1000 / speed; wallMs += 1000)
    for (const { pod, ready, ended } of processes) {
      if (ready === undefined || ready.wallMs > wallMs || (ended?.wallMs ?? Infinity) < wallMs) continue;
      const { service, cpuUseMilli = 0, cpuMilli } = script.pods[pod];
      const simUs = wallMs * 1000 * speed;
      const use = service === undefined ? cpuUseMilli : cpuMilli * (0.29 + RATE(simUs) / 900);
      samples.push({
        at: { wallMs, simUs },
        pod,
        cpuMilli: 0.05 * use * (0.9 + 0.2 * random.fine()),
        memBytes: 0.125 * 43 * MIB * (0.98 + 0.04 * random.fine()),
      });
    }
  return samples;
}

function trafficOf(service: number, random: RandomStream, speed: number): ServiceTraffic {
  const { name, workUs } = SERVICES[service];
  const share = [1, 0.5, 0.3][service];
  const intervals: TrafficInterval[] = Array.from({ length: 60 }, (_, k) => {
    const [fromUs, toUs] = [k * 10 * S, (k + 1) * 10 * S];
    const served = Math.round(RATE(fromUs) * share * 10 * (0.97 + 0.06 * random.fine()));
    const failed = k >= 40 && k <= 44 ? 50 + random.below(30) : 0;
    const meanMs = (workUs / 1000 / speed) * 1.38;
    return { fromUs, toUs, sent: served + failed, served, failed, meanMs, p99Ms: meanMs * (2.4 + 0.6 * random.fine()) };
  });
  const sum = (of: (one: TrafficInterval) => number): number => intervals.reduce((total, one) => total + of(one), 0);
  const ownMs = workUs / 1000 / speed;
  const served = sum((one) => one.served);
  return {
    service: name,
    sent: sum((one) => one.sent),
    served,
    failedBy: { refused: sum((one) => one.failed) },
    latency: {
      count: served,
      meanMs: ownMs * 1.38,
      meanHalfWidthMs: ownMs * 0.02,
      p50Ms: ownMs * 1.15,
      p90Ms: ownMs * 2.4,
      p99Ms: ownMs * 3.9,
      maxMs: ownMs * 9,
    },
    serviceTime: {
      count: served,
      meanMs: ownMs * 1.03,
      meanHalfWidthMs: ownMs * 0.005,
      p50Ms: ownMs,
      p90Ms: ownMs * 2,
      p99Ms: ownMs * 3,
      maxMs: ownMs * 7,
    },
    generatorLateMs: { mean: 0.2, p99: 1.4, max: 6.1 },
    intervals,
    byPod: {},
  };
}

const INFO: EngineInfo = {
  id: 'ABCD',
  name: 'builder-1',
  version: '26.1.5',
  apiVersion: '1.45',
  os: 'Debian GNU/Linux 13 (trixie)',
  architecture: 'amd64',
  cpuMilli: 2000,
  memBytes: 8192 * MIB,
  cgroupVersion: '2',
  storageDriver: 'overlay2',
  running: 0,
  canLimitCpu: true,
  canLimitMem: true,
  isLocal: true,
};
