import type { AppConstraint, AppService } from '../app-model.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { machineKey, machineValue } from '../machine-keys.ts';
import { constraintText, optionalNumber, spreadText } from '../plain-losses.ts';
import { ecsName } from './object-names.ts';

/** placementConstraints: what holds always, in the cluster query language. */
export function ecsConstraints(service: AppService, losses: ServiceLosses): object[] {
  const { placement } = service;
  for (const mark of placement.tolerates)
    losses.none(
      'placement.tolerates',
      mark === '' ? 'everything' : mark,
      'instances have no taints; only constraints keep tasks away',
    );
  for (const one of placement.affinity)
    losses.none(
      'placement.affinity',
      `${constraintText(one)} (${one.weight})`,
      'ECS knows constraints and spread, no wishes',
    );
  const expressions = [
    ...placement.constraints.flatMap((one) => expression(one, losses) ?? []),
    ...placement.neighbours.flatMap((one) => neighbour(service, one, losses) ?? []),
  ];
  const distinct = placement.maxPerMachine === 1 && service.kind !== 'daemon';
  if (placement.maxPerMachine !== 1)
    losses.none(
      'placement.maxPerMachine',
      optionalNumber(placement.maxPerMachine),
      'ECS knows one task per instance (distinctInstance) or any number',
    );
  return [
    ...(distinct ? [{ type: 'distinctInstance' }] : []),
    ...expressions.map((text) => ({ type: 'memberOf', expression: text })),
  ];
}

function expression(one: AppConstraint, losses: ServiceLosses): string | undefined {
  const name = machineKey('ecs', one.key);
  const values = one.values.map((value) => quoted(machineValue('ecs', one.key, value)));
  if (name === undefined) {
    losses.none('placement.constraints', constraintText(one), `instances have no ${one.key}; it is left out`);
    return undefined;
  }
  if (one.key === 'hostname')
    losses.near('placement.constraints', constraintText(one), 'an attribute "hostname" has to be set on the instances');
  switch (one.operator) {
    case 'in':
      return values.length === 1 ? `${name} == ${values[0]}` : `${name} in [${values.join(', ')}]`;
    case 'not-in':
      return values.length === 1 ? `${name} != ${values[0]}` : `${name} !in [${values.join(', ')}]`;
    case 'exists':
      return `${name} exists`;
    case 'not-exists':
      return `${name} !exists`;
    case 'greater':
      return `${name} > ${values[0]}`;
    case 'less':
      return `${name} < ${values[0]}`;
    case 'matches':
      return `${name} =~ ${values[0]}`;
    default:
      return `${name} !~ ${values[0]}`;
  }
}

function neighbour(
  service: AppService,
  { service: other, key, isApart, isHard }: AppService['placement']['neighbours'][number],
  losses: ServiceLosses,
): string | undefined {
  const what = `${isApart ? 'apart from' : 'with'} ${other} by ${key}`;
  if (!isHard || (key !== 'hostname' && key !== 'id')) {
    losses.none('placement.neighbours', what, 'ECS looks at other services by instance only, and always strictly');
    return undefined;
  }
  const is = `task:group == service:${ecsName({ group: service.group, name: other })}`;
  return isApart ? `not(${is})` : is;
}

/** Whatever is not a plain word stands in quotes. */
const quoted = (value: string): string =>
  /^[\w./:-]+$/.test(value) ? value : `"${value.replaceAll('"', String.raw`\"`)}"`;

/** placementStrategy: what is tried, first things first. */
export function ecsStrategies(service: AppService, losses: ServiceLosses): object[] {
  const spread = service.placement.spread;
  if (service.kind === 'daemon') return [];
  return spread.flatMap((one) => {
    if (one.isHard) losses.near('placement.spread.isHard', spreadText(one), 'strategies are best effort');
    losses.none(
      'placement.spread.maxSkew',
      one.maxSkew === undefined ? undefined : `${one.key} ${one.maxSkew}`,
      'as even as may be',
    );
    losses.none(
      'placement.spread.targets',
      one.targets?.map(({ value }) => value).join(', '),
      'all values get the same',
    );
    losses.none(
      'placement.spread.weight',
      one.weight === undefined ? undefined : `${one.key} ${one.weight}`,
      'the first strategy goes first',
    );
    const field = one.key === 'hostname' || one.key === 'id' ? 'instanceId' : machineKey('ecs', one.key);
    if (field === undefined) losses.none('placement.spread', spreadText(one), `instances have no ${one.key}`);
    return field === undefined ? [] : [{ type: 'spread', field }];
  });
}
