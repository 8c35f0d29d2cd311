import type { FileNotes } from '../../file-notes.ts';
import { InputError } from '../../../sim/input-error.ts';
import { parseQuery } from '../query-language/parse-query.ts';
import type { LaunchType, PlacementConstraint, PlacementStrategy, Placing, ProviderShare } from './ecs-files.ts';
import { Fields } from './fields.ts';

/** launchType or capacityProviderStrategy, placementConstraints and placementStrategy of a service or a run-task. */
export function readPlacing(fields: Fields, notes: FileNotes): Placing {
  const providers = readProviderShares(fields, 'capacityProviderStrategy', notes);
  const launchTypes: readonly LaunchType[] = ['EC2', 'FARGATE', 'EXTERNAL'];
  const launchType = fields.word('launchType', launchTypes, 'EC2');
  if (providers.length > 0 && fields.text('launchType'))
    fields.fail('launchType', 'cannot stand beside capacityProviderStrategy; write one of them');
  if (launchType === 'EXTERNAL')
    notes.push(
      `${fields.whereOf('launchType')}: launchType EXTERNAL is run as EC2: all instances are taken as registered`,
    );
  const constraints = readConstraints(fields, 'placementConstraints', ['distinctInstance', 'memberOf'], notes);
  const strategies = readStrategies(fields, notes);
  const onFargate = launchType === 'FARGATE' || providers.some(({ provider }) => isFargateProvider(provider));
  if (onFargate && constraints.length > 0)
    fields.fail('placementConstraints', 'cannot be had on Fargate, where there are no instances; leave them out');
  if (onFargate && strategies !== undefined && strategies.length > 0)
    fields.fail('placementStrategy', 'cannot be had on Fargate, which spreads over zones by itself; leave it out');
  return { launchType: onFargate ? 'FARGATE' : launchType, providers, constraints, strategies };
}

export function isFargateProvider(name: string): boolean {
  return name === 'FARGATE' || name === 'FARGATE_SPOT';
}

export function readProviderShares(fields: Fields, name: string, notes: FileNotes): ProviderShare[] {
  const shares = fields.list(name).map((node): ProviderShare => {
    const one: Fields = new Fields(node, name, notes);
    const share = {
      provider: one.requiredText('capacityProvider', 'FARGATE'),
      base: one.integer('base', 0, 100_000) ?? 0,
      weight: one.integer('weight', 0, 1000) ?? 0,
    };
    one.done();
    return share;
  });
  if (shares.length === 0) return shares;
  if (shares.length > 20) fields.fail(name, `has ${shares.length} capacity providers; 20 are the most`);
  if (shares.filter(({ base }) => base > 0).length > 1)
    fields.fail(name, 'has more than one base; only one capacity provider may have it');
  if (shares.every(({ weight }) => weight === 0)) {
    // One provider with a base alone is refused by the API too: nothing could be placed beyond the base.
    fields.fail(name, 'has no weight above 0, so no task could be placed; write "weight": 1');
  }
  const ofFargate = shares.filter(({ provider }) => isFargateProvider(provider)).length;
  if (ofFargate > 0 && ofFargate < shares.length)
    fields.fail(name, 'mixes Fargate and Auto Scaling group capacity providers; write one kind');
  return shares;
}

export function readConstraints(
  fields: Fields,
  name: string,
  types: readonly string[],
  notes: FileNotes,
): PlacementConstraint[] {
  const nodes = fields.list(name);
  if (nodes.length > 10) fields.fail(name, `has ${nodes.length} constraints; 10 are the most`);
  return nodes.map((node): PlacementConstraint => {
    const one: Fields = new Fields(node, name, notes);
    one.requiredText('type', types[types.length - 1]);
    const type = one.word('type', types, 'memberOf');
    const where = one.whereOf('expression');
    const expression = one.text('expression') ?? '';
    one.done();
    if (type === 'distinctInstance') return { type };
    if (expression === '') one.fail('expression', 'is missing; write it like "attribute:ecs.instance-type =~ t3.*"');
    try {
      return { type: 'memberOf', expression, query: parseQuery(expression) };
    } catch (error) {
      if (error instanceof InputError) throw new InputError(`${where}: expression of ${name}: ${error.message}`);
      throw error;
    }
  });
}

function readStrategies(fields: Fields, notes: FileNotes): PlacementStrategy[] | undefined {
  if (!fields.has('placementStrategy')) return undefined;
  const nodes = fields.list('placementStrategy');
  if (nodes.length > 5) fields.fail('placementStrategy', `has ${nodes.length} rules; 5 are the most`);
  return nodes.map((node): PlacementStrategy => {
    const one: Fields = new Fields(node, 'placementStrategy', notes);
    one.requiredText('type', 'spread');
    const type = one.word('type', ['random', 'spread', 'binpack'], 'random');
    if (type === 'random') {
      one.text('field');
      one.done();
      return { type };
    }
    const field = one.requiredText('field', type === 'spread' ? 'attribute:ecs.availability-zone' : 'memory');
    if (type === 'binpack') {
      const upper = field.toUpperCase();
      if (upper !== 'CPU' && upper !== 'MEMORY') one.fail('field', `is "${field}"; write "cpu" or "memory"`);
      one.done();
      return { type, field: upper === 'CPU' ? 'cpu' : 'memory' };
    }
    one.done();
    if (field === 'host' || field === 'instanceId') return { type, field: 'instanceId' };
    if (!field.startsWith('attribute:'))
      one.fail('field', `is "${field}"; write "instanceId" or an attribute like "attribute:ecs.availability-zone"`);
    return { type, field };
  });
}
