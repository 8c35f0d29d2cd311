import type { Comparison, RunRecord } from '../../experiment/comparison.ts';
import { escapeHtml, proseHtml } from '../escape.ts';
import { countOf, fixed, formatBytes } from '../format.ts';
import { policyLabel } from './policy-mark.ts';

/** What was compared, what was left out, and how to do it again. */
export function endMatter(comparison: Comparison): string {
  return `<section><h3>What was compared</h3>${policies(comparison)}${inputs(comparison)}</section>
<section><h3>How to reproduce</h3><p class="how">The same command gives the same fingerprints on any machine; a fingerprint covers everything that happened in a run.</p>
<pre>${escapeHtml(comparison.command)}</pre>${origins(comparison)}${fingerprints(comparison)}</section>`;
}

/** Failed and missing runs, loudly, at the top; nothing when all finished. */
export function unfinishedRuns(runs: readonly RunRecord[]): string {
  const failed = runs.filter((run) => run.status === 'failed');
  const missing = runs.filter((run) => run.status === 'missing');
  if (failed.length + missing.length === 0) return '';
  const parts = [
    failed.length > 0 ? `${countOf(failed.length, 'run')} failed` : '',
    missing.length > 0 ? `${countOf(missing.length, 'run')} ${missing.length === 1 ? 'is' : 'are'} missing` : '',
  ].filter((part) => part !== '');
  const list = [...failed, ...missing].map(
    (run) =>
      `<li>${escapeHtml(`${run.policy}, ${run.workload} on ${run.cluster}, seed ${run.seed}: ${run.status === 'failed' ? (run.error ?? 'no reason given') : 'not run'}`)}</li>`,
  );
  return `<div class="alarm"><b>${proseHtml(parts.join(', '))}</b> of ${fixed(runs.length, 0)}. Policies are compared on the seeds that all of them finished.<details${list.length <= 5 ? ' open' : ''}><summary>Which and why</summary><ul class="plain">${list.join('')}</ul></details></div>`;
}

function policies(comparison: Comparison): string {
  const rows = comparison.policies.map(
    (policy) =>
      `<tr><th scope="row">${policyLabel(comparison, policy.name)}</th><td>${policy.fullName === undefined || policy.fullName === policy.name ? '' : `<code>${escapeHtml(policy.fullName)}</code><br>`}${proseHtml(policy.summary)}</td><td class="soft">${escapeHtml(policy.file ?? policy.source)}</td></tr>`,
  );
  return `<div class="scroll"><table><thead><tr><th>Policy</th><th>What it does</th><th>Source</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function inputs(comparison: Comparison): string {
  const clusters = comparison.clusters.map(
    (cluster) =>
      `<tr><th scope="row">${escapeHtml(cluster.name)}</th><td class="soft">cluster</td><td>${proseHtml(
        [
          cluster.description,
          // Nodes that stand in manifests are known to the runs alone.
          ...(cluster.nodes === 0
            ? []
            : [
                countOf(cluster.nodes, 'node'),
                `${fixed(cluster.totals.cpuMilli / 1000, 0)} cores`,
                formatBytes(cluster.totals.memBytes),
              ]),
          cluster.totals.gpuCount > 0 ? countOf(cluster.totals.gpuCount, 'GPU') : undefined,
        ]
          .filter((part) => part !== undefined && part !== '')
          .join(' · '),
      )}</td></tr>`,
  );
  const workloads = comparison.workloads.map((workload) => {
    const facts = Object.entries(workload.statistics).map(
      ([title, value]) =>
        `${title} ${typeof value === 'number' ? fixed(value, Number.isInteger(value) ? 0 : 3) : value}`,
    );
    const drops = workload.drops.map((drop) => `<li>${proseHtml(drop)}</li>`).join('');
    const left =
      drops === ''
        ? ''
        : `<details open><summary>How it was read and what was left out</summary><ul class="plain">${drops}</ul></details>`;
    return `<tr><th scope="row">${escapeHtml(workload.name)}</th><td class="soft">workload</td><td>${proseHtml([workload.description ?? '', ...facts].filter((part) => part !== '').join(' · '))}${left}</td></tr>`;
  });
  return `<div class="scroll" style="margin-top:28px"><table><thead><tr><th>Input</th><th>Kind</th><th>What is in it</th></tr></thead><tbody>${clusters.join('\n')}${workloads.join('\n')}</tbody></table></div>`;
}

function origins(comparison: Comparison): string {
  const entries = [
    ['Baton', comparison.batonVersion],
    ['Node', comparison.nodeVersion],
    ['seeds', comparison.seeds.join(', ')],
    ...Object.entries(comparison.startedFrom),
  ];
  return `<p class="how" style="margin-top:12px">${entries.map(([title, value]) => `${escapeHtml(title)} <code>${escapeHtml(value)}</code>`).join(' · ')}</p>`;
}

function fingerprints(comparison: Comparison): string {
  const finished = comparison.runs.filter((run) => run.result);
  if (finished.length === 0) return '';
  const rows = finished.map(
    (run) =>
      `<tr><td>${escapeHtml(run.workload)}</td><td>${escapeHtml(run.cluster)}</td><td>${escapeHtml(run.policy)}</td><td class="n">${escapeHtml(String(run.seed))}</td><td><code>${escapeHtml(run.result!.fingerprint)}</code></td></tr>`,
  );
  return `<details${finished.length <= 12 ? ' open' : ''}><summary>Fingerprints of ${countOf(finished.length, 'run')}</summary><div class="scroll"><table><thead><tr><th>Workload</th><th>Cluster</th><th>Policy</th><th class="n">Seed</th><th>Fingerprint</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div></details>`;
}
