import type { Comparison } from '../experiment/comparison.ts';
import { answerAll } from './answer.ts';
import { escapeHtml, escapeJson, escapeScript, proseHtml } from './escape.ts';
import { fixed } from './format.ts';
import { cellSection } from './html/cell-section.ts';
import { chartsOf } from './html/charts.ts';
import type { Spec } from './html/chart-specs.ts';
import { CLIENT } from './html/client.ts';
import { endMatter, unfinishedRuns } from './html/end-matter.ts';
import { overview } from './html/overview.ts';
import { packed, withoutSchema } from './html/page-charts.ts';
import { chartTheme } from './html/palette.ts';
import { STYLE } from './html/style.ts';
import { livingCharts } from './living/living-charts.ts';
import { LIVING_STYLE } from './living/living-style.ts';
import { TIMELINE_CLIENT } from './living/timeline-client.ts';
import { SERVICES_SHOWN, timelineData, timelinePage, timelineSection } from './living/timeline-section.ts';
import { orchestratorSection } from './incidents/orchestrator-section.ts';
import { withShortNames } from './short-names.ts';

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
export function htmlReport(full: Comparison, options: HtmlReportOptions): string {
  const comparison = withShortNames(full);
  const { headline, details, cells: answers } = answerAll(comparison, options.metric);
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
      const focus = !['heat', 'cost', 'timers', 'availability', 'incident'].includes(chart.group);
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
<p class="title">${escapeHtml(comparison.title)}</p>
<h1>${proseHtml(headline)}</h1>
${details === '' ? '' : `<p class="details">${proseHtml(details)}</p>`}
${caveats.map((caveat) => `<p class="caveat">${proseHtml(caveat)}</p>`).join('\n')}
${unfinishedRuns(comparison.runs)}
${keyFacts(comparison)}
</header>
<main>
${overview(comparison, answers)}
${sections.join('\n')}
${orchestratorSection(comparison)}
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
  const nodes = comparison.clusters.map((cluster) => cluster.nodes || nodesOfRun(comparison, cluster.name));
  const requests = comparison.runs.reduce((sum, run) => sum + (run.result?.metrics['requestsOffered'] ?? 0), 0);
  const facts: [string, string][] = [
    ['Policies', String(comparison.policies.length)],
    ['Seeds', String(comparison.seeds.length)],
    [
      'Workloads',
      comparison.workloads.length === 1 ? comparison.workloads[0].name : String(comparison.workloads.length),
    ],
    [
      comparison.runs.some((run) => run.result?.living) ? 'Nodes at the start' : 'Nodes',
      Math.min(...nodes) === Math.max(...nodes)
        ? fixed(nodes[0], 0)
        : `${fixed(Math.min(...nodes), 0)}–${fixed(Math.max(...nodes), 0)}`,
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

/** Nodes at the beginning of the first run on a cluster that only its runs know: the nodes of manifests. */
function nodesOfRun({ runs }: Comparison, cluster: string): number {
  const living = runs.find((run) => run.cluster === cluster && run.result?.living)?.result?.living;
  return living?.timeline.series.find(({ name }) => name === 'baton_nodes_bought')?.values[0] ?? 0;
}
