import type { Comparison } from '../experiment/comparison.ts';
import { answerAll } from './answer.ts';
import type { ChartData } from './chart-data.ts';
import { escapeHtml, escapeJson, escapeScript, proseHtml } from './escape.ts';
import { countOf, fixed, listOf } from './format.ts';
import { cellSection } from './html/cell-section.ts';
import { chartsOf } from './html/charts.ts';
import type { Spec } from './html/chart-specs.ts';
import { CLIENT } from './html/client.ts';
import { endMatter, unfinishedRuns } from './html/end-matter.ts';
import { chartTheme } from './html/palette.ts';
import { policyLabel } from './html/policy-mark.ts';
import { STYLE } from './html/style.ts';
import { livingCharts } from './living/living-charts.ts';
import { LIVING_STYLE } from './living/living-style.ts';
import { TIMELINE_CLIENT } from './living/timeline-client.ts';
import { SERVICES_SHOWN, timelineData, timelinePage, timelineSection } from './living/timeline-section.ts';

/** What the caller brings, so that this module touches no file and loads no library before it is needed. */
export interface HtmlReportOptions {
  /** The text of vega's `vega.min.js`; it is written into the page. */
  readonly vegaScript: string;
  /** Vega-Lite to Vega: `(spec) => compile(spec).spec` of the package vega-lite. */
  readonly compile: (spec: Spec) => object;
  /** Judge by this metric; default see `primaryMetric`. */
  readonly metric?: string | undefined;
}

/** No request leaves the page: everything is in it. Vega compiles its expressions, hence 'unsafe-eval'. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:";

/**
 * The comparison as one self-contained HTML page: the answer first, then ranking, profile, curves, distributions, heat
 * maps, bounds, fairness, work, and how to repeat it. Words and tables are plain HTML and need no script; charts are
 * drawn by the inlined Vega when they come into view, so that the page opens at once however many there are.
 */
export function htmlReport(comparison: Comparison, options: HtmlReportOptions): string {
  const { headline, cells: answers } = answerAll(comparison, options.metric);
  const specs: object[] = [];
  const specPlace = new Map<string, number>();
  const charts: { spec: number; data: unknown; renderer: string; focus: boolean }[] = [];
  const placeOfSpec = (spec: Spec): number => {
    const key = JSON.stringify(spec);
    let place = specPlace.get(key);
    if (place === undefined) {
      place = specs.length;
      specPlace.set(key, place);
      specs.push(withoutSchema(options.compile(spec)));
    }
    return place;
  };
  const timelines: object[] = [];
  const sections = comparison.cells.map((cell, at) => {
    const own = [...livingCharts(comparison, cell), ...chartsOf(comparison, cell)];
    const first = charts.length;
    for (const chart of own) {
      const focus = chart.group !== 'heat' && chart.group !== 'cost';
      charts.push({ spec: placeOfSpec(chart.spec), data: packed(chart.data), renderer: chart.renderer, focus });
    }
    const timeline = timelinePage(comparison, cell);
    const section = timeline === undefined ? '' : timelineSection(timeline, timelines.length);
    if (timeline) timelines.push(timelineData(timeline, placeOfSpec));
    return cellSection(comparison, cell, answers[at], own, first, section);
  });
  const page = {
    policies: comparison.policies.map((policy) => policy.name),
    themes: { light: chartTheme('light'), dark: chartTheme('dark') },
    specs,
    charts,
  };
  const caveats = answers.length === 1 ? answers[0].caveats : [];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Baton ${escapeHtml(comparison.batonVersion)}">
<title>${escapeHtml(comparison.title)}</title>
<style>${STYLE}${timelines.length === 0 ? '' : LIVING_STYLE}</style>
</head>
<body>
<header>
<p class="eyebrow">Baton · ${timelines.length === 0 ? 'scheduling policies' : 'policies of a living cluster'} compared</p>
<h1>${escapeHtml(comparison.title)}</h1>
<p class="answer">${proseHtml(headline)}</p>
${caveats.map((caveat) => `<p class="caveat">${proseHtml(caveat)}</p>`).join('\n')}
${unfinishedRuns(comparison.runs)}
${keyFacts(comparison)}
</header>
<main>
${overview(comparison, answers)}
${sections.join('\n')}
${endMatter(comparison)}
</main>
<footer>Made by Baton ${escapeHtml(comparison.batonVersion)}. This page is complete in itself and asks no network. <noscript>Charts need JavaScript; everything else is here without it.</noscript></footer>
${charts.length === 0 ? '' : `<script type="application/json" id="baton-charts">${escapeJson(page)}</script>\n<script>${escapeScript(options.vegaScript)}</script>\n<script>${escapeScript(CLIENT)}</script>`}${timelines.length === 0 ? '' : timelineScripts(timelines)}
</body>
</html>
`;
}

/** The timelines' data and program, with the specifications that they share with all other charts of the page. */
function timelineScripts(timelines: readonly object[]): string {
  return `\n<script type="application/json" id="baton-timelines">${escapeJson({ servicesShown: SERVICES_SHOWN, timelines })}</script>\n<script>${escapeScript(TIMELINE_CLIENT)}</script>`;
}

function keyFacts(comparison: Comparison): string {
  const finished = comparison.runs.filter((run) => run.status === 'finished').length;
  const nodes = comparison.clusters.map((cluster) => cluster.nodes);
  const requests = comparison.runs.reduce((sum, run) => sum + (run.result?.metrics['requestsOffered'] ?? 0), 0);
  const facts: [string, string][] = [
    ['Policies', String(comparison.policies.length)],
    ['Seeds', String(comparison.seeds.length)],
    [
      'Workloads',
      comparison.workloads.length === 1 ? comparison.workloads[0].name : String(comparison.workloads.length),
    ],
    [
      'Nodes',
      nodes.length === 1 ? fixed(nodes[0], 0) : `${fixed(Math.min(...nodes), 0)}–${fixed(Math.max(...nodes), 0)}`,
    ],
    [
      'Pods simulated',
      fixed(
        comparison.runs.reduce((sum, run) => sum + (run.result?.counts.arrived ?? 0), 0),
        0,
      ),
    ],
    ...(requests > 0
      ? [['Requests simulated', `${fixed(requests / 1e6, requests < 1e7 ? 1 : 0)} M`] as [string, string]]
      : []),
    [
      'Runs finished',
      finished === comparison.runs.length
        ? fixed(finished, 0)
        : `${fixed(finished, 0)} of ${fixed(comparison.runs.length, 0)}`,
    ],
  ];
  return `<dl class="facts">${facts.map(([title, value]) => `<div><dt>${title}</dt><dd>${escapeHtml(value)}</dd></div>`).join('')}</dl>`;
}

/** With several workloads or clusters: one line for each, before the details. */
function overview(comparison: Comparison, answers: readonly ReturnType<typeof answerAll>['cells'][number][]): string {
  if (comparison.cells.length < 2) return '';
  const rows = comparison.cells.map((cell, at) => {
    const answer = answers[at];
    const best = answer.best === undefined ? '–' : policyLabel(comparison, answer.best);
    return `<tr><th scope="row"><a href="#cell-${at}">${escapeHtml(cell.workload)}</a></th><td>${escapeHtml(cell.cluster)}</td><td>${best}</td><td class="soft">${escapeHtml(answer.ties.length === 0 ? '–' : listOf(answer.ties))}</td><td class="soft">${escapeHtml(answer.metric?.title ?? '–')}</td><td class="n">${countOf(cell.seeds.length, 'seed')}</td></tr>`;
  });
  return `<section><h3>Overview</h3><div class="scroll"><table><thead><tr><th>Workload</th><th>Cluster</th><th>Best</th><th>Not to be told from it</th><th>Judged by</th><th class="n">On</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div></section>`;
}

/** Words that repeat are written once and referred to by number. */
function packed(data: ChartData): { fields: readonly string[]; columns: unknown[] } {
  const columns = data.columns.map((column) => {
    if (!column.some((value) => typeof value === 'string')) return column;
    const words = [...new Set(column)];
    const place = new Map(words.map((word, at) => [word, at]));
    return { words, at: column.map((word) => place.get(word)!) };
  });
  return { fields: data.fields, columns };
}

/** The address of the schema is for editors; a page that asks no network should not name one. */
function withoutSchema(spec: object): object {
  const { $schema: _, ...rest } = spec as { $schema?: string };
  return rest;
}
