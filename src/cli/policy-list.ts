import { FAMILIES, type FamilyKind } from '../experiment/scenario/families.ts';
import { WEATHER_KINDS } from '../experiment/scenario/weather-kinds.ts';
import { backfillPolicies } from '../policies/backfilling/index.ts';
import { placementPolicies } from '../policies/placement/index.ts';
import { queuePolicies } from '../policies/queueing/index.ts';
import { DETECTION_PRESETS } from '../sim/weather/detection-presets.ts';
import { durationText, bytesText } from '../workloads/quantity-text.ts';
import { trafficKinds } from '../workloads/traffic/traffic-kinds.ts';

/** One option in words. */
interface ListedOption {
  readonly name: string;
  readonly default: string;
  readonly meaning: string;
}

/** Something that can be named, in words. */
interface Listed {
  readonly name: string;
  readonly summary?: string | undefined;
  readonly source?: string | undefined;
  readonly options?: readonly ListedOption[];
}

/** All that can be named of one kind. */
export interface ListedKind {
  readonly kind: string;
  readonly title: string;
  readonly isPolicy: boolean;
  readonly entries: readonly Listed[];
}

const TITLES: Readonly<Record<FamilyKind, string>> = {
  balancing: 'Balancing: which replica gets a request (scenarios; default round-robin)',
  scaling: 'Scaling: how many replicas a service has (scenarios; default fixed)',
  vertical: 'Vertical: how large a replica is (scenarios; default none)',
  nodes: 'Nodes: which machines are bought and given back (scenarios; default fixed)',
  overcommit: 'Overcommit: how much of a node may be promised (scenarios; default none)',
  deployment: 'Deployment: how a new version is rolled out (scenarios; default rolling)',
};

/** Every kind of policies, and what else scenarios can name, in the order of `baton policies`. */
export function listedKinds(): ListedKind[] {
  const plain = (kind: string, title: string, entries: readonly Listed[]): ListedKind => ({
    kind,
    title,
    isPolicy: true,
    entries: entries.map(({ name, summary, source }) => ({ name, summary, source })),
  });
  const families = Object.keys(TITLES).map((key): ListedKind => {
    const kind = key as FamilyKind;
    return { kind, title: TITLES[kind], isPolicy: true, entries: FAMILIES[kind].map(withOptions) };
  });
  return [
    plain('placement', 'Placement: where to put a pod (default first-fit)', placementPolicies),
    plain('queue', 'Queue: in which order waiting pods are tried (default fifo)', queuePolicies),
    plain('backfill', 'Backfill: who may pass the head of the queue (default any)', backfillPolicies),
    ...families,
    {
      kind: 'detection',
      title: 'Detection: how lost nodes are noticed and replaced (scenarios; default kubernetes)',
      isPolicy: true,
      entries: DETECTION_PRESETS.map(({ name, source, heartbeatUs, graceUs, evictAfterUs }) => ({
        name,
        summary: `heartbeats every ${heartbeatUs / 1e6} s, suspect after ${graceUs / 1e6} s, pods replaced ${evictAfterUs / 1e6} s after the node is lost`,
        source,
      })),
    },
    {
      kind: 'weather',
      title: 'Weather: what befalls a cluster (scenarios)',
      isPolicy: false,
      entries: WEATHER_KINDS.map(withOptions),
    },
    {
      kind: 'traffic',
      title: 'Traffic: how requests come (scenarios)',
      isPolicy: false,
      entries: trafficKinds.map(({ name, summary, source, fields }) =>
        withOptions({ name, summary, source, options: fields }),
      ),
    },
  ];
}

interface Described {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly options: readonly {
    readonly name: string;
    readonly kind: string;
    readonly default?: unknown;
    readonly required?: boolean;
    readonly meaning: string;
    readonly choices?: readonly string[];
  }[];
}

function withOptions({ name, summary, source, options }: Described): Listed {
  return {
    name,
    summary,
    source,
    options: options.map((one) => ({
      name: one.name,
      default: one.required === true ? 'needed' : valueText(one.kind, one.default),
      meaning: `${one.meaning}${one.choices === undefined ? '' : ` One of: ${one.choices.join(', ')}.`}`,
    })),
  };
}

/** A default in the unit in which it is written. */
function valueText(kind: string, value: unknown): string {
  if (value === undefined || value === '') return '-';
  if (typeof value !== 'number') return typeof value === 'string' ? value : JSON.stringify(value);
  if (kind === 'duration') return durationText(value);
  if (kind === 'share') return `${Number((value * 100).toPrecision(6))}%`;
  return kind === 'bytes' ? bytesText(value) : String(value);
}
