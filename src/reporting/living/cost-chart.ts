import type { LivingResult } from '../../sim/monitoring/living-result.ts';
import type { ChartData } from '../chart-data.ts';
import type { Spec } from '../html/chart-specs.ts';

/** What each policy's bill is made of, mean over seeds: rows of a chart, and the parts in the order of their drawing. */
export interface CostParts {
  readonly parts: readonly string[];
  readonly data: ChartData;
}

/** By service, then what is nobody's: capacity that no pod requested, and the rest (system, traffic between zones). */
export function costByService(runs: ReadonlyMap<string, readonly LivingResult[]>): CostParts {
  return costParts(runs, ({ cost }) => {
    const services = Object.values(cost.byService).reduce((sum, usd) => sum + usd, 0);
    const rest = cost.totalUsd - cost.idleUsd - services;
    return { ...cost.byService, idle: cost.idleUsd, ...(rest > 0.005 * cost.totalUsd && { other: rest }) };
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
  const last = ['idle', 'other'].filter((one) => parts.has(one));
  const ordered = [...[...parts].filter((one) => !last.includes(one)), ...last];
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

/** A stacked bar a policy. */
export function costSpec(policies: readonly string[], parts: readonly string[]): Spec {
  // Places in the palette are filled up so that idle capacity comes to be grey; the legend shows only real parts.
  const named = parts.filter((one) => one !== 'idle' && one !== 'other');
  const filler = Array.from({ length: Math.max(0, GREY - named.length) }, (_, k) => ` ${k}`);
  const domain = [...named, ...filler, ...parts.filter((one) => one === 'idle' || one === 'other')];
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: null,
    width: 'container',
    height: 60 + 30 * policies.length,
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
        legend: { title: null, orient: 'bottom', columns: 4, values: parts, symbolType: 'square', labelLimit: 130 },
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
