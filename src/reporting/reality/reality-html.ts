import { escapeHtml, escapeJson, escapeScript, proseHtml } from '../escape.ts';
import { countOf, fixed } from '../format.ts';
import type { Spec } from '../html/chart-specs.ts';
import { CLIENT } from '../html/client.ts';
import { packed, withoutSchema } from '../html/page-charts.ts';
import { chartTheme } from '../html/palette.ts';
import { STYLE } from '../html/style.ts';
import type { HtmlReportOptions } from '../report-html.ts';
import { realityAnswer } from './reality-answer.ts';
import { linesLeftOut, type RealityChart, realityCharts } from './reality-charts.ts';
import type { RealityCheck } from './reality-check.ts';
import { clock, milliseconds, scaleText } from './reality-numbers.ts';
import { REALITY_STYLE } from './reality-style.ts';
import {
  checkpointTable,
  decisionTable,
  engineTable,
  factsOf,
  readyTable,
  recoveryTable,
  serviceTable,
  startTable,
  type TextTable,
  useTable,
} from './reality-tables.ts';

export type RealityHtmlOptions = Pick<HtmlReportOptions, 'vegaScript' | 'compile'> & {
  readonly batonVersion: string;
  /** The command that makes it again. */
  readonly command?: string | undefined;
};

/** No request leaves the page: everything is in it. Vega compiles its expressions, hence 'unsafe-eval'. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:";

/** A reality check as one self-contained HTML page: the answer first, plots before tables, light and dark. */
export function realityHtml(
  check: RealityCheck,
  { vegaScript, compile, batonVersion, command }: RealityHtmlOptions,
): string {
  const answer = realityAnswer(check);
  const charts = realityCharts(check);
  const specs: object[] = [];
  const places = new Map<string, number>();
  const placeOf = (spec: Spec): number => {
    const key = JSON.stringify(spec);
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, specs.length);
    return specs.push(withoutSchema(compile(spec))) - 1;
  };
  const page = {
    policies: [],
    themes: { light: chartTheme('light'), dark: chartTheme('dark') },
    charts: charts.map(({ spec, data }) => ({
      spec: placeOf(spec),
      data: packed(data),
      renderer: 'svg',
      focus: false,
    })),
    specs,
  };
  const part = (wanted: RealityChart['section']): string => figures(charts, wanted);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Baton ${escapeHtml(batonVersion)}">
<title>${escapeHtml(check.title)}, replayed</title>
<style>${STYLE}${REALITY_STYLE}</style>
</head>
<body>
<header>
<p class="eyebrow">Baton · a simulated run, replayed on real containers</p>
<p class="title">${escapeHtml(check.title)} · ${escapeHtml(check.policy)}</p>
<h1>${proseHtml(answer.headline)}</h1>
${answer.details.map((text) => `<p class="details">${proseHtml(text)}</p>`).join('\n')}
${alarm(answer.caveats)}
${keyFacts(check)}
</header>
<main>
<section>
${part('ready') === '' ? '' : `<p class="key"><span>${swatch('predicted')}predicted by the simulation</span><span>${swatch('measured')}measured on the engine</span></p>`}
${section('Ready pods', 'Booted, not told to end, not ended, not hanging: as both sides know it. Readiness that only a probe takes away is left out on both.', part('ready') + leftOut(check, 'ready'), htmlTable(readyTable(check), 'How near the two are, in numbers'))}
${section('Starting and stopping', `A start counts from the order to the engine until the pod answers that it is ready; a stop from the order to the end of the process. What was there when the run began is left out. Real time; times ${escapeHtml(String(check.speed))} it is simulated time.`, part('starts'), htmlTable(startTable(check.starts, check.speed), 'Starts') + htmlTable(startTable(check.stops, check.speed), 'Stops'))}
${section('Time to recover', 'From what befell a workload until as many of its pods were ready as before, or as many as were still wanted.', part('recoveries'), htmlTable(recoveryTable(check), 'One by one', true))}
${section('Requests', 'Latencies are simulated time on both sides: what was measured is multiplied by the speed. The interval is that of the measured mean, by batch means.', part('requests') + leftOut(check, 'requests'), htmlTable(serviceTable(check), 'Services', true) + failures(check))}
${section('CPU and memory', 'Measured by the engine and divided by the scale, so that both sides are in the size of the scenario. A workload is told by one of its pods, a node by the sum of them.', part('use') + leftOut(check, 'use'), htmlTable(useTable(check.use), 'Means over the run'))}
${section('Was it on time?', lateWords(check), part('time'), htmlTable(decisionTable(check), 'Decisions by what they ask', true) + examples(check) + checkpointStrip(check))}
${troubles(check)}
${notes(check)}
</section>
<section><h3>Engines, scale and origin</h3><p class="how">Numbers of two replays can be compared where these are the same.</p>
${htmlTable(engineTable(check), '', true)}
<dl class="origin">${factsOf(check)
    .map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`)
    .join('')}</dl>
${command === undefined ? '' : `<pre>${escapeHtml(command)}</pre>`}</section>
</main>
<footer>Made by Baton ${escapeHtml(batonVersion)}. This page is complete in itself and asks no network. <noscript>Charts need JavaScript; everything else is here without it.</noscript></footer>
${charts.length === 0 ? '' : `<script type="application/json" id="baton-charts">${escapeJson(page)}</script>\n<script>${escapeScript(vegaScript)}</script>\n<script>${escapeScript(CLIENT)}</script>`}
</body>
</html>
`;
}

function keyFacts(check: RealityCheck): string {
  const versions = [...new Set(check.engines.map(({ version }) => version))].join(', ');
  const facts: [string, string][] = [
    [check.engines.length === 1 ? 'Engine' : `Engines (${check.engines.length})`, `Docker ${versions}`],
    ['Speed', `${check.speed}×`],
    ['CPU', scaleText(check.scaleCpu)],
    ['Memory', scaleText(check.scaleMem)],
    ['Pods', fixed(check.pods, 0)],
    ['Nodes', fixed(check.nodes, 0)],
    ['Simulated', clock(check.durationUs / 1e6)],
    ['Replayed in', milliseconds(check.wallMs)],
    ['Seed', String(check.seed)],
    ['Fingerprint', check.fingerprint.slice(0, 16)],
    ...(check.calibratedWith === undefined ? [] : [['Calibrated', 'yes'] as [string, string]]),
  ];
  return `<dl class="facts">${facts.map(([title, value]) => `<div><dt>${escapeHtml(title)}</dt><dd>${escapeHtml(value)}</dd></div>`).join('')}</dl>`;
}

function alarm(caveats: readonly string[]): string {
  if (caveats.length === 0) return '';
  return `<div class="alarm">${caveats.map((text) => `<p>${proseHtml(text)}</p>`).join('')}</div>`;
}

/** Empty where there is neither a chart nor a table. */
function section(title: string, how: string, charts: string, tables: string): string {
  if (charts === '' && tables === '') return '';
  return `<h3>${escapeHtml(title)}</h3><p class="how">${proseHtml(how)}</p>${charts}${tables}`;
}

function figures(charts: readonly RealityChart[], wanted: RealityChart['section']): string {
  const own = charts.flatMap((chart, at) => (chart.section === wanted ? [{ chart, at }] : []));
  if (own.length === 0) return '';
  const html = own.map(({ chart: { title, note, heightPx }, at }) => {
    const small = note === '' ? '' : `<small>${escapeHtml(note)}</small>`;
    return `<figure${own.length === 1 ? ' class="one"' : ''}><figcaption>${escapeHtml(title)}${small}</figcaption><div class="chart" role="img" aria-label="${escapeHtml(`Chart: ${title}. ${note}`)}" data-chart="${at}" style="--h:${heightPx}px"></div></figure>`;
  });
  const three = wanted === 'requests' || wanted === 'use' ? ' three' : '';
  return `<div class="charts${three}">${html.join('\n')}</div>`;
}

function leftOut(check: RealityCheck, wanted: RealityChart['section']): string {
  const count = linesLeftOut(check, wanted);
  return count === 0 ? '' : `<p class="soft">${countOf(count, 'further line')} in lines.csv.</p>`;
}

/** A table behind a summary, open where it is short or matters; nothing without rows. */
function htmlTable({ columns, numeric, rows }: TextTable, summary: string, isOpen = false): string {
  if (rows.length === 0) return '';
  const cell = (text: string, k: number): string =>
    k === 0
      ? `<th scope="row">${escapeHtml(text)}</th>`
      : `<td${numeric[k] ? ' class="n"' : ''}>${numeric[k] ? escapeHtml(text) : proseHtml(text)}</td>`;
  const head = columns.map((column, k) => `<th${numeric[k] ? ' class="n"' : ''}>${escapeHtml(column)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
  const html = `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
  if (summary === '') return html;
  return `<details${isOpen || rows.length <= 12 ? ' open' : ''}><summary>${escapeHtml(summary)}</summary>${html}</details>`;
}

function failures({ services }: RealityCheck): string {
  const items = services.flatMap(({ service, predictedFailedBy, measuredFailedBy }) => {
    const list = (by: Readonly<Record<string, number>>): string =>
      Object.entries(by)
        .filter(([, count]) => count > 0)
        .map(([name, count]) => `${fixed(count, 0)} ${name}`)
        .join(', ') || 'none';
    const [predicted, measured] = [list(predictedFailedBy), list(measuredFailedBy)];
    return predicted === 'none' && measured === 'none'
      ? []
      : [
          `<li>${escapeHtml(service)} failed: predicted ${escapeHtml(predicted)}; measured ${escapeHtml(measured)}</li>`,
        ];
  });
  return items.length === 0 ? '' : `<ul class="plain">${items.join('')}</ul>`;
}

function lateWords({ lateness, heldMs, wallMs }: RealityCheck): string {
  const { begunMs, doneMs, growthMs } = lateness;
  if (begunMs === undefined || doneMs === undefined) return 'No decision was carried out.';
  const growth =
    growthMs === undefined
      ? ''
      : Math.abs(growthMs) < Math.max(5, 0.5 * begunMs.median)
        ? ' It did not grow over the run.'
        : ` It ${growthMs > 0 ? 'grew' : 'fell'} by ${milliseconds(Math.abs(growthMs))} from the first to the last third of the run.`;
  const held =
    heldMs === 0
      ? 'The clock was never held.'
      : `The clock was held for ${milliseconds(heldMs)} of ${milliseconds(wallMs)}.`;
  return `Decisions were begun ${milliseconds(begunMs.median)} after their time in the median, ${milliseconds(begunMs.p99)} at the 99th percentile, and done after ${milliseconds(doneMs.median)} and ${milliseconds(doneMs.p99)}.${growth} ${held}`;
}

function examples({ decisions }: RealityCheck): string {
  if (decisions.examples.length === 0) return '';
  const items = decisions.examples.map(
    ({ atS, kind, about, why }) => `<li>${clock(atS)} ${escapeHtml(`${kind} ${about}: ${why}`)}</li>`,
  );
  return `<details open><summary>Not carried out</summary><ul class="plain">${items.join('')}</ul></details>`;
}

function checkpointStrip(check: RealityCheck): string {
  if (check.checkpoints.length === 0) return '';
  const marks = check.checkpoints.map(
    ({ atS, found, expected, differences }) =>
      `<li class="${differences.length === 0 ? 'ok' : 'off'}" title="${escapeHtml(differences.slice(0, 8).join('; ') || 'equal')}"><b>${clock(atS)}</b>${checkpointCell(found, expected, differences.length)}</li>`,
  );
  const { columns, numeric, rows } = checkpointTable(check);
  const different = rows.filter((_, k) => check.checkpoints[k].differences.length > 0);
  return `<h4>Checkpoints</h4><p class="how">Containers found on the engines, against those that should be there, each in its state.</p><ol class="checks">${marks.join('')}</ol>${htmlTable({ columns, numeric, rows: different }, 'Where they differed', true)}`;
}

function checkpointCell(found: number, expected: number, different: number): string {
  if (found !== expected) return `${fixed(found, 0)} of ${fixed(expected, 0)}`;
  return different === 0 ? fixed(found, 0) : `${fixed(different, 0)} differ${different === 1 ? 's' : ''}`;
}

function troubles({ troubles: all }: RealityCheck): string {
  if (all.length === 0) return '';
  const shown = all.slice(0, 100);
  const items = shown.map(({ atS, what }) => `<li><b>${clock(atS)}</b> ${escapeHtml(what)}</li>`);
  const more = all.length > shown.length ? `<p class="soft">and ${all.length - shown.length} more</p>` : '';
  return `<h3>What went wrong on the way</h3><ul class="plain">${items.join('')}</ul>${more}`;
}

function notes({ notes: all }: RealityCheck): string {
  if (all.length === 0) return '';
  return `<h3>What the comparison leaves out</h3><ul class="plain">${all.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul>`;
}

function swatch(side: 'predicted' | 'measured'): string {
  return `<span class="swatch${side === 'predicted' ? ' d1' : ''}" style="--c:var(--p${side === 'predicted' ? 0 : 1})"></span>`;
}
