import { NO_RESOURCES, type Resources } from '../../data-plane/machine-spec.ts';
import { FIELD, minus, notNegative, plus, SCALARS, type Bounds } from './quantities.ts';

/** Quota of a top-level role: so much is kept free for it, and it never gets more than that. */
export interface Quota {
  readonly guarantees: Bounds;
  readonly limits: Bounds;
}

/** The first part of a role's path; quota is on these only. */
export function topLevel(role: string): string {
  const slash = role.indexOf('/');
  return slash < 0 ? role : role.slice(0, slash);
}

/** What roles consume, with everything below them, and what their quota still leaves (hierarchical.cpp, `RoleTree`). */
export class RoleQuotas {
  private readonly quotas = new Map<string, Quota>();
  private readonly consumed = new Map<string, Resources>();

  set(role: string, quota: Quota): void {
    this.quotas.set(role, quota);
  }

  /** Allocated and offered firm scalars, and reservations that nobody uses. */
  consumes(role: string, amount: Resources): void {
    const top = topLevel(role);
    this.consumed.set(top, plus(this.consumed.get(top) ?? NO_RESOURCES, amount));
  }

  releases(role: string, amount: Resources): void {
    const top = topLevel(role);
    this.consumed.set(top, minus(this.consumed.get(top) ?? NO_RESOURCES, amount));
  }

  consumedBy(role: string): Resources {
    return this.consumed.get(topLevel(role)) ?? NO_RESOURCES;
  }

  /** What is missing to the role's guarantees. */
  missing(role: string): Resources {
    return notNegative(minus(guaranteed(this.quotas.get(topLevel(role))), this.consumedBy(role)));
  }

  /** Scalars for which the role has a guarantee. */
  hasGuarantee(role: string): boolean {
    const guarantees = this.quotas.get(topLevel(role))?.guarantees;
    return guarantees !== undefined && SCALARS.some((name) => (guarantees[name] ?? 0) > 0);
  }

  /** What the role may get beside this until its limits; absent scalars have none. */
  left(role: string, beside: Resources = NO_RESOURCES): Bounds {
    const limits = this.quotas.get(topLevel(role))?.limits;
    if (limits === undefined) return {};
    const consumed = this.consumedBy(role);
    const left: Partial<Record<keyof typeof FIELD, number>> = {};
    for (const name of SCALARS) {
      const limit = limits[name];
      if (limit !== undefined) left[name] = Math.max(0, limit - consumed[FIELD[name]] - beside[FIELD[name]]);
    }
    return left;
  }

  /** What must stay free for guarantees that are not met. */
  requiredHeadroom(): Resources {
    let sum = NO_RESOURCES;
    for (const role of this.quotas.keys()) sum = plus(sum, this.missing(role));
    return sum;
  }

  get hasGuarantees(): boolean {
    for (const role of this.quotas.keys()) if (this.hasGuarantee(role)) return true;
    return false;
  }
}

function guaranteed(quota: Quota | undefined): Resources {
  const of = (name: (typeof SCALARS)[number]): number => quota?.guarantees[name] ?? 0;
  return { cpuMilli: of('cpus'), memBytes: of('mem'), diskBytes: of('disk'), gpuCount: of('gpus') };
}
