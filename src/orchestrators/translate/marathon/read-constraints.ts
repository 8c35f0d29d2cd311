import type { AppConstraint, AppPlacement, AppSpread } from '../app-model.ts';
import { modelKey, modelValue } from '../machine-keys.ts';
import type { RawPart } from '../raw-part.ts';

/** Lists of field, operator and value. */
export function readConstraints(part: RawPart): AppPlacement {
  return placementOf(part.items().map((one) => one.texts()));
}

/** The same of lists that have been read. */
export function placementOf(rows: readonly (readonly string[])[]): AppPlacement {
  const constraints: AppConstraint[] = [];
  const spread: AppSpread[] = [];
  let most: number | undefined;
  for (const [field = '', operator = '', value = ''] of rows) {
    const key = modelKey('marathon', field) ?? `label:${field}`;
    if (operator === 'UNIQUE' && key === 'hostname') most = 1;
    else if (operator === 'MAX_PER' && key === 'hostname') most = Number(value);
    else if (operator === 'GROUP_BY' || operator === 'UNIQUE' || operator === 'MAX_PER')
      spread.push({ key, isHard: true });
    else constraints.push({ key, ...condition(operator, value, key) });
  }
  return {
    constraints,
    spread,
    ...(most !== undefined && { maxPerMachine: most }),
    affinity: [],
    neighbours: [],
    tolerates: [],
  };
}

function condition(operator: string, value: string, key: string): Pick<AppConstraint, 'operator' | 'values'> {
  if (operator !== 'LIKE' && operator !== 'UNLIKE') return { operator: 'in', values: [modelValue(key, value)] };
  const isLike = operator === 'LIKE';
  if (value === '.*') return { operator: isLike ? 'exists' : 'not-exists', values: [] };
  // Alternatives without any pattern in them are a list of values.
  const parts = value.replace(/^\((.*)\)$/, '$1').split('|');
  if (parts.every((part) => !/[.*+?^${}()|[\]\\]/.test(part.replace(/\\[.*+?^${}()|[\]\\]/g, ''))))
    return {
      operator: isLike ? 'in' : 'not-in',
      values: parts.map((part) => modelValue(key, part.replace(/\\([.*+?^${}()|[\]\\])/g, '$1'))),
    };
  return { operator: isLike ? 'matches' : 'not-matches', values: [value] };
}
