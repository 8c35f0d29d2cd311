import { durationMeanUs } from '../../sim/duration-spec.ts';
import type { NodeGroup } from '../../sim/fleet/node-group.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import type { NodeSpec } from '../../sim/node-spec.ts';
import { stream } from '../../sim/random.ts';
import type { TrafficSource } from '../../sim/requests/traffic.ts';
import { US_PER_SECOND } from '../../sim/time.ts';
import { meanOfCurve } from '../../workloads/traffic/curve-measures.ts';
import { quoted } from '../../sim/quantity.ts';
import { bytesText } from '../../workloads/quantity-text.ts';
import { canonicalText } from '../run-id.ts';
import type { Path } from '../yaml-text.ts';
import { madePolicies } from './assemble-policies.ts';
import { requestOf } from './assemble-services.ts';
import { trafficOf } from './assemble-traffic.ts';
import { checkWeather, sampleNodes } from './check-weather.ts';
import { clusterCarbon, clusterParts } from './cluster-groups.ts';
import { replicaBounds } from './living-spec-of.ts';
import type { ScenarioPlan } from './scenario-plan.ts';
import { ScenarioFault } from './scenario-fault.ts';
import type { ServiceText } from './service-schema.ts';

/** Measurements of one run, at most; each is kept by somebody. */
const MOST_SCRAPES = 1_000_000;
/** Requests that the discrete model may be asked to carry one by one: an hour of computing a run. */
const MOST_DISCRETE = 1e9;
const MOST_REPLICAS = 1_000_000;

/**
 * Looks at everything in a scenario that no field can tell by itself: names that must exist, circles, sizes that must
 * fit, options that must go together. Throws a ScenarioFault for the first that does not. `checked` remembers what was
 * right before, for the variants of one file, which have most in common.
 */
export function checkScenario(plan: ScenarioPlan, checked = new Set<string>()): void {
  const services = plan.services ?? {};
  const names = Object.keys(services);
  if (names.length === 0 && Object.keys(plan.jobs ?? {}).length === 0)
    throw new ScenarioFault(['services'], 'nothing runs in this scenario; write at least one service, or jobs');
  const { groups, zones } = clusterParts(plan.cluster);
  clusterCarbon(plan.cluster);
  const nodes = sampleNodes(groups, zones).specs;
  const known = (name: string, path: Path): void => {
    if (!names.includes(name))
      throw new ScenarioFault(
        path,
        `there is no service ${quoted(name)}${names.length > 0 ? suggestion(name, names) : ''}`,
      );
  };
  for (const [name, service] of Object.entries(services)) {
    checkService(name, service, nodes);
    eachCall(service, ['services', name], known);
    (service.startsAfter ?? []).forEach((one, index) => known(one, ['services', name, 'startsAfter', index]));
  }
  checkCircles(services, 'calls', (service) => calledBy(service));
  checkCircles(services, 'startsAfter', (service) => service.startsAfter ?? []);
  const most = Object.values(services).reduce((sum, service) => sum + replicaBounds(service).maxReplicas, 0);
  if (most > MOST_REPLICAS)
    throw new ScenarioFault(['services'], `they may grow to ${most} replicas, and ${MOST_REPLICAS} are the most`);
  (plan.deployments ?? []).forEach((one, index) => known(one.service, ['deployments', index, 'service']));
  (plan.objectives ?? []).forEach((one, index) => known(one.service, ['objectives', index]));
  checkPolicies(plan, known, groups);
  const once = (about: unknown, check: () => void): void => {
    const key = canonicalText(about);
    if (!checked.has(key)) check();
    checked.add(key);
  };
  const { traffic, weather, cluster, duration, model } = plan;
  once(['traffic', traffic, names, zones, plan.policies.clients, duration, model], () =>
    checkTraffic(plan, names, zones),
  );
  once(['weather', weather, cluster, names, duration], () => checkWeather(plan, groups, zones, names));
  const scrapeUs = plan.metrics?.scrape ?? 15e6;
  if (plan.duration / scrapeUs > MOST_SCRAPES)
    throw new ScenarioFault(
      plan.metrics?.scrape === undefined ? ['duration'] : ['metrics', 'scrape'],
      `a scrape every ${scrapeUs / 1e6} s makes ${Math.floor(plan.duration / scrapeUs)} measurements, and ${MOST_SCRAPES} are the most; scrape less often or run shorter`,
    );
}

function checkService(name: string, service: ServiceText, nodes: readonly NodeSpec[]): void {
  const path: Path = ['services', name];
  if (name === 'all' || name === 'name')
    throw new ScenarioFault(
      path,
      `a service cannot be called "${name}", which means something else in policies; rename it`,
    );
  const { min, max, replicas, cpuLimit, memoryLimit } = service;
  if (min !== undefined && max !== undefined && min > max)
    throw new ScenarioFault([...path, 'min'], `min ${min} is above max ${max}; swap them`);
  if (max !== undefined && replicas > max)
    throw new ScenarioFault([...path, 'max'], `max ${max} is below replicas ${replicas}; raise max or lower replicas`);
  if (min !== undefined && replicas < min)
    throw new ScenarioFault([...path, 'min'], `min ${min} is above replicas ${replicas}; lower min or raise replicas`);
  if (service.cpu === 0 && service.cpuPerRequest === undefined)
    throw new ScenarioFault([...path, 'cpu'], 'a replica that requests no CPU works on nothing; write at least 1m');
  if (cpuLimit !== undefined && cpuLimit < service.cpu)
    throw new ScenarioFault(
      [...path, 'cpuLimit'],
      `the limit ${cpuLimit}m is below the request ${service.cpu}m; raise the limit or lower cpu`,
    );
  if (memoryLimit !== undefined && memoryLimit < service.memory)
    throw new ScenarioFault(
      [...path, 'memoryLimit'],
      `the limit ${bytesText(memoryLimit)} is below the request ${bytesText(service.memory)}; raise the limit or lower memory`,
    );
  if (memoryLimit !== undefined && service.memoryBase !== undefined && service.memoryBase > memoryLimit)
    throw new ScenarioFault(
      [...path, 'memoryBase'],
      `an idle replica uses ${bytesText(service.memoryBase)}, more than its limit ${bytesText(memoryLimit)}, and would be killed at once`,
    );
  if (service.warmUp > 0 && service.warmUpSpeed === 0)
    throw new ScenarioFault([...path, 'warmUpSpeed'], 'it would do nothing while it warms up; write a share above 0');
  const available = service.minAvailable;
  if (available !== undefined && 'replicas' in available && available.replicas > replicas && replicas > 0)
    throw new ScenarioFault(
      [...path, 'minAvailable'],
      `${available.replicas} shall always be ready, and there are ${replicas} replicas; lower it`,
    );
  checkRoom(service, path, nodes);
}

/** A replica that no node could ever host would wait for ever. */
function checkRoom(service: ServiceText, path: Path, nodes: readonly NodeSpec[]): void {
  const request = requestOf(service);
  const roomy = nodes.filter(
    (node) =>
      node.cpuMilli >= request.cpuMilli &&
      node.memBytes >= request.memBytes &&
      (node.gpuCount ?? 0) >= (request.gpuCount ?? 0),
  );
  if (roomy.length === 0) {
    const largest = nodes.reduce((a, b) => (b.cpuMilli > a.cpuMilli ? b : a));
    const gpus = request.gpuCount === undefined ? '' : ` and ${request.gpuCount} GPUs`;
    throw new ScenarioFault(
      path,
      `a replica requests ${request.cpuMilli}m CPU, ${bytesText(request.memBytes)} of memory${gpus}, which no node has; the largest, ${largest.name}, has ${largest.cpuMilli}m and ${bytesText(largest.memBytes)}`,
    );
  }
  for (const [label, value] of Object.entries(service.nodeLabels ?? {}))
    if (!roomy.some((node) => node.labels?.[label] === value))
      throw new ScenarioFault(
        [...path, 'nodeLabels', label],
        `no node with room for it has the label ${label}=${value}`,
      );
  const tolerated = (taint: string): boolean =>
    (service.tolerates ?? []).some((one) => one === taint || taint.startsWith(`${one}=`));
  if (!roomy.some((node) => (node.taints ?? []).every(tolerated)))
    throw new ScenarioFault(
      path,
      `all nodes with room for it carry a taint (${roomy[0].taints?.join(', ')}); add it to tolerates`,
    );
}

function eachCall(service: ServiceText, path: Path, visit: (name: string, path: Path) => void): void {
  (service.calls ?? []).forEach((stage, index) => {
    const one = (call: string | { service: string }, at: Path): void =>
      typeof call === 'string' ? visit(call, at) : visit(call.service, [...at, 'service']);
    if (Array.isArray(stage)) stage.forEach((call, k) => one(call, [...path, 'calls', index, k]));
    else one(stage, [...path, 'calls', index]);
  });
}

function calledBy(service: ServiceText): string[] {
  const names: string[] = [];
  eachCall(service, [], (name) => names.push(name));
  return names;
}

/** Throws when following the names leads back to where it began. Chains may be longer than a stack is deep. */
function checkCircles(
  services: Readonly<Record<string, ServiceText>>,
  field: 'calls' | 'startsAfter',
  next: (service: ServiceText) => readonly string[],
): void {
  const done = new Set<string>();
  for (const start of Object.keys(services)) {
    const way: { readonly name: string; readonly next: readonly string[]; taken: number }[] = [];
    const onWay = new Set<string>();
    const enter = (name: string): void => {
      way.push({ name, next: next(services[name]), taken: 0 });
      onWay.add(name);
    };
    if (!done.has(start)) enter(start);
    while (way.length > 0) {
      const last = way[way.length - 1];
      if (last.taken === last.next.length) {
        way.pop();
        onWay.delete(last.name);
        done.add(last.name);
        continue;
      }
      const one = last.next[last.taken++];
      if (onWay.has(one))
        throw circle(
          one,
          way.map(({ name }) => name),
          field,
        );
      if (!done.has(one)) enter(one);
    }
  }
}

function circle(again: string, way: readonly string[], field: 'calls' | 'startsAfter'): ScenarioFault {
  const round = [...way.slice(way.indexOf(again)), again];
  const text = (round.length > 12 ? [...round.slice(0, 6), '...', ...round.slice(-5)] : round).join(' -> ');
  return new ScenarioFault(
    ['services', way[way.length - 1], field],
    field === 'calls'
      ? `calls lead in a circle, ${text}, and no request would ever end; remove one of them`
      : `${text} wait for each other, and none would ever start; remove one of them`,
  );
}

function checkPolicies(
  plan: ScenarioPlan,
  known: (name: string, path: Path) => void,
  groups: readonly NodeGroup[],
): void {
  const { policies } = plan;
  for (const field of ['balancing', 'scaling', 'vertical', 'deployment'] as const)
    for (const service of Object.keys(policies[field]?.services ?? {})) known(service, ['policies', field, service]);
  madePolicies(policies);
  if (policies.nodes && policies.nodes.name !== 'fixed' && groups.every((group) => group.min === group.max))
    throw new ScenarioFault(
      ['policies', 'nodes'],
      'no group of nodes may grow or shrink, so it has nothing to decide; give a group min and max',
    );
}

function checkTraffic(plan: ScenarioPlan, services: readonly string[], zones: readonly string[]): void {
  for (const [name, written] of Object.entries(plan.traffic ?? {})) {
    const path: Path = ['traffic', name];
    const to = typeof written === 'object' ? written.to : undefined;
    if (!services.includes(to ?? name))
      throw new ScenarioFault(
        to === undefined ? path : [...path, 'to'],
        `there is no service ${quoted(to ?? name)}${services.length > 0 ? suggestion(to ?? name, services) : ''}`,
      );
    const from = typeof written === 'object' ? written.from : undefined;
    if (from !== undefined && !zones.includes(from))
      throw new ScenarioFault(
        [...path, 'from'],
        `the cluster has no zone ${quoted(from)}${zones.length > 0 ? suggestion(from, zones) : '; give its groups zones'}`,
      );
    const make = trafficOf(name, written, {
      durationUs: plan.duration,
      serviceOf: (one) => services.indexOf(one),
      zoneOf: (one) => zones.indexOf(one),
      clients: plan.policies.clients,
    });
    const { source } = make((one) => stream('check', one));
    if (plan.model !== 'discrete') continue;
    const requests = requestsOf(source, plan, to ?? name);
    if (requests > MOST_DISCRETE)
      throw new ScenarioFault(
        path,
        `some ${requests.toPrecision(2)} requests are too many to follow one by one; write model: auto or fluid, or run shorter`,
      );
  }
}

/** About how many requests come from outside in a run. */
function requestsOf(source: TrafficSource, plan: ScenarioPlan, to: string): number {
  const seconds = plan.duration / US_PER_SECOND;
  if (source.kind === 'times') return 0;
  if (source.kind === 'open') return meanOfCurve(source.curve, 0, plan.duration) * (source.batch?.mean ?? 1) * seconds;
  // Users wait for an answer: they ask no faster than they think and are served, together no faster than all replicas serve.
  const service = plan.services![to];
  const workUs = Math.max(1, durationMeanUs(service.work));
  const byUsers = meanOfCurve(source.users, 0, plan.duration) / (durationMeanUs(source.think) + workUs);
  const byReplicas = (replicaBounds(service).maxReplicas * service.concurrency) / workUs;
  return Math.min(byUsers, byReplicas) * US_PER_SECOND * seconds;
}
