import type { Pick } from './variants.ts';

/** What of a variant's alternatives belongs to its cluster, to its workload and to its policies, in words. */
export interface VariantLabels {
  readonly cluster: readonly string[];
  readonly workload: readonly string[];
  readonly policies: readonly string[];
}

const POLICY_FIELDS = new Set([
  'orchestrator',
  'placement',
  'queue',
  'backfill',
  'balancing',
  'scaling',
  'vertical',
  'nodes',
  'overcommit',
  'deployment',
  'detection',
  'scheduler',
  'clusterAutoscaler',
  'karpenter',
]);

/** Words for the alternatives taken where there were several. Those below `policies` make rows, all others cells. */
export function variantLabels(picks: readonly Pick[]): VariantLabels {
  const labels = { cluster: [] as string[], workload: [] as string[], policies: [] as string[] };
  for (const pick of picks) {
    if (pick.of < 2) continue;
    const [top] = pick.path;
    // A cluster that is a text or has a name is named by it already.
    if (top === 'cluster' && pick.path.length === 1 && hasOwnName(pick.value)) continue;
    const part = top === 'cluster' ? 'cluster' : top === 'policies' ? 'policies' : 'workload';
    labels[part].push(labelOf(pick));
  }
  return labels;
}

function hasOwnName(cluster: unknown): boolean {
  if (typeof cluster !== 'object' || cluster === null) return typeof cluster === 'string';
  return 'name' in cluster && typeof cluster.name === 'string';
}

function labelOf({ path, value, index }: Pick): string {
  const keys = path.filter((part): part is string => typeof part === 'string' && part !== 'oneOf');
  const field = keys.length > 1 ? keys.slice(1).join('.') : (keys[0] ?? 'variant');
  const last = keys.at(-1) ?? 'variant';
  if (value === null) return `no ${last}`;
  const own = nameOf(value);
  if (typeof value === 'boolean' && keys[0] === 'policies') return `${value ? '' : 'no '}${hyphenated(last)}`;
  if (keys[0] === 'policies') {
    // `scaling: [fixed, ...]` needs no more words than the policy's own.
    if (keys.length === 1) return setNameOf(value) ?? own ?? shortText(value) ?? `policies ${index + 1}`;
    if (last === 'orchestrator' && keys.length === 2) return orchestratorName(value) ?? `orchestrator ${index + 1}`;
    if (keys.length === 2 && POLICY_FIELDS.has(last)) return own ?? shortText(value) ?? `${last} ${index + 1}`;
    if (keys.length === 2) return `${last}(${shortText(value) ?? index + 1})`;
    return `${keys.slice(keys.length > 3 ? 2 : keys.length - 1).join('.')}=${own ?? shortText(value) ?? index + 1}`;
  }
  return `${field}=${own ?? shortText(value) ?? index + 1}`;
}

/** `clusterAutoscaler` as `cluster-autoscaler`. */
function hyphenated(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `name(option=value)` of a policy in the form of a map, or the name of anything that has one. */
function nameOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { name, kind, ...others } = value as Record<string, unknown>;
  const called = name ?? kind;
  if (typeof called !== 'string') return undefined;
  const options = Object.entries(others).filter(([, one]) => typeof one !== 'object');
  if (options.length === 0 || options.length < Object.keys(others).length) return called;
  return `${called}(${options.map(([key, one]) => `${key}=${String(one)}`).join(', ')})`;
}

/** `nomad+best-fit(heartbeatGrace=30s)`: an orchestrator with what of it is not as it is upstream. */
function orchestratorName(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return shortText(value);
  const { name, placement, constants } = value as Record<string, unknown>;
  if (typeof name !== 'string') return undefined;
  const called = typeof placement === 'string' ? `${name}+${placement}` : name;
  const changed = shortText(constants);
  return changed === undefined || changed === '' ? called : `${called}(${changed})`;
}

/** The name that a whole set of policies has. */
function setNameOf(value: unknown): string | undefined {
  const isNamed = typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
  return isNamed ? (value.name as string) : undefined;
}

function shortText(value: unknown): string | undefined {
  const text =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value)
          .map(([key, one]) => `${key}=${typeof one === 'object' ? JSON.stringify(one) : String(one)}`)
          .join(', ')
      : typeof value === 'string'
        ? value
        : JSON.stringify(value);
  return text !== undefined && text.length <= 60 ? text : undefined;
}
