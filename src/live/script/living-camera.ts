import { ARRIVE, EVICT, FINISH, KILL, NODE, PLACE, REPLICA } from '../../sim/journal.ts';
import { durationMeanUs } from '../../sim/duration-spec.ts';
import type { LivingOptions, LivingSimulation } from '../../sim/living-simulation.ts';
import { NODE_NOTES } from '../../sim/living/node-orders.ts';
import { REPLICA_STATES } from '../../sim/living/replica-states.ts';
import type { World } from '../../sim/living/world.ts';
import type { HappeningRecord } from '../../sim/monitoring/living-result.ts';
import type { Replica } from '../../sim/services/replica.ts';
import { FilmedPod } from './filmed-pod.ts';
import { limitsOf, replicaDraft, writeLivingFacts } from './living-facts.ts';
import { LivingNodes } from './living-nodes.ts';
import { RecordList, type JournalRecord } from './record-list.ts';
import { ScriptBuilder, type PodDraft } from './script-builder.ts';

/** What befalls a living cluster and asks nothing of containers, by the kind of its happening. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'zone-partition': 'zones that cannot reach each other are not cut apart: containers of all nodes share one machine',
  'zone-delay': 'delays between zones are not replayed',
  'node-flaky': 'requests that a lossy node loses are not lost',
  'disk-full': 'disks are not filled; what it led to is replayed',
  'registry-down': 'the registry is not taken away; what it led to is replayed',
  'control-plane-down': 'there is no control plane to take away; what it led to is replayed',
  'image-pull-failed': 'pulls that fail are not replayed; they lengthen the boot of their pods',
};

/**
 * Follows a living cluster event by event and writes its script. The journal says what happened in which order; what is not
 * in it (causes, speeds, networks, weights, sizes) is read from the world after each event.
 */
export class LivingCamera {
  readonly builder = new ScriptBuilder();
  readonly simulation: LivingSimulation;
  private readonly world: World;
  private readonly records = new RecordList();
  /** By the replica's number. */
  private readonly replicas: (FilmedPod | undefined)[] = [];
  /** Replicas whose containers are there. */
  private readonly alive = new Set<Replica>();
  /** By the pod's number. */
  private readonly jobs = new Map<number, FilmedPod>();
  private readonly replicaOf = new Map<number, Replica>();
  /** Facts of jobs that were placed and are not filmed yet, by the pod's number. */
  private readonly placedJobs = new Map<number, PodDraft>();
  private readonly nodes: LivingNodes;
  private arrived = 0;
  private happened = 0;
  /** Of the event that is looked at. */
  private news: HappeningRecord[] = [];

  /** `open` makes the run, with these as options. */
  constructor(open: (watch: Pick<LivingOptions, 'journal' | 'onPlaced'>) => LivingSimulation) {
    let simulation: LivingSimulation | undefined;
    this.simulation = simulation = open({
      journal: this.records,
      // Jobs come with events, so never before the run has been made.
      onPlaced: (_, slot) => simulation !== undefined && this.jobPlaced(simulation, slot),
    });
    this.world = simulation.world;
    writeLivingFacts(this.world, this.builder);
    this.nodes = new LivingNodes(this.world, this.builder);
    this.look();
  }

  /** Handles the next event of the run and films it; false at its end. */
  step(): boolean {
    const goesOn = this.simulation.step();
    this.look();
    return goesOn;
  }

  private look(): void {
    const { world } = this;
    world.simulation.flushJournal();
    this.news = world.happenings.slice(this.happened);
    this.happened = world.happenings.length;
    for (const { kind } of this.news) {
      const sentence = LEFT_OUT[kind];
      if (sentence !== undefined) this.builder.note(sentence);
    }
    for (const record of this.records.take()) this.film(record);
    this.nodes.look(this.news);
    for (const replica of this.alive) this.lookAtReplica(replica, this.replicas[replica.id]!);
  }

  private film(record: JournalRecord): void {
    switch (record.kind) {
      case ARRIVE:
        this.arrives(record);
        return;
      case PLACE:
        this.placed(record);
        return;
      case REPLICA:
        this.replicaChanged(this.world.replicas[record.pod], REPLICA_STATES[record.detail]);
        return;
      case NODE:
        this.nodes.changed(record.pod, record.detail, this.news);
        if (record.detail === NODE_NOTES.down) this.jobsDie(record.pod);
        return;
      case FINISH:
      case EVICT:
      case KILL:
        this.jobEnded(record);
    }
  }

  /** Replicas are submitted in the order of their numbers, each with its name. */
  private arrives({ pod, name, timeUs }: JournalRecord): void {
    const next = this.world.replicas[this.arrived];
    if (next === undefined || next.name !== name || next.submittedUs !== timeUs) return;
    this.replicaOf.set(pod, next);
    this.arrived++;
  }

  private placed({ pod, node }: JournalRecord): void {
    const replica = this.replicaOf.get(pod);
    const draft = this.placedJobs.get(pod);
    this.placedJobs.delete(pod);
    // Nothing starts on a machine that does not run; it will when the machine does, if nobody has moved it by then.
    if (this.nodes.isDown(node)) return;
    if (replica !== undefined) {
      this.start(replica, node);
      return;
    }
    const { nowUs } = this.world;
    const film = new FilmedPod(this.builder, nowUs, draft!, node);
    this.jobs.set(pod, film);
    film.ready(nowUs);
  }

  private start(replica: Replica, node: number): FilmedPod {
    const { nowUs } = this.world;
    const draft = replicaDraft(this.world, replica);
    if (replica.state === 'pulling' && replica.dueUs > nowUs) draft.bootUs += replica.dueUs - nowUs;
    const film = new FilmedPod(this.builder, nowUs, draft, node);
    this.replicas[replica.id] = film;
    this.alive.add(replica);
    return film;
  }

  private replicaChanged(replica: Replica, state: Replica['state']): void {
    const { nowUs, spec } = this.world;
    let film = this.replicas[replica.id];
    // Its machine works again, with a pod that has never run.
    if (film === undefined && state === 'pulling') film = this.start(replica, replica.node);
    if (film === undefined) return;
    switch (state) {
      case 'pulling':
      case 'booting':
        if (!film.runs) {
          film.rotate(nowUs, 0);
          film.restart(nowUs);
          film.bootsUntil(nowUs + durationMeanUs(spec.services[replica.service].startUp.boot));
        }
        // What an engine adds was measured on one, and the engine of the replay will add it by itself.
        if (state === 'booting') film.bootsUntil((replica.dueUs > nowUs ? replica.dueUs : nowUs) - replica.overheadUs);
        return;
      case 'ready':
        if (!film.hasBooted) film.bootsUntil(nowUs);
        film.ready(nowUs);
        film.rotate(nowUs, replica.weight);
        return;
      case 'unready':
        film.rotate(nowUs, 0);
        film.unready(nowUs);
        return;
      case 'waiting':
        film.rotate(nowUs, 0);
        film.kill(nowUs, this.crashCause(replica));
        return;
      case 'dead':
        film.kill(nowUs, this.nodes.downWhy(film.node));
        return;
      case 'terminating':
        film.rotate(nowUs, 0);
        film.stop(nowUs, spec.services[replica.service].graceUs, this.whyStopped(replica, film.node));
        return;
      case 'gone':
        this.alive.delete(replica);
        film.gone(nowUs, this.whyStopped(replica, film.node));
        return;
      case 'pending':
    }
  }

  private crashCause({ name }: Replica): string {
    const at = this.news.findIndex(({ kind, about }) => kind === 'crash' && about === name);
    if (at < 0) return 'crash';
    const [{ what }] = this.news.splice(at, 1);
    return what.replace(/; started again .*$/, '');
  }

  /** Why a replica was told to end, as far as can be seen. */
  private whyStopped(replica: Replica, node: number): string {
    const { nodes, version, ofService, desired } = this.world;
    const name = nodes.places[node].name;
    if (nodes.lost[node] === 1) return `${name} is given up`;
    if (nodes.doomed[node] === 1) return `the cloud takes ${name}`;
    if (nodes.cordoned[node] === 1) return `${name} is emptied`;
    if (replica.version !== version[replica.service]) return 'another version takes its place';
    const left = ofService[replica.service].filter(({ counts }) => counts).length;
    return left >= desired[replica.service] ? 'fewer are wanted' : 'it is replaced';
  }

  private jobPlaced({ world, jobs }: LivingSimulation, slot: number): void {
    const { pods, shapes } = world.simulation;
    const { cpuMilli, memBytes } = shapes.requests[pods.shape[slot]];
    const runsUs = pods.runsUs[slot];
    this.placedJobs.set(pods.number[slot], {
      name: pods.nameOf(slot),
      workload: pods.userNames[pods.user[slot]],
      cpuMilli,
      memBytes,
      cpuUseMilli: Math.round(jobs.usesMilli(slot)),
      memUseBytes: memBytes,
      bootUs: 0,
      ...(runsUs !== Infinity && { runsUs }),
      exitCode: 0,
      restart: 'never',
    });
  }

  private jobEnded({ pod, kind, timeUs }: JournalRecord): void {
    const film = this.jobs.get(pod);
    if (film === undefined) return;
    this.jobs.delete(pod);
    if (kind === FINISH) film.finish(timeUs);
    film.gone(timeUs, `evicted from ${this.world.nodes.places[film.node].name}`);
  }

  private jobsDie(node: number): void {
    for (const film of this.jobs.values())
      if (film.node === node) film.kill(this.world.nowUs, this.nodes.downWhy(node));
  }

  /** What no record tells: its weight, its size, and whether its machine stands still. */
  private lookAtReplica(replica: Replica, film: FilmedPod): void {
    const { world } = this;
    const { nowUs } = world;
    const isListed = replica.state === 'ready' || (replica.state === 'dead' && replica.wasReady);
    film.rotate(nowUs, isListed && replica.endpoint >= 0 ? replica.weight : 0);
    const { cpuMilli, memBytes } = replica.request;
    film.resize(nowUs, { cpuMilli, memBytes, ...limitsOf(world.spec.services[replica.service]) });
    const stands = world.nodes.speed[film.node] === 0;
    // In the model a process that boots on such a machine still becomes ready.
    if (stands && replica.runs) film.pause(nowUs, `${world.nodes.places[film.node].name} stands still`);
    if (stands) return;
    film.resume(nowUs);
    // It may have come to count as ready again while it was paused.
    if (replica.state === 'ready') film.ready(nowUs);
  }
}
