import { epochMsOf } from './iso-time.ts';
import type { Queried, Query, Subject } from './query.ts';

/** Whether a container instance is what the expression describes. */
export function satisfies(query: Query, instance: Queried): boolean {
  switch (query.kind) {
    case 'and':
      return satisfies(query.left, instance) && satisfies(query.right, instance);
    case 'or':
      return satisfies(query.left, instance) || satisfies(query.right, instance);
    case 'not':
      return !satisfies(query.of, instance);
    case 'exists':
      return valueOf(query.subject, instance) !== undefined;
    case 'not-exists':
      return valueOf(query.subject, instance) === undefined;
    case 'in':
      return query.values.some((value) => isEqual(query.subject, value, instance));
    case 'not-in':
      return !query.values.some((value) => isEqual(query.subject, value, instance));
    case 'matches':
    case 'not-matches': {
      const value = valueOf(query.subject, instance);
      return (value !== undefined && query.pattern(value)) === (query.kind === 'matches');
    }
    case 'compare':
      return isCompared(query, instance);
    default:
      return query satisfies never;
  }
}

function isCompared(query: Extract<Query, { kind: 'compare' }>, instance: Queried): boolean {
  if (query.operator === '==') return isEqual(query.subject, query.value, instance);
  if (query.operator === '!=') return !isEqual(query.subject, query.value, instance);
  const value = valueOf(query.subject, instance);
  if (value === undefined) return false;
  const order = orderOf(query.subject, value, query.value);
  switch (query.operator) {
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    default:
      return query.operator satisfies never;
  }
}

function isEqual(subject: Subject, wanted: string, instance: Queried): boolean {
  if (subject.of === 'taskGroup') return instance.hasTaskOf(wanted);
  const value = valueOf(subject, instance);
  return value !== undefined && orderOf(subject, value, wanted) === 0;
}

function valueOf(subject: Subject, instance: Queried): string | undefined {
  switch (subject.of) {
    case 'attribute':
      return instance.attribute(subject.name);
    case 'agentConnected':
      return String(instance.agentConnected);
    case 'agentVersion':
      return instance.agentVersion;
    case 'ec2InstanceId':
      return instance.ec2InstanceId;
    case 'registeredAt':
      return String(instance.registeredAtMs);
    case 'runningTasksCount':
      return String(instance.runningTasksCount);
    case 'taskGroup':
      return undefined;
    default:
      return subject satisfies never;
  }
}

const NUMBER = /^-?\d+(\.\d+)?$/;
const VERSION = /^\d+(\.\d+)+$/;

/** Numbers and times by size, versions part by part, everything else as text. */
function orderOf(subject: Subject, value: string, wanted: string): number {
  if (subject.of === 'registeredAt') return Number(value) - epochMsOf(wanted);
  if (NUMBER.test(value) && NUMBER.test(wanted) && subject.of !== 'agentVersion') return Number(value) - Number(wanted);
  if (VERSION.test(value) && VERSION.test(wanted)) {
    const [left, right] = [value.split('.'), wanted.split('.')];
    for (let k = 0; k < Math.max(left.length, right.length); k++) {
      const difference = Number(left[k] ?? 0) - Number(right[k] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }
  return value < wanted ? -1 : value > wanted ? 1 : 0;
}
