import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import type { QueuePolicy } from '../../sim/policy.ts';
import { drf } from './drf.ts';
import { fifo } from './fifo.ts';
import { largestFirst } from './largest-first.ts';
import { longestFirst } from './longest-first.ts';
import { priority } from './priority.ts';
import { shortestFirst } from './shortest-first.ts';
import { smallestFirst } from './smallest-first.ts';

/** Every queue order that ships with Baton, in the order of `baton policies`. None keeps a memory between runs. */
export const queuePolicies: readonly QueuePolicy[] = [
  fifo,
  priority,
  shortestFirst,
  longestFirst,
  largestFirst,
  smallestFirst,
  drf,
];

/** The queue order of this name. Throws an InputError that names the nearest one otherwise. */
export function queuePolicy(name: string): QueuePolicy {
  const known = queuePolicies.find((policy) => policy.name === name);
  if (known) return known;
  const names = queuePolicies.map((policy) => policy.name);
  throw new InputError(`no queue order called "${name}"${suggestion(name, names)}`);
}
