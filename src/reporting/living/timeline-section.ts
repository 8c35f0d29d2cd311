import type { Cell, Comparison } from '../../experiment/comparison.ts';
import type { LivingResult, TimelineSeries } from '../../sim/monitoring/living-result.ts';
import { runsOfCell } from '../chart-data.ts';
import { escapeHtml } from '../escape.ts';
import type { Spec } from '../html/chart-specs.ts';
import { timeUnit } from '../html/time-unit.ts';
import { laneSpec, overviewSpec, panelSpec } from './timeline-specs.ts';
import { type PolicyTimeline, policyTimeline } from './timeline-data.ts';
import { type Panel, type PanelKey, timelinePanels } from './timeline-panels.ts';

/** What the page's program needs to draw the timeline of one cell. */
export interface TimelinePage {
  /** End of the time axis, in its unit. */
  readonly until: number;
  readonly secondsPerUnit: number;
  readonly firstSeed: string;
  readonly seeds: number;
  readonly policies: readonly (PolicyTimeline & { readonly slot: number })[];
  readonly services: readonly string[];
  readonly lanes: readonly string[];
  readonly panels: readonly {
    readonly title: string;
    readonly unit: Panel['unit'];
    readonly spec: Spec;
    readonly keys: readonly Omit<PanelKey, 'id'>[];
  }[];
  readonly laneSpec: Spec;
  readonly overviewSpec: Spec;
}

const ORDER = ['horizontal', 'vertical', 'nodes', 'deployment'];
const MOST_SERVICES = 24;
/** So many services are shown at first. */
export const SERVICES_SHOWN = 6;

/** The timeline of a cell; undefined when none of its runs is of a living cluster. */
export function timelinePage(comparison: Comparison, cell: Cell): TimelinePage | undefined {
  const runs = [...runsOfCell(comparison, cell)].flatMap(([policy, results]): [string, LivingResult[]][] => {
    const living = results.flatMap((one) => (one.living ? [one.living] : []));
    return living.length === 0 || living[0].timeline.timeUs.length === 0 ? [] : [[policy, living]];
  });
  if (runs.length === 0) return undefined;
  const untilUs = Math.max(...runs.flatMap(([, all]) => all.map((one) => one.timeline.timeUs.at(-1) ?? 1)));
  const time = timeUnit(untilUs / 1e6);
  const services = busiest(runs[0][1][0]);
  const series = runs.flatMap(([, [first]]) =>
    first.timeline.series.filter(
      ({ labels }) => labels['service'] === undefined || services.includes(labels['service']),
    ),
  );
  const panels = timelinePanels(series.filter(hasSomething), services);
  const policies = runs.map(([policy, all]) => ({
    ...policyTimeline(policy, all, panels, { untilUs, usPerUnit: time.seconds * 1e6 }),
    slot: comparison.policies.findIndex((one) => one.name === policy),
  }));
  const lanes = lanesOf(policies);
  return {
    until: untilUs / 1e6 / time.seconds,
    secondsPerUnit: time.seconds,
    firstSeed: String(cell.seeds[0]),
    seeds: cell.seeds.length,
    policies,
    services,
    lanes,
    panels: panels.map((panel, at) => ({
      title: panel.title,
      unit: panel.unit,
      spec: panelSpec(panel, panel.unit === 's' && spansDecades(policies, at)),
      keys: panel.keys.map(({ id: _, ...key }) => key),
    })),
    laneSpec: laneSpec(lanes),
    overviewSpec: overviewSpec(time.title),
  };
}

/** The timeline as the page holds it: with each specification as its number in the page's list. */
export function timelineData(page: TimelinePage, placeOfSpec: (spec: Spec) => number): object {
  return {
    ...page,
    panels: page.panels.map((panel) => ({ ...panel, spec: placeOfSpec(panel.spec) })),
    laneSpec: placeOfSpec(page.laneSpec),
    overviewSpec: placeOfSpec(page.overviewSpec),
  };
}

/** The timeline's place in the page; the page's program fills it. `at`: its number in the page. */
export function timelineSection(page: TimelinePage, at: number): string {
  // The first policy with decisions to look at is shown first.
  const acts = ({ decisions }: PolicyTimeline): boolean => decisions.some(({ by }) => by !== 'scheduler');
  const shown = Math.max(0, page.policies.findIndex(acts));
  const optionsWith = (selected: number): string =>
    page.policies
      .map(
        (one, place) =>
          `<option value="${place}"${place === selected ? ' selected' : ''}>${escapeHtml(one.name)}</option>`,
      )
      .join('');
  const beside =
    page.policies.length > 1
      ? `<label>Beside it <select data-role="beside"><option value="">nothing</option>${optionsWith(-1)}</select></label>`
      : '';
  const which =
    page.seeds > 1
      ? `<label>Runs <select data-role="runs"><option value="first">seed ${escapeHtml(page.firstSeed)}</option><option value="mean">mean of ${page.seeds} seeds, with lowest and highest</option></select></label>`
      : '';
  const chips =
    page.services.length > 1
      ? `<div class="chips" role="group" aria-label="Services">${page.services
          .map(
            (service, place) =>
              `<button type="button" aria-pressed="${place < SERVICES_SHOWN}" data-service="${place}"><i style="--c:var(--p${place % 8})"></i>${escapeHtml(service)}</button>`,
          )
          .join('')}</div>`
      : '';
  // Where pods go is asked for last: it is hidden at first where most of what is decided is that.
  const byScheduler = page.policies.flatMap(({ decisions }) => decisions.map(({ by }) => by === 'scheduler'));
  const isCrowd = byScheduler.filter((one) => one).length > byScheduler.length / 2;
  const hidden = page.lanes.length > 2 && isCrowd ? page.lanes.indexOf('scheduler') : -1;
  const kinds =
    page.lanes.length < 2
      ? ''
      : `<span class="chips" role="group" aria-label="Kinds of marks">${page.lanes
          .map(
            (lane, place) =>
              `<button type="button" aria-pressed="${place !== hidden}" data-kind="${place}">${escapeHtml(lane)} <span class="faint" data-count="${place}"></span></button>`,
          )
          .join('')}</span>`;
  const panels = page.panels.map(
    ({ title }, place) =>
      `<div class="panel"><p class="panel-title"><b>${escapeHtml(title)}</b><span data-readout="${place}"></span></p><div class="plot" data-panel="${place}" role="img" aria-label="${escapeHtml(`${title} over time`)}"></div></div>`,
  );
  return `<h3>Timeline</h3><p class="how">Everything on one time axis. Move over the charts (or the slider) to read values, draw a window in the lowest chart to look closer (double click: all again), click a mark to have the decision explained. Shaded red: something was broken; blue: a deployment was going on.</p>
<div class="timeline" data-timeline="${at}"><div class="controls"><label>Policy <select data-role="policy">${optionsWith(shown)}</select></label>${beside}${which}${chips}</div>
<div class="stage"><div class="panels"><div class="cursor" hidden></div>${panels.join('\n')}
<div class="panel"><p class="panel-title"><b>Decisions and happenings</b>${kinds}<span data-role="marks-note"></span></p><div class="plot" data-role="lanes" role="img" aria-label="Decisions and happenings over time"></div></div>
<div class="panel"><div class="plot" data-role="overview" role="img" aria-label="Window of time"></div></div>
<p class="scrub"><input type="range" min="0" max="1000" value="0" step="1" aria-label="Moment" data-role="scrub"><output data-role="clock"></output></p></div>
<aside class="why" aria-live="polite"><div data-role="why"><p class="soft">Click a mark to see what was observed, how the decision follows from it and what limited it.</p></div>
<p class="find"><input type="search" data-role="search" placeholder="Search decisions and happenings" aria-label="Search decisions and happenings"></p><p class="step"><button type="button" data-role="previous">← earlier</button><button type="button" data-role="next">later →</button></p><ol data-role="list" aria-label="Decisions and happenings in the window"></ol></aside></div></div>`;
}

/** Who decides, those who scale first and the scheduler, who decides most often, last; then what happened. */
function lanesOf(policies: readonly PolicyTimeline[]): string[] {
  const deciders = [...new Set(policies.flatMap((one) => one.decisions.map(({ by }) => by)))];
  const rank = (by: string): number => (ORDER.includes(by) ? ORDER.indexOf(by) : by === 'scheduler' ? 99 : 50);
  return [...deciders.sort((a, b) => rank(a) - rank(b)), 'happenings'];
}

/** What nobody waited in, and zones where there is only one of them, need no line. */
function hasSomething({ name, labels, values }: TimelineSeries, _: number, all: readonly TimelineSeries[]): boolean {
  if (labels['zone'] !== undefined)
    return all.some((one) => one.labels['zone'] !== undefined && one.labels['zone'] !== labels['zone']);
  return values.some((value) => !Number.isNaN(value) && value !== null && (value !== 0 || !QUIET.has(name)));
}

const QUIET = new Set(['baton_pods_pending', 'baton_nodes_not_ready']);

/** Services by requests, most first; those without by the replicas that they missed. */
function busiest(living: LivingResult): string[] {
  return [...living.services]
    .sort((a, b) => b.arrived - a.arrived || b.deficitReplicaS - a.deficitReplicaS)
    .slice(0, MOST_SERVICES)
    .map((one) => one.service);
}

/** Whether a panel's values span more than a factor of 50, so that only a logarithmic axis shows the small ones. */
function spansDecades(policies: readonly PolicyTimeline[], panel: number): boolean {
  let [least, most] = [Infinity, 0];
  for (const { first } of policies)
    for (const line of first.values[panel])
      for (const value of line)
        if (value !== null && value > 0) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return most > 50 * least;
}
