import type { Cell, Comparison } from '../../experiment/comparison.ts';
import { metricByName } from '../../sim/metric-catalogue.ts';
import { escapeHtml } from '../escape.ts';
import { formatLike } from '../format.ts';
import { policyLabel } from './policy-mark.ts';

/** One or two metrics of every kind, as many as fit side by side. */
const PROFILE = [
  'sloViolatedMinutes',
  'errorBudgetUsed',
  'goodShare',
  'p99LatencyMs',
  'timeToRecoverS',
  'costUsd',
  'idleCostUsd',
  'evictions',
  'carbonKg',
  'placedShare',
  'meanWaitS',
  'meanBoundedSlowdown',
  'p99BoundedSlowdown',
  'makespanS',
  'gpuAllocatedShare',
  'gpuPeakShare',
  'cpuAllocatedShare',
  'fragmentation',
  'nodeHours',
  'nodesUsedPeak',
  'jainFairness',
  'worstUserSlowdown',
];
const MOST_COLUMNS = 9;

/** Of Kubernetes clusters, where most pods serve for ever and are to be there: how they wait, not how long they take. */
const OF_PODS_THAT_STAY = ['pendingAtEnd', 'replicaDeficitS', 'meanWaitS', 'maxWaitS', 'meanReadyS'];
const OF_PODS_THAT_END = /slowdown|makespan/i;

/** The metrics of the profile for which this holds, as many as fit. */
export function profileMetrics(cells: readonly Cell[], holds: (name: string) => boolean): string[] {
  const isKubernetes = cells.every((cell) => cell.metrics['meanReadyS'] !== undefined);
  const names = isKubernetes
    ? [...new Set(PROFILE.flatMap((name) => (name === 'placedShare' ? OF_PODS_THAT_STAY : name)))].filter(
        (name) => !OF_PODS_THAT_END.test(name),
      )
    : PROFILE;
  return names.filter(holds).slice(0, MOST_COLUMNS);
}

/** Every policy against the metrics of the profile: shaded the further it is behind the best, green where it is best. */
export function profileMatrix(comparison: Comparison, cell: Cell): string {
  const columns = profileMetrics([cell], (name) => differs(cell, name));
  if (columns.length < 2) return '';
  const head = columns.map((name) => {
    const { title, meaning } = metricByName.get(name)!;
    return `<th class="n" title="${escapeHtml(meaning)}">${escapeHtml(title)}</th>`;
  });
  const formats = new Map(
    columns.map((name) => [
      name,
      formatLike(
        cell.metrics[name].policies.map((one) => one.mean),
        metricByName.get(name)!.unit,
        3,
      ),
    ]),
  );
  const rows = cell.policies.map((policy) => {
    const cells = columns.map((name) => {
      const { best, policies } = cell.metrics[name];
      const own = policies.find((one) => one.policy === policy);
      if (!own) return '<td class="n faint">–</td>';
      const text = escapeHtml(formats.get(name)!(own.mean));
      if (best === undefined) return `<td class="n">${text}</td>`;
      const top = own.verdict !== 'worse' && own.verdict !== 'one seed';
      return top
        ? `<td class="n top">${text}</td>`
        : `<td class="n shade" style="--s:${Math.round(behind(own.toBest!.mean, policies[0].mean, name))}">${text}</td>`;
    });
    return `<tr><th scope="row">${policyLabel(comparison, policy)}</th>${cells.join('')}</tr>`;
  });
  return `<h3>All sides at once</h3><p class="how">Green: best, or not to be told from the best. The redder, the further behind it; fully red from half as bad again. Policies in the order in which they were asked for.</p>
<div class="scroll"><table class="matrix"><thead><tr><th>Policy</th>${head.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function differs(cell: Cell, name: string): boolean {
  const policies = cell.metrics[name]?.policies ?? [];
  return policies.some((one) => one.mean !== policies[0].mean);
}

/** 4 to 45: per cent of red; the whole scale is used up at 50 % (or 12 points of a share) behind. */
function behind(difference: number, best: number, name: string): number {
  const share = metricByName.get(name)!.unit === 'share';
  const size = share ? Math.abs(difference) / 0.12 : Math.abs(difference) / (0.5 * Math.abs(best) || 1);
  return 4 + 41 * Math.min(1, size);
}
