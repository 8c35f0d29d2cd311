import type { TaskState } from '../store/task-state.ts';
import type { Task } from '../store/objects.ts';
import type { Heartbeats } from './heartbeats.ts';

/** What managers and one node have with each other. */
export interface Session {
  readonly node: number;
  readonly heartbeats: Heartbeats;
  /** The managers send to the node and believe what it says. */
  isOpen: boolean;
  /** Whether anything can pass: the machine works, is not cut off, and there is a leader. */
  canPass: boolean;
  /** When it is taken for lost; NaN: it is heard, or lost already. */
  expiryUs: number;
  /** When the silence began that is being told. */
  silentSinceUs: number;
  /** Since when the node has been seeking the managers; NaN: it does not know yet that it must. */
  seeksSinceUs: number;
  /** When it registers; NaN: it is not about to. */
  registersUs: number;
  /** Its engine has stopped and not started again. */
  isEngineDown: boolean;
  /** When its engine will have started. */
  engineUpUs: number;
  /** Registrations within the window, the first of them. */
  registrations: number;
  registeredUs: number;
  /** What the node has been told of each task. */
  readonly sent: Map<Task, TaskState>;
  /** Tasks with news for the node. */
  readonly news: Set<Task>;
  /** When the news are sent; NaN: there are none. */
  sendsUs: number;
  /** What the node could not say yet. */
  readonly outbox: Map<Task, { readonly state: TaskState; readonly message: string }>;
}

export const newSession = (node: number, heartbeats: Heartbeats): Session => ({
  node,
  heartbeats,
  isOpen: false,
  canPass: true,
  expiryUs: Number.NaN,
  silentSinceUs: Number.NaN,
  seeksSinceUs: Number.NaN,
  registersUs: Number.NaN,
  isEngineDown: false,
  engineUpUs: Number.NaN,
  registrations: 0,
  registeredUs: Number.NaN,
  sent: new Map(),
  news: new Set(),
  sendsUs: Number.NaN,
  outbox: new Map(),
});
