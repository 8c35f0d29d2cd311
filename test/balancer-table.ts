import type { PolicyFamily } from '../src/policies/policy-family.ts';
import { type PolicyOptions, withDefaults } from '../src/policies/policy-family.ts';
import { stream } from '../src/sim/random.ts';
import type { Balancer, BalancingPolicy, EndpointTable } from '../src/sim/requests/balancing-policy.ts';
import { hashOf } from '../src/sim/requests/endpoints.ts';

export interface TableRow {
  readonly weight?: number;
  readonly inFlight?: number;
  readonly zone?: number;
  readonly name?: string;
}

/** A table of these endpoints, called replica-0, replica-1, ... unless they say otherwise. */
export function tableOf(rows: readonly TableRow[]): EndpointTable {
  const inFlight = Float64Array.from(rows, (row) => row.inFlight ?? 0);
  return {
    count: rows.length,
    id: Int32Array.from(rows, (_, at) => at + 100),
    inFlight,
    weight: Float64Array.from(rows, (row) => row.weight ?? 1),
    zone: Int32Array.from(rows, (row) => row.zone ?? 0),
    hash: Int32Array.from(rows, (row, at) => hashOf(row.name ?? `replica-${at}`)),
    probe: (position) => inFlight[position],
  };
}

/** A balancer of the family with these options that knows the table. */
export function balancerOf(
  family: PolicyFamily<BalancingPolicy>,
  table: EndpointTable,
  options: PolicyOptions = {},
  zones: readonly string[] = ['a', 'b', 'c'],
): Balancer {
  const random = stream(1, 'balancing');
  const balancer = family.make(withDefaults(family, options), family.name).make({ random, zones });
  balancer.changed(table);
  return balancer;
}

/** How often each position is picked in so many picks, with keys 0, 1, ... spread over 32 bits. */
export function picks(balancer: Balancer, table: EndpointTable, count: number, fromZone = -1): number[] {
  const counts = new Array<number>(table.count).fill(0);
  for (let k = 0; k < count; k++) counts[balancer.pick(table, Math.imul(k, 0x9e3779b9), fromZone)]++;
  return counts;
}
