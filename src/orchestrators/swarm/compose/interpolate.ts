import { InputError } from '../../../sim/input-error.ts';
import { listNode, mapNode, scalarNode, type ComposeNode } from './compose-node.ts';

/** A dollar and what follows it: another dollar, a name, a name in braces, or something that is none of these. */
const DOLLAR = /\$(?:(\$)|([_a-zA-Z][_a-zA-Z0-9]*)|\{([_a-zA-Z][_a-zA-Z0-9]*)(?:(:?[-?])([^}]*))?\}|)/g;

/** Variables of the shell from which a stack is deployed. */
export type ComposeVariables = Readonly<Record<string, string>>;

/**
 * The same part of a file with its variables put in: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`,
 * `${NAME:?why}`, `${NAME?why}`, and `$$` for a dollar. One that is not set and has no default is empty, which is noted.
 * (docker/cli cli/compose/template.)
 */
export function interpolate(node: ComposeNode, variables: ComposeVariables, note: (text: string) => void): ComposeNode {
  if (node.kind === 'map')
    return mapNode(
      new Map(
        [...node.members].map(([key, { node: member, keyAt }]) => [
          key,
          { keyAt, node: interpolate(member, variables, note) },
        ]),
      ),
      node.where,
    );
  if (node.kind === 'list')
    return listNode(
      node.items.map((item) => interpolate(item, variables, note)),
      node.where,
    );
  if (typeof node.value !== 'string' || !node.value.includes('$')) return node;
  const text = node.value.replace(
    DOLLAR,
    (_whole, dollar?: string, plain?: string, braced?: string, operator?: string, operand?: string) => {
      if (dollar !== undefined) return '$';
      const name = plain ?? braced;
      if (name === undefined)
        throw new InputError(
          `${node.where}: ${JSON.stringify(shortened(node.value as string))} has a $ that begins no variable; write $$ for a dollar, or a variable like \${NAME:-default}`,
        );
      const given = Object.hasOwn(variables, name) ? variables[name] : undefined;
      const isMissing = given === undefined || (given === '' && operator?.startsWith(':') === true);
      if (!isMissing) return given;
      if (operator?.endsWith('?') === true)
        throw new InputError(
          `${node.where}: the variable ${name} must be set${operand ? `: ${operand}` : ''}; give it a value, or write a default as \${${name}:-value}`,
        );
      if (operator === undefined)
        note(`${node.where}: the variable ${name} is not set and has no default (\${${name}:-value}), so it is empty`);
      return operand ?? '';
    },
  );
  return scalarNode(text, node.where, true);
}

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
