import { stream } from '../../sim/random.ts';
import type { JournalSink } from '../../sim/journal.ts';
import type { RunResult } from '../../sim/result.ts';
import type { NodePlace, WeatherEvent } from '../../sim/weather/weather-event.ts';
import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import { ApiServer, isRefusal } from './api/api-server.ts';
import type { Component, ControlPlane } from './api/control-plane.ts';
import { autoscalers } from './autoscalers/index.ts';
import { PunctualCloud } from './autoscalers/shared/node-birth.ts';
import { AnnotatedBehaviour } from './behaviour/annotated-behaviour.ts';
import { CpuUse } from './behaviour/cpu-use.ts';
import { ScrapedMetrics } from './behaviour/metrics-server.ts';
import { TrafficControl } from './behaviour/traffic-control.ts';
import { UsageModel } from './behaviour/usage-model.ts';
import { ClusterChanges } from './changes/cluster-changes.ts';
import { Drainer } from './controllers/drain.ts';
import { evict } from './controllers/eviction.ts';
import { workloadControllers } from './controllers/index.ts';
import type { ClientLimits } from './controllers/shared/client-rate.ts';
import { scaleOf } from './controllers/scale.ts';
import type { KubernetesSpec } from './kubernetes-spec.ts';
import { registerAdmissions } from './manifests/admission/admissions.ts';
import { nodeComponents, type NodeComponents } from './nodes/index.ts';
import { Machines } from './nodes/machines.ts';
import { createNodes, machineNumbers, placesOf } from './nodes-at-start.ts';
import { ExplainingCore, type DecisionWatcher } from './explain/explaining-core.ts';
import { Recorder } from './recording/recorder.ts';
import { IndexedCore } from './scheduler/indexed/indexed-core.ts';
import { KubeScheduler } from './scheduler/kube-scheduler.ts';
import { PolicyCore } from './scheduler/policy/policy-core.ts';
import { ReferenceCore } from './scheduler/reference/reference-core.ts';
import { volumesOf, type VolumeObjects } from './scheduler/volume-objects.ts';
import type { SchedulerConfiguration, SchedulerProfile } from './scheduler/scheduler-profile.ts';
import type { SchedulingCore } from './scheduler/scheduling-core.ts';
import { settledObjects, settlingSpec } from './settled-cluster.ts';
import { settlingPace } from './settling-pace.ts';

export interface KubernetesRunOptions {
  readonly seed: number | string;
  readonly journal?: JournalSink;
  /** How fast workload controllers may create and delete pods, if not as usual. */
  readonly controllerClient?: ClientLimits;
  /** Called every 64 events, also while the cluster comes to rest before the run. */
  readonly onAlive?: () => void;
  /** Called every 16,384 events, also of those before the run, and at the end. */
  readonly onProgress?: (progress: { events: number; nowUs: number; endUs: number }) => void;
  /** Looks at every decision of the scheduler before it is taken. */
  readonly onDecide?: DecisionWatcher;
  /** Called after every scrape. */
  readonly onScrape?: () => void;
}

const ALIVE_EVENTS = 64;
const PROGRESS_EVENTS = 16_384;

/** Runs a Kubernetes cluster from its start to its end. */
export function runKubernetes(spec: KubernetesSpec, options: KubernetesRunOptions): RunResult {
  return new KubernetesRun(spec, options).run();
}

/** One run of a Kubernetes cluster: the API server, and all that acts through it, put together. */
export class KubernetesRun {
  readonly plane: ControlPlane;
  readonly api: ApiServer;
  readonly scheduler: KubeScheduler;
  readonly recorder: Recorder;
  readonly machines: Machines;
  readonly nodes: NodeComponents;
  readonly spec: KubernetesSpec;
  private readonly options: KubernetesRunOptions;
  private readonly scrapeKind: number;
  private configuration: SchedulerConfiguration;
  private readonly volumes: VolumeObjects;
  private isOver = false;

  constructor(written: KubernetesSpec, options: KubernetesRunOptions) {
    const spec = written.coldStart ? written : { ...written, objects: objectsAtRest(written, options) };
    this.spec = spec;
    this.options = options;
    const api = new ApiServer();
    this.api = api;
    this.configuration = spec.scheduler;
    this.volumes = volumesOf(api);
    const { clock } = api;
    const streams = (name: string) => stream(options.seed, name);
    this.recorder = new Recorder(
      { api, clock },
      spec,
      options.journal === undefined ? {} : { journal: options.journal },
    );
    const plane: ControlPlane = { clock, api, chronicle: this.recorder, streams, epochMs: spec.epochMs };
    this.plane = plane;
    registerAdmissions(api);
    const behaviour = new AnnotatedBehaviour(plane, spec.defaults);
    this.machines = new Machines(api, machineNumbers(spec));
    const drainer = new Drainer(plane);
    createNodes(api, spec);
    this.createObjects();
    const traffic = new TrafficControl(plane, spec, this.machines, behaviour);
    const cpu = new CpuUse(plane, spec, this.machines, traffic);
    const usage = new UsageModel(plane, spec, traffic, cpu);
    const metrics = new ScrapedMetrics(plane, usage, traffic, cpu);
    const cloud = new PunctualCloud(api);
    const nodes = nodeComponents(plane, {
      behaviour,
      usage,
      machines: this.machines,
      options: { pullBytesPerSecond: spec.defaults.pullBytesPerSecond, ...spec.nodeOptions },
      weather: spec.weather(streams, this.places()),
      services: spec.services,
      drain: (nodeName) => drainer.drain(nodeName),
      others: (event) => this.otherWeather(event, traffic, cloud),
    });
    this.nodes = nodes;
    nodes.proxy.onEndpoints(({ metadata }, endpoints) => traffic.onEndpoints(metadata, endpoints));
    this.scheduler = new KubeScheduler(plane, {
      configuration: spec.scheduler,
      times: spec.schedulingTimes,
      coreOf: (profile) => this.coreOf(profile),
    });
    const changes = new ClusterChanges(plane, spec.changes, {
      drain: (nodeName, timeoutSeconds) =>
        drainer.drain(nodeName, timeoutSeconds === undefined ? {} : { timeoutSeconds }),
      setMachine: (nodeName, works) => (works ? this.machines.start(nodeName) : this.machines.stop(nodeName)),
      configureScheduler: (configuration) => this.configure(configuration),
      setWeight: (plugin, weight) => this.setWeight(plugin, weight),
    });
    const components: Component[] = [
      ...nodes.components,
      ...workloadControllers(plane, options.controllerClient === undefined ? {} : { client: options.controllerClient }),
      this.scheduler,
      cpu,
      traffic,
      metrics,
      ...autoscalers(plane, {
        birth: cloud,
        findScale: (namespace, target) => scaleOf(api, namespace, target),
        metrics,
        makeCore: () => new IndexedCore(spec.scheduler.profiles[0], { volumes: this.volumes }),
        evict: (pod) => evict(api, pod).allowed,
        nodeGroups: spec.nodeGroups,
        instanceBootUs: spec.instanceBootUs,
        ...(spec.clusterAutoscaler && { clusterAutoscaler: spec.clusterAutoscaler }),
        ...(spec.instances && { instances: spec.instances }),
      }),
      drainer,
      changes,
    ];
    this.recorder.attach({
      traffic,
      cpu,
      usage,
      machines: this.machines,
      behaviour,
      queues: () => this.scheduler.pending,
      work: () => {
        const { attempts, examined } = this.scheduler.stats;
        const decisions = attempts.scheduled + attempts.unschedulable + attempts.error;
        return { decisions, nodeEvaluations: examined, scoreCalls: 0 };
      },
      notes: () => behaviour.notes,
    });
    this.scrapeKind = clock.kind(() => this.scrape());
    for (const component of components) component.begin();
    clock.after(spec.scrapeUs, this.scrapeKind, 0);
  }

  run(): RunResult {
    while (this.step());
    return this.result();
  }

  /** Handles the next event; false at the end of the run. */
  step(): boolean {
    if (this.isOver) return false;
    const { clock } = this.plane;
    const goesOn = clock.step(this.spec.durationUs);
    if (!goesOn) this.isOver = true;
    if (clock.events % ALIVE_EVENTS === 0) this.options.onAlive?.();
    if (clock.events % PROGRESS_EVENTS === 0 || !goesOn)
      this.options.onProgress?.({ events: clock.events, nowUs: clock.nowUs, endUs: this.spec.durationUs });
    return goesOn;
  }

  /** Goes on to this time, or to the end of the run if that comes first. */
  runUntil(timeUs: number): void {
    while (!this.isOver && this.plane.clock.step(Math.min(timeUs, this.spec.durationUs)));
    if (this.plane.clock.nowUs >= this.spec.durationUs) this.isOver = true;
  }

  /** What the journal's node of this number is called; nodes are numbered as they come. */
  nodeName(number: number): string | undefined {
    return this.machines.nodeName(number);
  }

  result(): RunResult {
    return this.recorder.result();
  }

  private coreOf(profile: SchedulerProfile): SchedulingCore {
    const options = { random: this.plane.streams('scheduler/ties'), volumes: this.volumes };
    const own = this.spec.core === 'indexed' ? new IndexedCore(profile, options) : new ReferenceCore(profile, options);
    const { placement, typicalPods } = this.spec;
    const { clock, streams } = this.plane;
    const core =
      placement === undefined
        ? own
        : new PolicyCore({ inside: own, placement, streams, clock, ...(typicalPods && { typicalPods }) });
    const { onDecide } = this.options;
    return onDecide === undefined ? core : new ExplainingCore(core, new ReferenceCore(profile, options), onDecide);
  }

  private configure(configuration: SchedulerConfiguration): void {
    this.configuration = configuration;
    this.scheduler.configure(configuration);
  }

  /** Gives a score plugin another weight in every profile; what is wrong with that, if anything is. */
  private setWeight(plugin: string, weight: number): string | undefined {
    const { profiles } = this.configuration;
    const known = profiles.flatMap(({ scores }) => scores.map((one) => one.plugin));
    if (!known.includes(plugin)) return `there is no score plugin "${plugin}"${suggestion(plugin, new Set(known))}`;
    const changed = profiles.map((profile) => ({
      ...profile,
      scores: profile.scores.map((one) => (one.plugin === plugin ? { ...one, weight } : one)),
    }));
    this.configure({ ...this.configuration, profiles: changed });
    return undefined;
  }

  private createObjects(): void {
    for (const object of this.spec.objects) {
      if (object.kind === 'Node') continue;
      const made = this.api.create(object.kind, object);
      if (!isRefusal(made)) continue;
      // What `kubectl apply` would be told; the rest is created all the same.
      const { namespace, name } = object.metadata;
      const about = `${object.kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
      this.recorder.event('apiserver', 'Warning', 'Refused', about, made.refused);
    }
  }

  private places(): NodePlace[] {
    const places = placesOf(this.api, this.spec);
    if (places.length === 0 && this.spec.nodeGroups.length === 0 && this.spec.instances === undefined)
      throw new InputError(
        'the cluster has no node, and none can be bought; add nodes, or write cluster: in a scenario',
      );
    return places;
  }

  /** Weather that is no node's own: between zones, and what the cloud has. */
  private otherWeather(event: WeatherEvent, traffic: TrafficControl, cloud: PunctualCloud): void {
    const { zones } = this.spec;
    if (event.kind === 'spot-capacity') {
      cloud.setSpotStock(event.on);
      this.recorder.happened(event.kind, 'spot', `${event.on ? 'to be had again' : 'not to be had'} (${event.cause})`);
    } else if (event.kind === 'zone-partition' || event.kind === 'zone-delay') {
      const [from, to] = event.zones;
      const begins = event.kind === 'zone-partition' ? event.on : event.delayUs > 0;
      if (event.kind === 'zone-partition') traffic.setLink(from, to, !event.on);
      else traffic.setExtraDelay(from, to, event.delayUs);
      const between = event.zones.map((zone) => zones[zone] ?? 'outside').join(' and ');
      this.recorder.happened(begins ? event.kind : `${event.kind}-over`, between, event.cause);
    } else if (event.kind === 'control-plane-down')
      this.recorder.happened(event.on ? event.kind : 'control-plane-up', 'control plane', event.cause);
    else if (event.kind === 'registry-down')
      this.recorder.happened(event.on ? event.kind : 'registry-up', 'registry', event.cause);
    else if (event.kind === 'crash-loop') {
      const { namespace, name } = this.spec.services[event.service];
      this.recorder.happened(event.on ? event.kind : 'crash-loop-over', `${namespace}/${name}`, event.cause);
    }
  }

  /** Whether every pod has been decided, none is starting, ending or a job's, and no change is to come. */
  private get isQuiet(): boolean {
    const { nowUs } = this.plane.clock;
    if (this.spec.changes.some(({ atUs }) => atUs >= nowUs)) return false;
    for (const { metadata, spec, status } of this.api.pods.all()) {
      if (status.phase === 'Succeeded' || status.phase === 'Failed') continue;
      if (metadata.deletionUs !== undefined || spec.restartPolicy !== 'Always') return false;
      const isDecided = spec.nodeName === undefined ? status.unschedulable !== undefined : status.ready;
      if (!isDecided && spec.schedulingGates.length === 0) return false;
    }
    return true;
  }

  private scrape(): void {
    this.recorder.scrape();
    this.options.onScrape?.();
    if (this.spec.untilQuiet && this.isQuiet) this.isOver = true;
    else this.plane.clock.after(this.spec.scrapeUs, this.scrapeKind, 0);
  }
}

/** The objects with which a run begins whose cluster has come to rest. */
function objectsAtRest(spec: KubernetesSpec, options: KubernetesRunOptions): KubernetesSpec['objects'] {
  const { seed, onDecide, onAlive, onProgress } = options;
  const { controllers, schedulingTimes } = settlingPace(spec);
  const before = new KubernetesRun(
    { ...settlingSpec(spec), schedulingTimes },
    {
      seed,
      controllerClient: controllers,
      ...(onDecide && { onDecide }),
      ...(onAlive && { onAlive }),
      ...(onProgress && { onProgress }),
    },
  );
  while (before.step());
  return settledObjects(before.api, spec);
}
