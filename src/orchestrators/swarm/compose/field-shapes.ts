import { suggestion } from '../../../sim/nearest-name.ts';
import type { ComposeField } from './compose-field.ts';

/** What may stand in a field of which nothing but that is asked. */
export type FieldShape =
  | 'anything'
  | 'text'
  | 'true or false'
  | 'whole number'
  | 'number'
  | 'number or text'
  | 'time'
  | 'texts'
  | 'text or texts'
  | 'assignments'
  /** A list of texts and maps with these fields. */
  | { readonly itemsWith: Readonly<Record<string, FieldShape>> }
  | { readonly mapWith: Readonly<Record<string, FieldShape>> }
  | { readonly mapOf: FieldShape | readonly FieldShape[] };

/** Refuses what a stack would refuse in a field that decides nothing here. */
export function checkShape(field: ComposeField, shape: FieldShape): void {
  if (!field.isPresent) return;
  if (typeof shape === 'object') {
    if ('itemsWith' in shape) {
      for (const item of field.items())
        if (item.node?.kind === 'map') checkMembers(item, shape.itemsWith);
        else item.optionalText();
    } else if ('mapWith' in shape) checkMembers(field, shape.mapWith);
    else for (const [, member] of field.entries()) checkOneOf(member, shape.mapOf);
    return;
  }
  SCALARS[shape](field);
}

/** Checks the members of a map; ones that are not known are refused, but for extensions. */
export function checkMembers(field: ComposeField, known: Readonly<Record<string, FieldShape>>): void {
  for (const [key, member] of field.entries())
    if (Object.hasOwn(known, key)) checkShape(member, known[key]);
    else if (!key.startsWith('x-')) member.fault(`there is no such field${suggestion(key, Object.keys(known))}`);
}

function checkOneOf(field: ComposeField, shapes: FieldShape | readonly FieldShape[]): void {
  if (!Array.isArray(shapes)) checkShape(field, shapes as FieldShape);
  else {
    const isMap = field.node?.kind === 'map';
    checkShape(
      field,
      (shapes as readonly FieldShape[]).find((one) => (typeof one === 'object') === isMap) ?? 'anything',
    );
  }
}

const SCALARS: Readonly<Record<Extract<FieldShape, string>, (field: ComposeField) => void>> = {
  anything: () => undefined,
  text: (field) => field.optionalText(),
  'true or false': (field) => field.boolean(false),
  'whole number': (field) => field.optionalWhole(-1e15, 1e15),
  number: (field) => field.optionalNumber('a number', '3'),
  'number or text': (field) => {
    if (typeof field.node?.value !== 'number') field.optionalText();
  },
  time: (field) => field.optionalDurationUs(),
  texts: (field) => field.texts(),
  'text or texts': (field) => {
    if (field.node?.kind === 'list') field.texts();
    else field.optionalText();
  },
  assignments: (field) => {
    if (field.node?.kind === 'list') field.texts();
    else for (const [, member] of field.entries()) SCALARS['number or text'](member);
  },
};
