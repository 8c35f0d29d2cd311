import type { MachineSpec } from '../../data-plane/machine-spec.ts';
import type { NomadJob } from '../jobs/nomad-jobs.ts';

export type DatacenterRule = (spec: MachineSpec, number: number) => string;

/**
 * Which datacenter a machine is in. Its label `datacenter` says it; else its zone, where jobs name zones as datacenters.
 * Machines of which nothing is said belong to those that the jobs name, zone by zone in turn, so that files run as they
 * are; `dc1`, Nomad's own default, where jobs name none.
 */
export function datacenterRule(jobs: readonly NomadJob[], specs: readonly MachineSpec[]): DatacenterRule {
  const named = [...new Set(jobs.flatMap(({ datacenters }) => datacenters))].filter((name) => !name.includes('*'));
  const names = named.length === 0 ? ['dc1'] : named;
  const zones = [...new Set(specs.map(({ zone }) => zone))].filter((zone) => zone !== '').sort();
  return ({ labels, zone }, number) => {
    const label = labels['datacenter'];
    if (label !== undefined) return label;
    if (named.includes(zone)) return zone;
    const place = zones.length > 1 ? Math.max(0, zones.indexOf(zone)) : number;
    return names[place % names.length];
  };
}
