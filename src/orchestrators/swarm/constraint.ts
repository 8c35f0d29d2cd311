import { InputError } from '../../sim/input-error.ts';
import { labelOf, type NodeFacts } from './node-facts.ts';

/** `node.labels.disk == ssd` in its parts. */
export interface Constraint {
  readonly key: string;
  readonly operator: '==' | '!=';
  readonly value: string;
}

const KEY = /^[a-z_][a-z0-9\-_.]+$/i;
const VALUE = /^[a-z0-9:\-_\s.*()?+[\]\\^$|/]+$/i;

/**
 * One constraint as the file has it. Throws an InputError whose sentence begins with the constraint; whoever reads files
 * puts file and line before it. (SwarmKit manager/constraint/constraint.go, Parse.)
 */
export function parseConstraint(text: string): Constraint {
  const operator = /[=!]=/.exec(text)?.[0] as Constraint['operator'] | undefined;
  if (operator === undefined)
    throw new InputError(
      `constraint ${JSON.stringify(text)}: nothing is compared; write key==value or key!=value, such as node.role==worker`,
    );
  const place = text.indexOf(operator);
  const key = text.slice(0, place).trim();
  const value = text.slice(place + 2).trim();
  if (!KEY.test(key))
    throw new InputError(
      `constraint ${JSON.stringify(text)}: ${JSON.stringify(key)} is no key; write node.id, node.hostname, node.ip, node.role, node.platform.os, node.platform.arch, node.labels.<name> or engine.labels.<name>`,
    );
  if (!VALUE.test(value))
    throw new InputError(
      `constraint ${JSON.stringify(text)}: ${JSON.stringify(value)} cannot be compared with; write the value itself, of letters, digits and - _ . : /`,
    );
  return { key, operator, value };
}

/**
 * Whether a node meets all of them. Values are compared without regard to case, as they are: no patterns. A label that
 * is not there is like ''. A key that is unknown is never met. (SwarmKit manager/constraint/constraint.go, NodeMatches.)
 */
export const meetsConstraints = (node: NodeFacts, constraints: readonly Constraint[]): boolean =>
  constraints.every((constraint) => meets(node, constraint));

function meets(node: NodeFacts, { key, operator, value }: Constraint): boolean {
  const isMet = (actual: string) => (actual.toLowerCase() === value.toLowerCase()) === (operator === '==');
  const lower = key.toLowerCase();
  switch (lower) {
    case 'node.id':
      return isMet(node.id);
    case 'node.hostname':
      return isMet(node.hostname);
    case 'node.role':
      return isMet(node.role);
    case 'node.platform.os':
      return isMet(node.os);
    case 'node.platform.arch':
      return isMet(node.architecture);
    case 'node.ip': {
      const isWithin = addressWithin(node.address, value);
      return isWithin !== undefined && isWithin === (operator === '==');
    }
    default:
      if (lower.startsWith('node.labels.') || lower.startsWith('engine.labels.')) return isMet(labelOf(node, key));
      return false;
  }
}

/** Whether an IPv4 address is this one, or within this network in CIDR form; undefined: it is neither. */
function addressWithin(address: string, network: string): boolean | undefined {
  const [base, prefix] = network.split('/');
  const bits = prefix === undefined ? 32 : Number(prefix);
  const wanted = addressNumber(base);
  const actual = addressNumber(address);
  if (wanted === undefined || actual === undefined || !Number.isInteger(bits) || bits < 0 || bits > 32)
    return undefined;
  let hosts = 1;
  for (let bit = bits; bit < 32; bit++) hosts *= 2;
  return Math.floor(wanted / hosts) === Math.floor(actual / hosts);
}

function addressNumber(text: string): number | undefined {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
