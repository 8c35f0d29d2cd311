import { parseQuery } from '../../ecs/query-language/parse-query.ts';
import {
  shareOf,
  type AppConstraint,
  type AppNeighbour,
  type AppPort,
  type AppService,
  type AppUpdate,
} from '../app-model.ts';
import { modelKey, modelValue } from '../machine-keys.ts';
import type { RawPart } from '../raw-part.ts';

/** What a service, or a task that is run, says besides its task definition. */
export function ecsServiceParts(part: RawPart, task: AppService, isService: boolean): Partial<AppService> {
  part.take(
    'serviceName',
    'taskDefinition',
    'launchType',
    'cluster',
    'serviceArn',
    'clusterArn',
    'status',
    'runningCount',
    'pendingCount',
    'deployments',
    'events',
    'createdAt',
    'createdBy',
    'roleArn',
    'enableECSManagedTags',
    'propagateTags',
    'deploymentController',
  );
  const count = part.child(isService ? 'desiredCount' : 'count').number() ?? 1;
  const isDaemon = part.child('schedulingStrategy').text() === 'DAEMON';
  const tags = Object.fromEntries(
    part
      .child('tags')
      .items()
      .map((one) => [one.child('key').text() ?? '', one.child('value').text() ?? '']),
  );
  const placement = placementOf(part);
  const common = { placement, labels: { ...task.labels, ...tags } };
  if (!isService) return { ...common, kind: 'job', job: { completions: count, parallelism: Math.max(1, count) } };
  const update = updateOf(part.child('deploymentConfiguration'));
  return {
    ...common,
    kind: isDaemon ? 'daemon' : 'service',
    replicas: isDaemon ? 1 : count,
    ports: portsOf(part, task.ports),
    ...(update !== undefined && { update }),
  };
}

/** Ports behind a load balancer; what the balancer's own port is, its target group says. */
function portsOf(part: RawPart, ports: readonly AppPort[]): AppPort[] {
  const balanced = new Set(
    part
      .child('loadBalancers')
      .items()
      .map((one) => {
        one.take('containerName', 'targetGroupArn');
        return one.child('containerPort').number();
      }),
  );
  return ports.map((port) => (balanced.has(port.container) ? { ...port, mode: 'balanced' } : port));
}

function updateOf(part: RawPart): AppUpdate | undefined {
  if (!part.isPresent) return undefined;
  const least = part.child('minimumHealthyPercent').number();
  const most = part.child('maximumPercent').number();
  const breaker = part.child('deploymentCircuitBreaker');
  const isOn = breaker.child('enable').flag() === true;
  const rollback = breaker.child('rollback').flag() === true;
  return {
    ...(least !== undefined && { minHealthyShare: shareOf(least / 100) }),
    ...(most !== undefined && { maxSurgeShare: shareOf(Math.max(0, most / 100 - 1)) }),
    ...(isOn && { failureAction: rollback ? 'rollback' : 'pause' }),
  };
}

function placementOf(part: RawPart): AppService['placement'] {
  const constraints: AppConstraint[] = [];
  const neighbours: AppNeighbour[] = [];
  let isAlone = false;
  for (const one of part.child('placementConstraints').items()) {
    if (one.child('type').text() === 'distinctInstance') {
      isAlone = true;
      continue;
    }
    const text = one.child('expression');
    const query = parseQuery(String(text.value));
    const other = neighbourOf(String(text.value));
    const found = other === undefined ? constraintOf(String(text.value)) : undefined;
    if (other !== undefined) neighbours.push(other);
    if (found !== undefined) constraints.push(found);
    if ((other ?? found) !== undefined && (query as unknown) !== undefined) text.take();
  }
  const spread = part
    .child('placementStrategy')
    .items()
    .flatMap((one) => {
      if (one.child('type').value !== 'spread') return [];
      one.child('type').take();
      const field = one.child('field').text() ?? '';
      const key = /^(instanceId|host)$/i.test(field) ? 'hostname' : (modelKey('ecs', field) ?? `label:${field}`);
      return [{ key, isHard: false }];
    });
  return { constraints, spread, ...(isAlone && { maxPerMachine: 1 }), affinity: [], neighbours, tolerates: [] };
}

const OPERATORS: Readonly<Record<string, AppConstraint['operator']>> = {
  '==': 'in',
  '!=': 'not-in',
  in: 'in',
  '!in': 'not-in',
  exists: 'exists',
  '!exists': 'not-exists',
  '>': 'greater',
  '<': 'less',
  '=~': 'matches',
  '!~': 'not-matches',
};

/** One comparison of an attribute; undefined for anything more. */
function constraintOf(text: string): AppConstraint | undefined {
  const [, subject, operator, rest = ''] =
    /^\s*(\S+)\s+(==|!=|!in|in|!exists|exists|>|<|=~|!~)(?:\s+(.*?))?\s*$/.exec(text) ?? [];
  if (subject === undefined || /\b(and|or)\b|&&|\|\|/.test(rest)) return undefined;
  const key = modelKey('ecs', subject);
  if (key === undefined) return undefined;
  const bare = (value: string): string =>
    value
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .replaceAll(String.raw`\"`, '"');
  const isList = operator === 'in' || operator === '!in';
  const values =
    rest === ''
      ? []
      : isList
        ? rest
            .replace(/^\[|\]$/g, '')
            .split(',')
            .map(bare)
        : [bare(rest)];
  return { key, operator: OPERATORS[operator], values: values.map((value) => modelValue(key, value)) };
}

/** `task:group == service:db`, or that in `not(…)`. */
function neighbourOf(text: string): AppNeighbour | undefined {
  const [, not, service] = /^\s*(not\s*\(|!\s*\(?)?\s*task:group\s*==\s*service:([\w-]+)\s*\)?\s*$/.exec(text) ?? [];
  return service === undefined ? undefined : { service, key: 'hostname', isApart: not !== undefined, isHard: true };
}
