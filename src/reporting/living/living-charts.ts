import type { Cell, Comparison } from '../../experiment/comparison.ts';
import { metricByName } from '../../sim/metric-catalogue.ts';
import { countOf } from '../format.ts';
import type { Chart } from '../html/charts.ts';
import { incidentCharts } from '../incidents/incident-section.ts';
import { availabilityCharts } from './availability-charts.ts';
import { costByGroup, costByService, costHeightPx, costSpec } from './cost-chart.ts';
import { livingRuns } from './living-runs.ts';
import { paretoData, paretoPoints, paretoSpec } from './pareto.ts';
import { timerCharts } from './timers-section.ts';

/** Charts that only a living cluster has: cost against what it buys, and what the cost is made of. */
export function livingCharts(comparison: Comparison, cell: Cell): Chart[] {
  const runs = livingRuns(comparison, cell);
  if (runs.size === 0) return [];
  const domain = comparison.policies.map((policy) => policy.name);
  const seeds = cell.seeds.length > 1 ? `, mean of ${countOf(cell.seeds.length, 'seed')} with 95 % intervals` : '';
  const pareto = (
    [
      ['p99LatencyMs', 'Cost against latency'],
      ['goodShare', 'Cost against availability'],
    ] as const
  ).flatMap(([up, title]): Chart[] => {
    const points = paretoPoints(cell, 'costUsd', up);
    if (points.length < 2) return [];
    const spec = paretoSpec(domain, metricByName.get('costUsd')!, metricByName.get(up)!);
    const front = points.filter((point) => point.front).map((point) => point.policy);
    const note = `On the front: ${front.join(', ')}${seeds}`;
    return [{ group: 'pareto', title, note, spec, data: paretoData(points), renderer: 'svg', heightPx: 260 }];
  });
  const policies = [...runs.keys()];
  const bills = [
    { title: 'Cost by service', note: 'idle: capacity that no pod requested', least: 1, ...costByService(runs) },
    { title: 'Cost by group of nodes', note: '', least: 2, ...costByGroup(runs) },
  ].flatMap(({ title, note, parts, data, least }): Chart[] =>
    parts.length < least
      ? []
      : [
          {
            group: 'cost',
            title,
            note,
            spec: costSpec(policies, parts),
            data,
            renderer: 'svg',
            heightPx: costHeightPx(policies, parts),
          },
        ],
  );
  return [...incidentCharts(comparison, cell), ...pareto, ...bills, ...availabilityCharts(runs), ...timerCharts(runs)];
}
