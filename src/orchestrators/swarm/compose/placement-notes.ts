import { nearestName } from '../../../sim/nearest-name.ts';
import type { Constraint } from '../constraint.ts';

const KEYS = ['node.id', 'node.hostname', 'node.ip', 'node.role', 'node.platform.os', 'node.platform.arch'];
const LABELS = ['node.labels.', 'engine.labels.'];

/** A constraint that no node can ever meet, in words. */
export function constraintNote({ key, value }: Constraint): string | undefined {
  const lower = key.toLowerCase();
  if (LABELS.some((prefix) => lower.startsWith(prefix) && lower.length > prefix.length)) return undefined;
  if (KEYS.includes(lower))
    return lower === 'node.role' && !['manager', 'worker'].includes(value.toLowerCase())
      ? `no node has the role "${value}"; write manager or worker`
      : undefined;
  const near = nearLabel(key) ?? nearestName(key, KEYS);
  return `Swarm knows nothing called "${key}" of a node, so none ever meets this${near === undefined ? '' : `; did you mean "${near}"?`}`;
}

/** A preference that Swarm passes over, in words. */
export function spreadNote(label: string): string | undefined {
  const lower = label.toLowerCase();
  if (LABELS.some((prefix) => lower.startsWith(prefix) && lower.length > prefix.length)) return undefined;
  const near = nearLabel(label);
  return `tasks can be spread over labels only, so this has no effect; write ${near ?? 'node.labels.zone'}`;
}

/** `node.label.zone`, `labels.zone` or `zone` as a label of the node. */
function nearLabel(key: string): string | undefined {
  const [, name] = /^(?:node\.)?labels?\.(.+)$/i.exec(key) ?? [];
  if (name !== undefined) return `node.labels.${name}`;
  return key.includes('.') ? undefined : `node.labels.${key}`;
}
