/**
 * States of a task in the order in which it goes through them, observed and desired alike; it never goes back. The
 * numbers are upstream's (SwarmKit api/types.proto), so that they can be compared.
 */
export const TaskState = {
  new: 0,
  pending: 64,
  assigned: 192,
  accepted: 256,
  preparing: 320,
  ready: 384,
  starting: 448,
  running: 512,
  complete: 576,
  shutdown: 640,
  failed: 704,
  rejected: 768,
  remove: 800,
  orphaned: 832,
} as const;

export type TaskState = (typeof TaskState)[keyof typeof TaskState];
