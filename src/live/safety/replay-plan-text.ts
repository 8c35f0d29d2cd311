import { cpuText } from '../../workloads/quantity-text.ts';
import { countOf, fixed, formatBytes, listOf } from '../../reporting/format.ts';
import type { EnginePlan, ReplayPlanReport } from './replay-plan-report.ts';
import type { SuggestedScale } from './suggest-scale.ts';

/** A plan for the terminal: what would be done, engine by engine, then what speaks against it, and what would fit. */
export function replayPlanText(plan: ReplayPlanReport, suggested?: SuggestedScale): string {
  const { total } = plan;
  const lines = [
    `replay of ${plan.title} (${plan.policy}, seed ${plan.seed}), run ${plan.runId}: nothing has been touched`,
    '',
    ...table([
      ['duration', `${time(plan.durationMs)} (${time(plan.simulatedUs / 1000)} simulated, speed ${plan.speed})`],
      ['steps', fixed(plan.steps, 0)],
      ['containers', `${fixed(total.containersInAll, 0)} in all, at most ${fixed(total.containersAtOnce, 0)} at once`],
      [
        'CPU',
        `at most ${cpuText(total.cpuMilli)} at once${plan.scaleCpu === 1 ? '' : `, ${cpuAsScaled(plan, total.scaledCpuMilli)}`}`,
      ],
      [
        'memory',
        `at most ${formatBytes(total.memBytes)} at once${plan.scaleMem === 1 ? '' : `, ${formatBytes(total.scaledMemBytes)} after scaling by ${plan.scaleMem}`}`,
      ],
      ['busiest second', `${countOf(total.startsPerSecond, 'start')}, ${countOf(total.callsPerSecond, 'call')} in all`],
    ]),
    ...plan.engines.flatMap((engine) => ['', ...engineLines(plan, engine)]),
  ];
  const block = (title: string, sentences: readonly string[]): void => {
    if (sentences.length > 0) lines.push('', title, ...sentences.map((sentence) => `  - ${sentence}`));
  };
  block('not in the replay:', plan.notes);
  block('what engines cannot do:', plan.cannot);
  block('to know:', plan.warnings);
  block('refused, unless --overcommit is given:', plan.refusals);
  block('cannot be done:', plan.impossible);
  if (suggested !== undefined && suggested.flags !== '')
    lines.push('', `${suggested.fits ? 'this would fit' : 'nearest to what fits'}: ${suggested.flags}`);
  return lines.join('\n');
}

function engineLines(plan: ReplayPlanReport, engine: EnginePlan): string[] {
  const { others } = engine;
  return [
    `${engine.name} (${engine.version}): stands for ${countOf(engine.nodes.length, 'node')}${engine.nodes.length === 0 ? '' : `, ${listOf(engine.nodes)}`}`,
    ...table([
      [
        'containers',
        `${fixed(engine.containersInAll, 0)} in all, at most ${fixed(engine.containersAtOnce, 0)} at once`,
      ],
      ['CPU', `${cpuAsScaled(plan, engine.scaledCpuMilli)} of ${cpuText(engine.hasCpuMilli)}`],
      ['memory', `${formatBytes(engine.scaledMemBytes)} of ${formatBytes(engine.hasMemBytes)}`],
      ['networks', `${engine.networks} new, ${engine.networksThere} there`],
      ['ports', engine.ports === 0 ? 'none' : `at most ${engine.ports} at once, on 127.0.0.1 only`],
      ...engine.images.map(({ reference, isThere, isOurs }): [string, string] => [
        'image',
        `${reference}, ${isThere ? 'there' : isOurs ? 'made by Baton' : 'missing'}`,
      ]),
      ...(others.running === 0
        ? []
        : [
            [
              'others',
              `${countOf(others.running, 'container')} of others run there, ${others.unlimited} without limits`,
            ] as [string, string],
          ]),
    ]).map((line) => `  ${line}`),
  ];
}

function cpuAsScaled(plan: ReplayPlanReport, milli: number): string {
  if (plan.scaleCpu === 'shares') return 'shared without hard limits';
  return plan.scaleCpu === 1 ? cpuText(milli) : `${cpuText(milli)} after scaling by ${plan.scaleCpu}`;
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

/** `40 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
function time(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s} s`;
  if (s < 3600) return s % 60 === 0 ? `${s / 60} min` : `${Math.floor(s / 60)} min ${s % 60} s`;
  const min = Math.round(s / 60);
  return min % 60 === 0 ? `${min / 60} h` : `${Math.floor(min / 60)} h ${min % 60} min`;
}
