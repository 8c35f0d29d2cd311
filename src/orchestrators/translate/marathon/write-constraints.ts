import type { AppConstraint, AppService } from '../app-model.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { machineKey, machineValue } from '../machine-keys.ts';
import { constraintText, spreadText } from '../plain-losses.ts';

/** Values of zones and the like that are there when nobody says how many. */
const GUESSED_VALUES = 3;

/** Constraints as lists of field, operator and value. */
export function marathonConstraints({ placement, kind }: AppService, losses: ServiceLosses): string[][] {
  for (const one of placement.affinity)
    losses.none(
      'placement.affinity',
      `${constraintText(one)} (${one.weight})`,
      'Marathon has no wishes: the first offer that fits is taken',
    );
  for (const { service, key, isApart } of placement.neighbours)
    losses.none(
      'placement.neighbours',
      `${isApart ? 'apart from' : 'with'} ${service} by ${key}`,
      'Marathon does not look at other apps',
    );
  for (const mark of placement.tolerates)
    losses.none(
      'placement.tolerates',
      mark === '' ? 'everything' : mark,
      'agents of Mesos have no taints; roles and constraints keep tasks away',
    );
  const most = kind === 'daemon' ? 1 : placement.maxPerMachine;
  return [
    ...placement.constraints.flatMap((one) => constraint(one, losses)),
    ...placement.spread.flatMap((one) => spread(one, losses)),
    ...(most === undefined ? [] : most === 1 ? [['hostname', 'UNIQUE']] : [['hostname', 'MAX_PER', String(most)]]),
  ];
}

function constraint(one: AppConstraint, losses: ServiceLosses): string[][] {
  const field = machineKey('marathon', one.key);
  const values = one.values.map((value) => machineValue('marathon', one.key, value));
  const pattern = values.map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|');
  if (field !== undefined)
    switch (one.operator) {
      case 'in':
        return [values.length === 1 ? [field, 'IS', values[0]] : [field, 'LIKE', pattern]];
      case 'not-in':
        return [[field, 'UNLIKE', pattern]];
      case 'exists':
        return [[field, 'LIKE', '.*']];
      case 'not-exists':
        return [[field, 'UNLIKE', '.*']];
      case 'matches':
      case 'not-matches':
        return [[field, one.operator === 'matches' ? 'LIKE' : 'UNLIKE', one.values[0]]];
      default:
    }
  const why = field === undefined ? `agents have no ${one.key}` : 'Marathon does not compare numbers';
  losses.none('placement.constraints', constraintText(one), `${why}; it is left out`);
  return [];
}

function spread(one: AppService['placement']['spread'][number], losses: ServiceLosses): string[][] {
  const field = machineKey('marathon', one.key);
  if (field === undefined || (one.key === 'hostname' && !one.isHard)) {
    losses.none('placement.spread', spreadText(one), 'the first offer that fits is taken, wherever others run');
    return [];
  }
  const values = one.targets?.length;
  if (one.targets !== undefined)
    losses.near(
      'placement.spread.targets',
      one.targets.map(({ value }) => value).join(', '),
      'all values get the same',
    );
  if (values === undefined)
    losses.near('placement.spread', spreadText(one), `GROUP_BY needs the number of values; ${GUESSED_VALUES}`);
  if (!one.isHard) losses.near('placement.spread.isHard', spreadText(one), 'an instance rather waits than break it');
  if (one.maxSkew !== undefined && one.maxSkew !== 1)
    losses.near('placement.spread.maxSkew', String(one.maxSkew), 'as even as may be');
  if (one.weight !== undefined)
    losses.none('placement.spread.weight', `${one.key} ${one.weight}`, 'all constraints hold');
  return [[field, 'GROUP_BY', String(values ?? GUESSED_VALUES)]];
}
