import { InputError } from '../../sim/input-error.ts';
import type { ObjectiveSpec, Streams } from '../../sim/living-spec.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import type { CallSpec, RequestService } from '../../sim/requests/request-service.ts';
import { PATIENT, type ClientSpec, type Traffic } from '../../sim/requests/traffic.ts';
import { seconds } from '../../sim/time.ts';
import { balancingPolicies } from '../../policies/balancing/index.ts';
import { withDefaults } from '../../policies/policy-family.ts';
import type { CallText, ServiceAnnotations } from '../kubernetes/behaviour/service-annotations.ts';

/** A service, and what its annotations or labels say about its requests. */
export interface DescribedService {
  /** '' where there are none. */
  readonly namespace: string;
  readonly name: string;
  readonly said: ServiceAnnotations;
  /** As sentences name it: `Service shop/web`. */
  readonly about: string;
}

/** A service whose requests are modelled. */
export interface ServiceRequests {
  readonly namespace: string;
  readonly name: string;
  readonly requests: RequestService;
  /** Absent: not said. */
  readonly cpuPerRequestMilli?: number;
  readonly memPerRequestBytes?: number;
}

/** Services whose requests are modelled, as the annotations or labels say. */
export interface DescribedTraffic {
  readonly services: readonly ServiceRequests[];
  readonly traffic: (streams: Streams) => readonly Traffic[];
  /** Indices are those of `services`. */
  readonly objectives: readonly ObjectiveSpec[];
}

export interface TrafficSurroundings {
  readonly zones: readonly string[];
  readonly epochMs: number;
  /** Services that get requests besides, by name or `namespace/name`. */
  readonly also?: readonly string[];
}

/** Clients outside give up after so long where nothing is said, as in scenario files. */
const OUTSIDE_TIMEOUT_US = seconds(30);
const BACKOFF = { baseUs: 100_000, capUs: seconds(10), jitter: 'full' } as const;
const DEFAULTS = { concurrency: 10, work: { kind: 'exponential', meanUs: 20_000 } } as const;

/**
 * Finds the services that get requests: those with traffic or a promise, and all that they call. Throws an InputError
 * that names the service.
 */
export function describedTraffic(
  known: readonly DescribedService[],
  { zones, epochMs, also = [] }: TrafficSurroundings,
): DescribedTraffic {
  const modelled = reached(known, also);
  const indexOf = new Map(modelled.map((one, index) => [one, index]));
  const names = uniqueNames(modelled);
  const services = modelled.map(({ namespace, name, said }, index): ServiceRequests => {
    const callsOf = (call: CallText): CallSpec[] => {
      const called = find(call.service, namespace, known)!;
      return callSpecs(call.mean, indexOf.get(called)!, clientOf(called.said, undefined));
    };
    return {
      namespace,
      name,
      requests: requestService(names[index], said, callsOf),
      ...(said.cpuPerRequestMilli !== undefined && { cpuPerRequestMilli: said.cpuPerRequestMilli }),
      ...(said.memPerRequestBytes !== undefined && { memPerRequestBytes: said.memPerRequestBytes }),
    };
  });
  for (const { about, said } of modelled)
    for (const { fromZone } of said.traffic ?? [])
      if (fromZone !== undefined && !zones.includes(fromZone))
        throw new InputError(
          `${about}: annotation "baton.dev/traffic": no node is in a zone called "${fromZone}"${suggestion(fromZone, zones)}`,
        );
  return {
    services,
    traffic: () =>
      modelled.flatMap(({ said }, service) =>
        (said.traffic ?? []).map(({ source, fromZone }, k): Traffic => ({
          name: k === 0 ? names[service] : `${names[service]}-${k + 1}`,
          service,
          source: source(epochMs),
          fromZone: fromZone === undefined ? -1 : zones.indexOf(fromZone),
          client: clientOf(said, OUTSIDE_TIMEOUT_US),
        })),
      ),
    objectives: modelled.flatMap(({ said }, service) =>
      (said.objectives ?? []).map((one): ObjectiveSpec => ({ ...one, service, windowUs: Infinity })),
    ),
  };
}

/** The names, with their namespaces before them where a name comes twice. */
export function uniqueNames(all: readonly { readonly namespace: string; readonly name: string }[]): string[] {
  const counts = new Map<string, number>();
  for (const { name } of all) counts.set(name, (counts.get(name) ?? 0) + 1);
  return all.map(({ namespace, name }) => (counts.get(name) === 1 ? name : `${namespace}/${name}`));
}

/** Those with traffic or promises, then all that they call, breadth first; in this order. */
function reached(known: readonly DescribedService[], also: readonly string[]): DescribedService[] {
  const wanted = new Set(also.map((name) => namedAnywhere(name, known)));
  const found = known.filter(
    (one) => one.said.traffic !== undefined || one.said.objectives !== undefined || wanted.has(one),
  );
  for (const caller of found) {
    for (const call of caller.said.calls?.flat() ?? []) {
      const called = find(call.service, caller.namespace, known);
      if (called === undefined)
        throw new InputError(
          `${caller.about}: annotation "baton.dev/calls": there is no Service called "${call.service}"${suggestion(
            call.service,
            known.map(({ name }) => name),
          )}`,
        );
      if (!found.includes(called)) found.push(called);
    }
  }
  return found;
}

/** A Service by `namespace/name`, or by its name where only one has it or one of the namespace `default` does. */
function namedAnywhere(written: string, known: readonly DescribedService[]): DescribedService {
  const own = find(written, 'default', known);
  if (own !== undefined) return own;
  const called = known.filter(({ name }) => name === written);
  if (called.length === 1) return called[0];
  const names = known.map(fullName);
  if (called.length > 1)
    throw new InputError(
      `${called.length} Services are called "${written}"; write the namespace as well, such as ${fullName(called[0])}`,
    );
  throw new InputError(`there is no Service called "${written}"${suggestion(written, names)}`);
}

/** `shop/web`, or `web` where there is no namespace. */
export function fullName({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** The place of a service among those modelled, by its name or `namespace/name` as in `also`; -1: it is not there. */
export function modelledService(
  written: string,
  services: readonly Pick<ServiceRequests, 'namespace' | 'name'>[],
): number {
  const exact = services.findIndex(({ namespace, name }) => `${namespace}/${name}` === written);
  if (exact >= 0) return exact;
  const inDefault = services.findIndex(({ namespace, name }) => namespace === 'default' && name === written);
  return inDefault >= 0 ? inDefault : services.findIndex(({ name }) => name === written);
}

/** `cart` in the caller's namespace, `shop/cart`, or `cart.shop` with or without `.svc.cluster.local`. */
function find(written: string, namespace: string, known: readonly DescribedService[]): DescribedService | undefined {
  const at = written.lastIndexOf('/');
  const dot = written.indexOf('.');
  const [inside, name] =
    at >= 0
      ? [written.slice(0, at), written.slice(at + 1)]
      : dot >= 0
        ? [written.slice(dot + 1).replace(/\.svc(\..*)?$/, ''), written.slice(0, dot)]
        : [namespace, written];
  return known.find((one) => one.namespace === inside && one.name === name);
}

function requestService(
  name: string,
  said: ServiceAnnotations,
  callsOf: (call: CallText) => CallSpec[],
): RequestService {
  const family = balancingPolicies.find((one) => one.name === (said.balancing ?? 'random'))!;
  return {
    name,
    concurrency: said.concurrency ?? DEFAULTS.concurrency,
    queueLimit: said.queueLimit ?? Infinity,
    work: said.work ?? DEFAULTS.work,
    calls: (said.calls ?? []).map((stage) => stage.flatMap(callsOf)),
    holdsPlace: true,
    balancing: family.make(withDefaults(family), family.name),
    staleUs: 0,
    balancers: 1,
    slowStartUs: 0,
    ...(said.holdUs !== undefined && said.holdUs > 0 && { holdUs: said.holdUs }),
  };
}

/** So many calls on average: whole ones at once, and one more with the chance of the rest. */
function callSpecs(mean: number, service: number, client: ClientSpec): CallSpec[] {
  const whole = Math.floor(mean);
  const rest = mean - whole;
  const call = { service, client, required: true };
  return [
    ...(whole > 0 ? [{ ...call, chance: 1, fanOut: whole }] : []),
    ...(rest > 1e-12 ? [{ ...call, chance: rest, fanOut: 1 }] : []),
  ];
}

function clientOf(said: ServiceAnnotations, defaultTimeoutUs: number | undefined): ClientSpec {
  const timeoutUs = said.timeoutUs ?? defaultTimeoutUs ?? Infinity;
  const attempts = 1 + (said.retries ?? 0);
  return timeoutUs === Infinity && attempts === 1 ? PATIENT : { timeoutUs, attempts, backoff: BACKOFF };
}
