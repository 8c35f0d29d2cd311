import type { PodTemplate } from '../../objects/pod.ts';
import { NAME_LETTERS } from './generated-names.ts';

/** The label that ties a ReplicaSet's pods to their revision. */
export const POD_TEMPLATE_HASH = 'pod-template-hash';
/** The same of StatefulSets and DaemonSets. */
export const REVISION_HASH = 'controller-revision-hash';

const keys = new WeakMap<PodTemplate, string>();

/**
 * Text that is equal for templates that make equal pods, but for the label that carries the hash itself. Fields that
 * Baton does not read are not in it. Remembered by identity.
 */
export function templateKey(template: PodTemplate): string {
  let key = keys.get(template);
  if (key === undefined) {
    const { labels, annotations } = template.metadata;
    const { [POD_TEMPLATE_HASH]: _, ...others } = labels;
    keys.set(template, (key = canonicalText({ labels: others, annotations, spec: template.spec })));
  }
  return key;
}

/**
 * A hash of a template in the letters of generated names, as in `web-7c5ddbdf54`. Kubernetes hashes its own Go structures
 * (`ComputeHash`), so its letters differ; what matters is that equal templates have equal ones.
 */
export function revisionHash(key: string, collisions = 0): string {
  // FNV-1a, as upstream; the letters encode its decimal digits (`rand.SafeEncodeString`).
  let hash = 0x811c9dc5;
  const text = collisions === 0 ? key : `${key}/${collisions}`;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return Array.from(String(hash >>> 0), (digit) => NAME_LETTERS[digit.charCodeAt(0) % NAME_LETTERS.length]).join('');
}

/** JSON with the names of fields in order and without those that are undefined. */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalText(field)}`);
  return `{${fields.join(',')}}`;
}
