import type { RandomStream } from '../../../../sim/random.ts';
import type { DataPlane } from '../../../data-plane/data-plane.ts';
import { minusBundle, type Bundle } from '../../allocator/bundle.ts';
import type { MesosValues } from '../../constants.ts';
import type { Master } from '../../master/master.ts';
import type { Offer, TaskOrder } from '../../master/task-state.ts';
import type { PlacedInstance } from './constraints.ts';
import { isLaunched, type Instance, type RunningApp } from './instance.ts';
import type { InstanceTracker } from './instance-tracker.ts';
import { LaunchTokens } from './launch-tokens.ts';
import { goRound, type MatchCandidate } from './match-offers.ts';
import type { ResidentVolumes } from './resident-volumes.ts';
import { matchOffer } from './resource-matcher.ts';

export interface OfferProcessorParts {
  readonly plane: DataPlane;
  readonly values: MesosValues;
  readonly master: Master;
  readonly tracker: InstanceTracker;
  readonly volumes: ResidentVolumes;
  /** No launch of the app before this time. */
  readonly launchableUs: (app: RunningApp) => number;
  readonly launched: (instance: Instance) => void;
}

/** An offer while instances are matched with it. */
interface OpenOffer {
  readonly offer: Offer;
  left: Bundle;
  /** Somebody has not been asked for lack of launch tokens: it should be seen again soon (`resendThisOffer`). */
  isUnfinished: boolean;
  readonly launches: { readonly instance: Instance; readonly order: TaskOrder }[];
}

/** What Marathon does with offers: first match, no scoring (core/matcher/manager/impl/OfferMatcherManagerActor.scala). */
export class OfferProcessor {
  readonly tokens: LaunchTokens;
  private readonly parts: OfferProcessorParts;
  private readonly order: RandomStream;
  private readonly ports: RandomStream;

  constructor(parts: OfferProcessorParts, name: string) {
    this.parts = parts;
    this.tokens = new LaunchTokens(parts.values);
    this.order = parts.plane.streams(`mesos/${name}/app-order`);
    this.ports = parts.plane.streams(`mesos/${name}/ports`);
  }

  process(offers: readonly Offer[]): void {
    const { plane, values, master } = this.parts;
    const open: OpenOffer[] = [];
    for (const offer of offers) {
      // enable_features maintenance_mode: nothing begins on an agent that is about to go.
      if (offer.isUnavailableSoon) master.decline(offer, values.declineOfferDuration);
      else if (this.tokens.available(plane.clock.nowUs) <= 0) master.decline(offer, values.resendOfferDuration);
      else open.push({ offer, left: offer.bundle, isUnfinished: false, launches: [] });
    }
    if (plane.chooser === undefined) {
      const queues = this.queues();
      for (const one of open) this.firstMatch(one, queues);
    } else this.chosen(open);
    for (const one of open) this.answer(one);
    this.tellWaiting(open);
  }

  /** Instances of an app that could be launched now. */
  waiting(app: RunningApp): Instance[] {
    if (this.parts.launchableUs(app) > this.parts.plane.clock.nowUs) return [];
    return [...app.instances].filter(({ state }) => state === 'scheduled');
  }

  /** What waits, by app: the same for all offers of one moment, but for what they take. */
  private queues(): Map<RunningApp, Instance[]> {
    const queues = new Map<RunningApp, Instance[]>();
    for (const app of this.parts.tracker.apps.values()) {
      const queue = this.waiting(app);
      if (queue.length > 0) queues.set(app, queue);
    }
    return queues;
  }

  private firstMatch(open: OpenOffer, queues: ReadonlyMap<RunningApp, Instance[]>): void {
    const candidates: MatchCandidate[] = [];
    for (const [app, queue] of queues) {
      if (app.spec.role !== open.offer.role || queue.length === 0) continue;
      candidates.push({
        wanted: () => queue.length,
        comesFirst: this.parts.volumes.idleAt(app.id, open.offer.machine) !== undefined,
        take: () => {
          open.isUnfinished = !this.hasTokens();
          if (open.isUnfinished || !this.take(queue[0], open)) return false;
          queue.shift();
          return true;
        },
      });
    }
    goRound(candidates, this.parts.values.maxInstancesPerOffer, this.order);
  }

  /** With another policy: it chooses among all offers of the moment that would do. */
  private chosen(open: readonly OpenOffer[]): void {
    const chooser = this.parts.plane.chooser!;
    for (const app of this.parts.tracker.apps.values())
      for (const instance of this.waiting(app)) {
        if (!this.hasTokens()) {
          for (const one of open) one.isUnfinished = true;
          return;
        }
        const suitable = open.filter((one) => typeof this.match(instance, one) !== 'string');
        if (suitable.length === 0) break;
        const { name, spec } = instance;
        const machine = chooser.choose(
          suitable.map(({ offer }) => offer.machine),
          { name, resources: spec.resources },
        );
        const taken = suitable.find(({ offer }) => offer.machine === machine);
        if (taken === undefined) break;
        this.take(instance, taken);
      }
  }

  private hasTokens(): boolean {
    return this.tokens.available(this.parts.plane.clock.nowUs) > 0;
  }

  private match(instance: Instance, { offer, left }: OpenOffer): Bundle | string {
    const { app, spec, version } = instance;
    const { role, attributes, hasGpus, machine } = offer;
    const view = this.parts.volumes.view(spec, machine, left, this.waiting(app).length);
    if (view === undefined) return 'NoReservationHere';
    const bundle = view;
    return matchOffer(spec, { role, attributes, hasGpus, bundle }, placedOf(app, version), this.ports);
  }

  private take(instance: Instance, open: OpenOffer): boolean {
    const taken = this.match(instance, open);
    if (typeof taken === 'string') {
      this.lastReason.set(instance.app, taken);
      return false;
    }
    const { clock } = this.parts.plane;
    const { name, book, spec, app } = instance;
    open.left = minusBundle(open.left, taken);
    this.tokens.take(clock.nowUs);
    const order: TaskOrder = {
      name,
      book,
      image: spec.image === '' ? app.name : spec.image,
      forcePullImage: spec.forcePullImage,
      resources: spec.resources,
      cpuLimitMilli: spec.cpuLimitMilli,
      memLimitBytes: spec.memLimitBytes,
      behaviour: app.behaviour,
      killGraceUs: spec.taskKillGraceUs,
      bundle: taken,
    };
    open.launches.push({ instance, order });
    // From now on constraints see it, and whoever chooses by the books.
    this.parts.plane.books.place(book, open.offer.machine);
    instance.machine = open.offer.machine;
    instance.attributes = open.offer.attributes;
    instance.state = 'staging';
    return true;
  }

  private answer({ offer, launches, isUnfinished }: OpenOffer): void {
    const { master, values, tracker, volumes } = this.parts;
    if (launches.length === 0) {
      master.decline(offer, isUnfinished ? values.resendOfferDuration : values.declineOfferDuration);
      return;
    }
    const tasks = master.accept(
      offer,
      launches.map(({ order }) => order),
      values.acceptOfferDuration,
    );
    launches.forEach(({ instance }, k) => {
      if (tasks === undefined) {
        instance.state = 'scheduled';
        return;
      }
      tracker.launched(instance, tasks[k]);
      if (instance.spec.isResident) {
        if (volumes.idleAt(instance.app.id, instance.machine) === undefined) {
          master.reserve(tasks[k]);
          volumes.add(instance);
        } else volumes.use(instance.app.id, instance.machine, instance);
      }
      this.parts.launched(instance);
    });
  }

  private readonly lastReason = new Map<RunningApp, string>();

  private tellWaiting(open: readonly OpenOffer[]): void {
    if (open.length === 0) return;
    for (const [app, reason] of this.lastReason)
      for (const { state, book } of app.instances)
        if (state === 'scheduled') this.parts.plane.books.waits(book, `no offer has matched: ${reason}`);
    this.lastReason.clear();
  }
}

/** Instances of a version as constraints see them. */
function placedOf(app: RunningApp, version: number): readonly PlacedInstance[] {
  const placed: PlacedInstance[] = [];
  for (const one of app.instances)
    if (one.version === version && isLaunched(one) && one.state !== 'inactive' && one.attributes !== undefined)
      placed.push({ attributes: one.attributes, desired: one.spec.instances });
  return placed;
}
