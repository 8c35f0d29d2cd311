import type { Clock } from '../clock.ts';
import type { MachinePark } from './machines.ts';

export interface ImageStoreParts {
  readonly clock: Clock;
  readonly machines: MachinePark;
  /** Requests to the registry cost one each: the manifest's, and one a layer. */
  readonly registryRoundTripUs: number;
  /** The image is there, or `failed` says why it is not. May be told within `ask`. */
  readonly done: (container: number, failed: string | undefined) => void;
}

export interface ImageWanted {
  readonly machine: number;
  readonly image: string;
  readonly bytes: number;
  readonly layers: number;
  readonly prefersLocal: boolean;
}

interface Pull {
  readonly id: number;
  readonly machine: number;
  readonly image: string;
  /** Those who wait for it, in the order in which they asked. */
  readonly waiters: number[];
  bytesLeft: number;
}

/** The pulls of one machine. */
interface Pulls {
  readonly byImage: Map<string, Pull>;
  /** Those whose layers are coming, all at the same rate. */
  readonly loading: Pull[];
  /** Up to when their bytes have been reckoned. */
  sinceUs: number;
  dueUs: number;
}

const DISK_FULL = 'the disk is full';
/** What takes longer than any run never ends. */
const NEVER_US = 1e15;
/** Bytes that rounding may leave over. */
const LITTLE = 1e-3;

/**
 * Images on machines and on their way there. The pulls of a machine share its bandwidth, and whoever asks for an image
 * that is on its way waits for the same pull. An image stays on its machine. Whoever asks the registry although it is there
 * waits for the answer only, and takes what is there when none comes, as dockerd's clients do.
 */
export class ImageStore {
  private readonly parts: ImageStoreParts;
  private readonly images: Set<string>[] = [];
  private readonly pulls: Pulls[] = [];
  private readonly pullOf = new Map<number, Pull>();
  private nextPull = 0;
  private readonly answeredKind: number;
  private readonly loadKind: number;
  private readonly loadedKind: number;

  constructor(parts: ImageStoreParts) {
    this.parts = parts;
    const { clock, machines } = parts;
    this.answeredKind = clock.kind((container) => parts.done(container, undefined));
    this.loadKind = clock.kind((pull) => this.load(pull));
    this.loadedKind = clock.kind((machine) => this.loaded(machine));
    machines.watch((machine, state, before) => {
      if (!state.works) this.forget(machine);
      else if (state.diskFull && !before.diskFull) this.fail(machine, DISK_FULL);
      else if (state.cutOff && !before.cutOff) this.fail(machine, 'the registry cannot be reached');
    });
    machines.watchRegistry((up) => {
      if (!up) machines.specs.forEach((_, machine) => this.fail(machine, 'the registry is down'));
    });
  }

  has(machine: number, image: string): boolean {
    return this.images[machine]?.has(image) ?? false;
  }

  /** Gets the image for a container that is to be created there; `done` is told once, unless the machine stops. */
  ask(container: number, { machine, image, bytes, layers, prefersLocal }: ImageWanted): void {
    const { clock, done, registryRoundTripUs } = this.parts;
    const isThere = bytes === 0 || this.has(machine, image);
    const obstacle = this.obstacle(machine, isThere);
    if (obstacle !== undefined) {
      done(container, obstacle);
      return;
    }
    if (isThere) {
      if (prefersLocal || bytes === 0) done(container, undefined);
      else clock.after(registryRoundTripUs, this.answeredKind, container);
      return;
    }
    const pulls = (this.pulls[machine] ??= { byImage: new Map(), loading: [], sinceUs: 0, dueUs: Number.NaN });
    const same = pulls.byImage.get(image);
    if (same !== undefined) {
      same.waiters.push(container);
      return;
    }
    const pull = { id: this.nextPull++, machine, image, waiters: [container], bytesLeft: bytes };
    pulls.byImage.set(image, pull);
    this.pullOf.set(pull.id, pull);
    clock.after(registryRoundTripUs * (layers + 1), this.loadKind, pull.id);
  }

  /** What keeps a container from being created there now. */
  private obstacle(machine: number, isThere: boolean): string | undefined {
    const { machines } = this.parts;
    const { diskFull, cutOff } = machines.state(machine);
    // A container writes to its disk even where its image is there already.
    if (diskFull) return DISK_FULL;
    if (isThere) return undefined;
    if (!machines.registryUp) return 'the registry is down';
    return cutOff ? 'the registry cannot be reached' : undefined;
  }

  /** The registry has answered; the layers come. */
  private load(id: number): void {
    const pull = this.pullOf.get(id);
    if (pull === undefined) return;
    const pulls = this.pulls[pull.machine];
    this.reckon(pull.machine, pulls);
    pulls.loading.push(pull);
    this.plan(pull.machine, pulls);
  }

  private loaded(machine: number): void {
    const pulls = this.pulls[machine];
    if (pulls.dueUs !== this.parts.clock.nowUs) return;
    this.reckon(machine, pulls);
    const done = pulls.loading.filter(({ bytesLeft }) => bytesLeft <= LITTLE);
    for (const pull of done) {
      pulls.loading.splice(pulls.loading.indexOf(pull), 1);
      pulls.byImage.delete(pull.image);
      this.pullOf.delete(pull.id);
      (this.images[machine] ??= new Set()).add(pull.image);
    }
    this.plan(machine, pulls);
    for (const { waiters } of done) for (const container of waiters) this.parts.done(container, undefined);
  }

  /** Counts the bytes that have come since it was last looked. */
  private reckon(machine: number, pulls: Pulls): void {
    const { nowUs } = this.parts.clock;
    const { pullBytesPerSecond } = this.parts.machines.specs[machine];
    const each = (((nowUs - pulls.sinceUs) / 1e6) * pullBytesPerSecond) / pulls.loading.length;
    for (const pull of pulls.loading) pull.bytesLeft -= each;
    pulls.sinceUs = nowUs;
  }

  private plan(machine: number, pulls: Pulls): void {
    const { clock, machines } = this.parts;
    pulls.dueUs = Number.NaN;
    if (pulls.loading.length === 0) return;
    const least = pulls.loading.reduce((most, { bytesLeft }) => Math.min(most, bytesLeft), Infinity);
    const rate = machines.specs[machine].pullBytesPerSecond / pulls.loading.length;
    pulls.dueUs = clock.nowUs + Math.max(0, Math.ceil((least / rate) * 1e6));
    if (pulls.dueUs < NEVER_US) clock.at(pulls.dueUs, this.loadedKind, machine);
  }

  /** Nothing can be pulled there any more: whoever waits is told why. */
  private fail(machine: number, why: string): void {
    for (const { waiters } of this.forget(machine)) for (const container of waiters) this.parts.done(container, why);
  }

  /** The machine has stopped, and with it whoever waited. */
  private forget(machine: number): Pull[] {
    const pulls = this.pulls[machine];
    if (pulls === undefined) return [];
    const all = [...pulls.byImage.values()];
    for (const { id } of all) this.pullOf.delete(id);
    pulls.byImage.clear();
    pulls.loading.length = 0;
    pulls.dueUs = Number.NaN;
    return all;
  }
}
