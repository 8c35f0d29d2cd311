import type { ComposeField } from './compose-field.ts';

/** Texts by name, of a map or of a list of `NAME=value`. A name without a value is ''. */
export function readAssignments(field: ComposeField): Readonly<Record<string, string>> {
  const assigned: Record<string, string> = {};
  if (field.node?.kind === 'list')
    for (const item of field.texts()) {
      const [key, ...rest] = item.split('=');
      assigned[key] = rest.join('=');
    }
  else
    for (const [key, value] of field.entries()) {
      if (value.node !== undefined && value.node.kind !== 'scalar')
        value.fault(`${value.shown()} stands where a text is expected; write a text`);
      if (typeof value.node?.value === 'boolean')
        value.fault(`${value.shown()} is neither text nor number; write it in quotes: "${value.shown()}"`);
      assigned[key] = String(value.node?.value ?? '');
    }
  return assigned;
}
