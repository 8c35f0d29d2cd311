import type { JsonField } from '../../text/json-field.ts';
import { CONSTRAINT_OPERATORS, type Constraint } from './app-spec.ts';

/** `[["hostname", "UNIQUE"], ["rack", "GROUP_BY", "3"]]`. */
export function readConstraints(list: JsonField): readonly Constraint[] {
  return list.items().map((one) => {
    const parts = one.items();
    if (parts.length < 2 || parts.length > 3)
      one.fault(
        'a constraint has a field, an operator and a value if it needs one; write it like ["hostname", "UNIQUE"]',
      );
    const operator = parts[1].oneOf(CONSTRAINT_OPERATORS, 'UNIQUE');
    const value = parts.length === 3 ? valueText(parts[2]) : '';
    checkValue(operator, value, parts[2] ?? one);
    return { field: parts[0].requiredText(), operator, value };
  });
}

/** Numbers are often written without quotes. */
function valueText(field: JsonField): string {
  return typeof field.value === 'number' ? String(field.value) : field.text();
}

/** Also of jobs, which name the same operators. */
export function checkValue(operator: Constraint['operator'], value: string, at: JsonField): void {
  switch (operator) {
    case 'GROUP_BY':
    case 'MAX_PER':
      if (!/^[1-9][0-9]{0,5}$/.test(value))
        at.fault(
          `${operator} needs the number of ${operator === 'GROUP_BY' ? 'groups' : 'instances'}; write it like "3"`,
        );
      break;
    case 'LIKE':
    case 'UNLIKE':
      if (value === '') at.fault(`${operator} needs a regular expression; write one, such as "rack-[1-3]"`);
      try {
        void new RegExp(`^(?:${value})$`, 'u');
      } catch {
        at.fault(`"${value}" is not a regular expression; write one, such as "rack-[1-3]"`);
      }
      break;
    case 'IS':
      if (value === '') at.fault('IS needs the value; write it');
      break;
    case 'UNIQUE':
      if (value !== '') at.fault('UNIQUE takes no value; leave it out');
      break;
    default:
  }
}
