import type { Container, Containers, ContainerState } from '../data-plane.ts';

/** Containers, all of which can be watched: told at once, in the order of the causes. Watchers must not call back. */
export interface WatchedContainers extends Pick<Containers, 'get' | 'on'> {
  /** Every change of state; `before` is undefined when it has been ordered. */
  watchAll(watcher: (container: Container, before: ContainerState | undefined) => void): void;
  /** `answers` has changed, after what is said of the state. */
  watchAnswers(watcher: (container: Container) => void): void;
  /** It, `exited` by then, is forgotten. */
  watchRemoved(watcher: (container: Container) => void): void;
}
