import { NO_RESOURCES, type Resources } from '../../data-plane/machine-spec.ts';
import { includesAll, NO_PORTS, union, without, type PortRanges } from './port-ranges.ts';
import { contains, isNothing, minus, plus } from './quantities.ts';

/** Resources of one agent as they are offered and used: for anyone, reserved for roles, revocable, and ports. */
export interface Bundle {
  readonly unreserved: Resources;
  /** By role. */
  readonly reserved: ReadonlyMap<string, Resources>;
  /** What its owner does not use; may be taken away at any time. */
  readonly revocable: Resources;
  readonly ports: PortRanges;
}

const NO_RESERVATIONS: ReadonlyMap<string, Resources> = new Map();

export const EMPTY_BUNDLE: Bundle = {
  unreserved: NO_RESOURCES,
  reserved: NO_RESERVATIONS,
  revocable: NO_RESOURCES,
  ports: NO_PORTS,
};

export const unreservedBundle = (unreserved: Resources, ports: PortRanges = NO_PORTS): Bundle => ({
  ...EMPTY_BUNDLE,
  unreserved,
  ports,
});

function reservedBy(a: Bundle, b: Bundle, combine: (x: Resources, y: Resources) => Resources): Bundle['reserved'] {
  if (b.reserved.size === 0) return a.reserved;
  const result = new Map(a.reserved);
  for (const [role, amount] of b.reserved) {
    const sum = combine(result.get(role) ?? NO_RESOURCES, amount);
    if (isNothing(sum) && contains(sum, NO_RESOURCES)) result.delete(role);
    else result.set(role, sum);
  }
  return result;
}

export function plusBundle(a: Bundle, b: Bundle): Bundle {
  return {
    unreserved: plus(a.unreserved, b.unreserved),
    reserved: reservedBy(a, b, plus),
    revocable: plus(a.revocable, b.revocable),
    ports: union(a.ports, b.ports),
  };
}

export function minusBundle(a: Bundle, b: Bundle): Bundle {
  return {
    unreserved: minus(a.unreserved, b.unreserved),
    reserved: reservedBy(a, b, minus),
    revocable: minus(a.revocable, b.revocable),
    ports: without(a.ports, b.ports),
  };
}

/** Whether `a` has all that `b` has. */
export function containsBundle(a: Bundle, b: Bundle): boolean {
  for (const [role, amount] of b.reserved) if (!contains(a.reserved.get(role) ?? NO_RESOURCES, amount)) return false;
  return contains(a.unreserved, b.unreserved) && contains(a.revocable, b.revocable) && includesAll(a.ports, b.ports);
}

export function reservedTotal(bundle: Bundle): Resources {
  let sum = NO_RESOURCES;
  for (const amount of bundle.reserved.values()) sum = plus(sum, amount);
  return sum;
}

/** All scalars, whoever may have them. */
export function scalarsOf(bundle: Bundle): Resources {
  return plus(plus(bundle.unreserved, bundle.revocable), reservedTotal(bundle));
}

/** Resources reserved for a role can be offered to it and to those below it. */
export function mayUse(role: string, reservedFor: string): boolean {
  return role === reservedFor || role.startsWith(`${reservedFor}/`);
}
