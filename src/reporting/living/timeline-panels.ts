import type { TimelineSeries } from '../../sim/monitoring/living-result.ts';

/** One chart of the stack: series of one kind. */
export interface Panel {
  readonly title: string;
  readonly unit: TimelineSeries['unit'];
  /** Levels that hold until they change. */
  readonly steps: boolean;
  readonly keys: readonly PanelKey[];
}

/** One line of a panel; two policies that are laid over each other both have it. */
export interface PanelKey {
  /** Finds the series: name and labels. */
  readonly id: string;
  /** Empty where the panel's title says it all. */
  readonly label: string;
  /** Service, where it is about one. */
  readonly service?: string;
  /** Place in the palette. */
  readonly colour: number;
  /** Drawn thinner: what accompanies the main line (median beside 99th percentile, asked for beside ready). */
  readonly thin: boolean;
}

interface Rule {
  readonly title: string;
  readonly unit: TimelineSeries['unit'];
  readonly of: RegExp;
  readonly steps?: boolean;
  /** Main lines; all when absent. */
  readonly main?: RegExp;
  /** Lines that are left to the exports. */
  readonly without?: RegExp;
  readonly byService?: boolean;
}

/** First rule first: where a series finds its panel. Matched against name and labels, `baton_x{quantile=0.99}`. */
const RULES: readonly Rule[] = [
  {
    title: 'Demand',
    unit: 'per-second',
    of: /^(?!.*(fail|error|retr|timed|drop)).*(request|offered|arriv|call|served)/,
    without: /served/,
  },
  {
    title: 'Failed and repeated requests',
    unit: 'per-second',
    of: /fail|error|retr|timed|drop/,
    main: /fail|error|timed/,
  },
  {
    title: 'Latency',
    unit: 's',
    of: /latency|p99|p50/,
    main: /quantile=0\.99(?!\d)|p99(?!\d)/,
    without: /quantile=0\.9(?!9)|quantile=0\.99\d|p90|p999|mean/,
  },
  {
    title: 'Replicas',
    unit: '',
    of: /replica/,
    steps: true,
    main: /ready/,
    without: /coming|pending|starting|terminating/,
  },
  { title: 'Nodes', unit: '', of: /node/, steps: true, main: /^\w+$|state=/ },
  { title: 'CPU used of requested', unit: 'share', of: /cpu/, byService: true },
  { title: 'CPU of the cluster', unit: 'share', of: /cpu/, main: /used/ },
  { title: 'Cost per hour', unit: 'usd-per-hour', of: /./, steps: true },
  { title: 'Cost so far', unit: 'usd', of: /cost|usd/ },
];
const MOST_OTHER_PANELS = 3;
const MOST_KEYS = 72;
const MOST_THREEFOLD = 3;

/** States of nodes have the colours that they have everywhere: ready green, down red. */
const STATE_COLOURS: Readonly<Record<string, number>> = {
  ready: 2,
  coming: 5,
  unready: 4,
  down: 1,
  leaving: 3,
  bought: 6,
};

/**
 * Sorts series into panels that share a time axis, in the order in which one reads them: what was asked, how it went, what was
 * there for it, what it cost. `series` may be of several runs: each name with the same labels counts once.
 */
export function timelinePanels(series: readonly TimelineSeries[], services: readonly string[]): Panel[] {
  const known = new Map<string, TimelineSeries>();
  for (const one of series) if (!known.has(seriesId(one))) known.set(seriesId(one), one);
  const homes = new Map<string, { rule: Rule; members: [string, TimelineSeries][] }>();
  for (const [id, one] of known) {
    const rule = RULES.find((each) => each.unit === one.unit && each.of.test(id) && fitsService(each, one));
    if (rule?.without?.test(id)) continue;
    // Of many services one wants to see whether their replicas are ready, not three lines of each.
    if (services.length > MOST_THREEFOLD && one.name.endsWith('replicas_available')) continue;
    const home = rule ?? { title: one.title, unit: one.unit, of: /./ };
    const entry = homes.get(home.title) ?? { rule: home, members: [] };
    entry.members.push([id, one]);
    homes.set(home.title, entry);
  }
  const ruled = RULES.flatMap((rule) => homes.get(rule.title) ?? []);
  const others = [...homes.values()].filter(({ rule }) => !RULES.includes(rule)).slice(0, MOST_OTHER_PANELS);
  return [...ruled, ...others].map(({ rule, members }) => panelOf(rule, members, services));
}

/** What a series is found by: `name{label=value,…}`, labels in order of their names. */
export function seriesId({ name, labels }: Pick<TimelineSeries, 'name' | 'labels'>): string {
  const parts = Object.keys(labels)
    .sort()
    .map((label) => `${label}=${labels[label]}`);
  return parts.length === 0 ? name : `${name}{${parts.join(',')}}`;
}

function fitsService(rule: Rule, { labels }: TimelineSeries): boolean {
  return rule.byService !== true || labels['service'] !== undefined;
}

function panelOf(rule: Rule, members: readonly [string, TimelineSeries][], services: readonly string[]): Panel {
  const severalNames = new Set(members.map(([, one]) => one.name)).size > 1;
  const place = ([, { labels }]: [string, TimelineSeries]): number => services.indexOf(labels['service'] ?? '');
  const inOrder = [...members].sort((a, b) => place(a) - place(b));
  const keys = inOrder.slice(0, MOST_KEYS).map(([id, one], at): PanelKey => {
    const service = one.labels['service'];
    const state = one.name.endsWith('not_ready')
      ? 'down'
      : (one.labels['state'] ?? (Object.keys(one.labels).length === 0 ? one.name.split('_').at(-1)! : ''));
    const own = Object.entries(one.labels).filter(([label]) => label !== 'service');
    const suffix = own.map(([label, value]) => (label === 'quantile' ? percentile(value) : value)).join(' ');
    const rest =
      severalNames && (service !== undefined || suffix === '') ? lastWord(one, rule, service !== undefined) : '';
    const label = [service, suffix, rest].filter((word) => word !== undefined && word !== '').join(' ');
    return {
      id,
      label: label === '' || members.length === 1 ? '' : label,
      ...(service !== undefined && { service }),
      colour: service !== undefined ? Math.max(0, services.indexOf(service)) % 8 : (STATE_COLOURS[state] ?? at % 8),
      thin: rule.main !== undefined && !rule.main.test(id),
    };
  });
  return { title: rule.title, unit: rule.unit, steps: rule.steps ?? false, keys };
}

/**
 * What tells series of one panel apart: `ready` of baton_service_replicas_ready; where there is no service, the title
 * without what the panel's title says already.
 */
function lastWord({ name, title }: TimelineSeries, rule: Rule, ofService: boolean): string {
  if (!ofService) return title.startsWith(`${rule.title} `) ? title.slice(rule.title.length + 1) : title;
  const words = name
    .split('_')
    .filter((word) => !/^(baton|service|per|second|seconds|share|replicas|latency|requests)$/.test(word));
  return words.join(' ');
}

function percentile(quantile: string): string {
  const percent = Number(quantile) * 100;
  return Number.isFinite(percent) ? `p${Number(percent.toFixed(2))}` : quantile;
}
