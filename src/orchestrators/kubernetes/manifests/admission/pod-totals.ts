import type { Container, PodSpec } from '../../objects/pod.ts';
import { parseQuantity } from '../../objects/quantity.ts';

/** Amounts by resource in units of 10^-9. */
export type Amounts = ReadonlyMap<string, bigint>;

/**
 * Requests or limits of a pod as quota and limit ranges count them: what containers and sidecars have together, or an
 * init container beside the sidecars before it, if that is more; what the pod as a whole says instead; overhead on top
 * (`component-helpers/resource/helpers.go`). Remembered by the spec's identity.
 */
export function podTotals(spec: PodSpec, of: 'requests' | 'limits'): Amounts {
  const memory = remembered[of];
  let totals = memory.get(spec);
  if (totals === undefined) memory.set(spec, (totals = count(spec, of)));
  return totals;
}

const remembered = { requests: new WeakMap<PodSpec, Amounts>(), limits: new WeakMap<PodSpec, Amounts>() };

function count(spec: PodSpec, of: 'requests' | 'limits'): Amounts {
  const names = new Set<string>();
  for (const { resources } of [...spec.containers, ...spec.initContainers])
    for (const name of Object.keys(resources[of])) names.add(name);
  const whole = spec.resources?.[of] ?? {};
  for (const name of Object.keys(whole)) names.add(name);
  const totals = new Map<string, bigint>();
  for (const name of names) {
    let sidecars = 0n;
    let most = 0n;
    for (const container of spec.initContainers) {
      const together = sidecars + amount(container, of, name);
      if (container.restartPolicy === 'Always') sidecars = together;
      if (together > most) most = together;
    }
    let running = sidecars;
    for (const container of spec.containers) running += amount(container, of, name);
    const own = Object.hasOwn(whole, name) ? nanoOf(whole[name]) : undefined;
    totals.set(name, own ?? (running > most ? running : most));
  }
  for (const [name, text] of Object.entries(spec.overhead))
    if (of === 'requests' || totals.has(name)) totals.set(name, (totals.get(name) ?? 0n) + nanoOf(text));
  return totals;
}

function amount(container: Container, of: 'requests' | 'limits', name: string): bigint {
  const list = container.resources[of];
  return Object.hasOwn(list, name) ? nanoOf(list[name]) : 0n;
}

/** A quantity in units of 10^-9; 0 when it is none. */
export function nanoOf(text: string): bigint {
  return parseQuantity(text)?.nano ?? 0n;
}
