import type { NomadConstraint } from '../jobs/nomad-jobs.ts';
import { versionMeets } from './versions.ts';

const TARGET = /^\$\{(.*)\}$/;

/** What `${node.datacenter}` or a plain text is on a node; undefined: the node does not have it. */
export function targetValue(target: string, attributes: ReadonlyMap<string, string>): string | undefined {
  const name = TARGET.exec(target.trim())?.[1];
  return name === undefined ? target : attributes.get(name.trim());
}

/** The attribute that a target names; undefined: it is a plain text. */
export function targetName(target: string): string | undefined {
  return TARGET.exec(target.trim())?.[1]?.trim();
}

/** Whether a node meets a constraint or affinity (scheduler/feasible, `checkConstraint`); those about other allocations are met here. */
export function meets(
  { attribute, operator, value }: NomadConstraint,
  attributes: ReadonlyMap<string, string>,
): boolean {
  if (operator === 'distinct_hosts' || operator === 'distinct_property') return true;
  const left = targetValue(attribute, attributes);
  const right = targetValue(value, attributes);
  switch (operator) {
    case 'is_set':
      return left !== undefined;
    case 'is_not_set':
      return left === undefined;
    case '!=':
    case 'not':
      return left !== right;
    default:
  }
  if (left === undefined || right === undefined) return false;
  switch (operator) {
    case '=':
    case '==':
    case 'is':
      return left === right;
    case '<':
    case '<=':
    case '>':
    case '>=':
      return inOrder(left, operator, right);
    case 'regexp':
      return new RegExp(right).test(left);
    case 'version':
      return versionMeets(left, right, false);
    case 'semver':
      return versionMeets(left, right, true);
    case 'set_contains':
    case 'set_contains_all':
      return items(right).every((item) => items(left).includes(item));
    case 'set_contains_any':
      return items(right).some((item) => items(left).includes(item));
    default:
      return false;
  }
}

/** Numbers where both are; else by their signs. */
function inOrder(left: string, operator: string, right: string): boolean {
  const [a, b] = [Number(left), Number(right)];
  const areNumbers = left.trim() !== '' && right.trim() !== '' && !Number.isNaN(a) && !Number.isNaN(b);
  const order = areNumbers ? a - b : left < right ? -1 : left > right ? 1 : 0;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

const items = (text: string): string[] => text.split(',').map((item) => item.trim());
