import type { Container, ContainerExit, ContainerOrder, ContainerState, ContainerWatcher } from './data-plane.ts';

/** What its watcher is still to be told, in turn. */
export type Notice =
  | { readonly kind: 'prepared' }
  | { readonly kind: 'started' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'answers'; readonly answers: boolean }
  | { readonly kind: 'exited'; readonly exit: ContainerExit };

/** One container from its order to its end, as the machine knows it. Times of work are those at full speed. */
export class ContainerRun implements Container {
  readonly id: number;
  readonly order: ContainerOrder;
  readonly watcher: ContainerWatcher;
  readonly notices: Notice[] = [];
  state: ContainerState = 'pulling';
  startedUs = Number.NaN;
  answers = false;
  exit?: ContainerExit;
  /** Work that is left until it has booted, until it ends by itself, and until it has stopped. */
  bootLeftUs = 0;
  runLeftUs = Infinity;
  stopLeftUs = 0;
  /** How it ends by itself. */
  ends: ContainerExit = { code: 0, cause: 'finished' };
  /** Up to when its work has been reckoned, and the speed at which it works since. */
  sinceUs = Number.NaN;
  speed = 1;
  /** A crash loop ends it then. */
  crashUs = Infinity;
  /** SIGKILL comes then. */
  killUs = Infinity;
  /** Told to end and still busy with requests. */
  isDraining = false;
  /** When something becomes of it next; NaN: nothing does by itself. */
  dueUs = Number.NaN;

  constructor(id: number, order: ContainerOrder, watcher: ContainerWatcher) {
    this.id = id;
    this.order = order;
    this.watcher = watcher;
  }

  /** Whether its process is there. */
  get runs(): boolean {
    return this.state === 'booting' || this.state === 'up' || this.state === 'stopping';
  }
}
