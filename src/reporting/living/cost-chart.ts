import type { LivingResult } from '../../sim/monitoring/living-result.ts';
import type { ChartData } from '../chart-data.ts';
import type { Spec } from '../html/chart-specs.ts';

/** What each policy's bill is made of, mean over seeds: rows of a chart, and the parts in the order of their drawing. */
export interface CostParts {
  readonly parts: readonly string[];
  readonly data: ChartData;
}

/** So many services are parts of their own; what the cheaper ones cost is one part. */
const MOST_SERVICES = 7;

const OTHERS = ' others';
const isOthers = (part: string): boolean => /^\d+ others$/.test(part);

/** By service, then what is nobody's: capacity that no pod requested, and the rest (system, traffic between zones). */
export function costByService(runs: ReadonlyMap<string, readonly LivingResult[]>): CostParts {
  const totals = new Map<string, number>();
  for (const { cost } of [...runs.values()].flat())
    for (const [name, usd] of Object.entries(cost.byService)) totals.set(name, (totals.get(name) ?? 0) + usd);
  const dearest = [...totals].filter(([, usd]) => usd > 0).sort(([, a], [, b]) => b - a);
  const own = new Set(
    (dearest.length <= MOST_SERVICES ? dearest : dearest.slice(0, MOST_SERVICES - 1)).map(([name]) => name),
  );
  const others = `${dearest.length - own.size}${OTHERS}`;
  return costParts(runs, ({ cost }) => {
    const named: Record<string, number> = {};
    for (const [name, usd] of Object.entries(cost.byService)) {
      const part = own.has(name) || usd === 0 ? name : others;
      named[part] = (named[part] ?? 0) + usd;
    }
    const services = Object.values(cost.byService).reduce((sum, usd) => sum + usd, 0);
    const rest = cost.totalUsd - cost.idleUsd - services;
    return { ...named, idle: cost.idleUsd, ...(rest > 0.005 * cost.totalUsd && { other: rest }) };
  });
}

/** By group of nodes. */
export function costByGroup(runs: ReadonlyMap<string, readonly LivingResult[]>): CostParts {
  return costParts(runs, ({ cost }) => cost.byGroup);
}

function costParts(
  runs: ReadonlyMap<string, readonly LivingResult[]>,
  split: (living: LivingResult) => Readonly<Record<string, number>>,
): CostParts {
  const [policy, part, usd]: [string[], string[], number[]] = [[], [], []];
  const parts = new Set<string>();
  for (const [name, all] of runs) {
    const sums = new Map<string, number>();
    for (const living of all)
      for (const [key, value] of Object.entries(split(living)))
        sums.set(key, (sums.get(key) ?? 0) + value / all.length);
    for (const [key, value] of sums) {
      if (value === 0) continue;
      parts.add(key);
      policy.push(name);
      part.push(key);
      usd.push(Number(value.toPrecision(5)));
    }
  }
  const last = [...parts].filter((one) => isOthers(one)).concat(['idle', 'other'].filter((one) => parts.has(one)));
  const sums = new Map<string, number>();
  part.forEach((one, at) => sums.set(one, (sums.get(one) ?? 0) + usd[at]));
  const dearest = [...parts].filter((one) => !last.includes(one)).sort((a, b) => sums.get(b)! - sums.get(a)!);
  const ordered = [...dearest, ...last];
  return {
    parts: ordered,
    data: {
      fields: ['policy', 'part', 'v', 'place'],
      columns: [policy, part, usd, part.map((one) => ordered.indexOf(one))],
    },
  };
}

/** The seventh colour is grey: for what nobody asked for. */
const GREY = 6;

const LEGEND_COLUMNS = 4;

/** Height of the chart in pixels, with the lines of its legend. */
export function costHeightPx(policies: readonly string[], parts: readonly string[]): number {
  return 42 + 30 * policies.length + 18 * Math.ceil(parts.length / LEGEND_COLUMNS);
}

/** A stacked bar a policy. */
export function costSpec(policies: readonly string[], parts: readonly string[]): Spec {
  // Places in the palette are filled up so that idle capacity comes to be grey; the legend shows only real parts.
  const named = parts.filter((one) => one !== 'idle' && one !== 'other');
  const filler = Array.from({ length: Math.max(0, GREY - named.length) }, (_, k) => ` ${k}`);
  const nobodys = parts.filter((one) => one === 'idle' || one === 'other');
  const domain = [
    ...named.slice(0, GREY),
    ...filler,
    ...nobodys.slice(0, 1),
    ...named.slice(GREY),
    ...nobodys.slice(1),
  ];
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: null,
    width: 'container',
    height: costHeightPx(policies, parts),
    autosize: { type: 'fit', contains: 'padding' },
    data: { name: 'rows', values: [] },
    mark: { type: 'bar', height: { band: 0.62 } },
    encoding: {
      y: { field: 'policy', type: 'nominal', title: null, sort: policies, axis: { labelLimit: 150 } },
      x: { field: 'v', type: 'quantitative', title: null, axis: { format: '$,.4~r', tickCount: 5 } },
      color: {
        field: 'part',
        type: 'nominal',
        scale: { domain },
        legend: {
          title: null,
          orient: 'bottom',
          columns: LEGEND_COLUMNS,
          values: parts,
          symbolType: 'square',
          labelLimit: 130,
        },
      },
      order: { field: 'place', type: 'quantitative' },
      tooltip: [
        { field: 'part', title: 'Part' },
        { field: 'policy', title: 'Policy' },
        { field: 'v', type: 'quantitative', title: 'Cost', format: '$,.2f' },
      ],
    },
  };
}
