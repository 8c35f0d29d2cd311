import type { RandomStream } from '../../../../sim/random.ts';
import type { Resources } from '../../../data-plane/machine-spec.ts';
import { EMPTY_BUNDLE, type Bundle } from '../../allocator/bundle.ts';
import type { AgentAttributes } from '../../allocator/offer-constraints.ts';
import { countPorts, hasPort, portAt, rangesOf, without, type PortRanges } from '../../allocator/port-ranges.ts';
import { contains } from '../../allocator/quantities.ts';
import type { AppSpec } from './app-spec.ts';
import { meetsConstraint, type PlacedInstance } from './constraints.ts';

/** Why an offer does not do. */
export type NoMatch =
  | 'InsufficientCpus'
  | 'InsufficientMemory'
  | 'InsufficientDisk'
  | 'InsufficientGpus'
  | 'InsufficientPorts'
  | 'UnfulfilledRole'
  | 'UnfulfilledConstraint'
  | 'DeclinedScarceResources';

export interface OfferView {
  readonly role: string;
  readonly attributes: AgentAttributes;
  /** What is left of it. */
  readonly bundle: Bundle;
  /** Whether the agent has GPUs at all. */
  readonly hasGpus: boolean;
}

/**
 * What an instance takes of an offer, or why it cannot (mesosphere/marathon mesos/ResourceMatcher.scala and
 * RunSpecOfferMatcher). Reserved resources are taken before unreserved ones.
 */
export function matchOffer(
  app: AppSpec,
  offer: OfferView,
  placed: readonly PlacedInstance[],
  random: RandomStream,
): Bundle | NoMatch {
  if (offer.role !== app.role) return 'UnfulfilledRole';
  // gpu_scheduling_behavior restricted: agents with GPUs are kept for those who use them.
  if (offer.hasGpus && app.resources.gpuCount === 0) return 'DeclinedScarceResources';
  const scalars = takeScalars(app, offer.bundle);
  if (typeof scalars === 'string') return scalars;
  const unmet = app.constraints.find((constraint) => !meetsConstraint(constraint, offer.attributes, placed));
  if (unmet !== undefined) return 'UnfulfilledConstraint';
  const ports = takePorts(app, offer.bundle.ports, random);
  if (ports === undefined) return 'InsufficientPorts';
  return { ...scalars, ports };
}

/** From one reservation or from what is unreserved, as the app accepts. */
function takeScalars(app: AppSpec, { unreserved, reserved }: Bundle): Bundle | NoMatch {
  const accepts = (role: string): boolean =>
    app.acceptedResourceRoles.length === 0 || app.acceptedResourceRoles.includes(role);
  for (const [role, amount] of reserved)
    if (accepts(role) && contains(amount, app.resources))
      return { ...EMPTY_BUNDLE, reserved: new Map([[role, app.resources]]) };
  if (accepts('*') && contains(unreserved, app.resources)) return { ...EMPTY_BUNDLE, unreserved: app.resources };
  return lacking(app.resources, accepts('*') ? unreserved : undefined);
}

function lacking(needed: Resources, offered: Resources | undefined): NoMatch {
  if (offered === undefined) return 'UnfulfilledRole';
  if (offered.cpuMilli < needed.cpuMilli) return 'InsufficientCpus';
  if (offered.memBytes < needed.memBytes) return 'InsufficientMemory';
  return offered.diskBytes < needed.diskBytes ? 'InsufficientDisk' : 'InsufficientGpus';
}

/** Named ports as they are, any others at random; with requirePorts the named ones only. */
function takePorts({ hostPorts }: AppSpec, offered: PortRanges, random: RandomStream): PortRanges | undefined {
  const named = hostPorts.filter((port) => port !== 0);
  if (named.some((port) => !hasPort(offered, port))) return undefined;
  let left = without(offered, rangesOf(named));
  const taken = [...named];
  for (let k = named.length; k < hostPorts.length; k++) {
    const count = countPorts(left);
    if (count === 0) return undefined;
    const port = portAt(left, random.below(count))!;
    taken.push(port);
    left = without(left, [[port, port]]);
  }
  return rangesOf(taken);
}
