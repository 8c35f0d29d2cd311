import type { EngineCall } from './engine-call.ts';

/** How long each call may take, in milliseconds; `stop` gets its grace on top, `events` is how long it may take to begin. */
export type TimeLimits = Readonly<Record<EngineCall, number>>;

const QUICK_MS = 10_000;
const WORK_MS = 60_000;

/** Far above what a healthy engine needs, since a busy one is slow; they are there for one that hangs. */
export const TIME_LIMITS: TimeLimits = {
  info: QUICK_MS,
  ping: QUICK_MS,
  hasImage: QUICK_MS,
  importImage: 5 * WORK_MS,
  removeImage: WORK_MS,
  createNetwork: WORK_MS,
  removeNetwork: WORK_MS,
  listNetworks: QUICK_MS,
  createContainer: WORK_MS,
  start: WORK_MS,
  stop: WORK_MS,
  kill: WORK_MS,
  pause: WORK_MS,
  unpause: WORK_MS,
  update: WORK_MS,
  connect: WORK_MS,
  disconnect: WORK_MS,
  remove: WORK_MS,
  list: WORK_MS,
  inspect: QUICK_MS,
  stats: QUICK_MS,
  logs: QUICK_MS,
  events: QUICK_MS,
};
