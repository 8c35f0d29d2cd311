import type { ReplayScript } from '../script/replay-script.ts';
import type { EngineFacts } from './engine-facts.ts';
import { planReplay } from './replay-plan.ts';
import type { PlanOptions, ReplayPlanReport } from './replay-plan-report.ts';

export interface SuggestedScale {
  readonly scaleCpu: number | 'shares';
  readonly scaleMem: number;
  readonly speed: number;
  /** As it would be typed: `--scale-cpu 0.05 --scale-memory 0.1 --speed 30`; only what differs from what was asked. */
  readonly flags: string;
  /** Whether nothing would be refused with it. */
  readonly fits: boolean;
}

const SPEEDS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 300, 600, 1200, 1800, 3600];
/** Below it a process gets so little of a CPU that it does not boot in time. */
const LEAST_CPU_SCALE = 0.001;
const LATE_MS = 30_000;

/** What would fit these engines: no more than was asked for, scales with two digits, a speed that can be said. */
export function suggestScale(
  script: ReplayScript,
  engines: readonly EngineFacts[],
  options: PlanOptions,
): SuggestedScale {
  const plan = (change: Partial<PlanOptions>): ReplayPlanReport =>
    planReplay(script, engines, { ...options, ...change });
  const asked = plan({});
  const cpuRoom = (facts: EngineFacts): number =>
    Math.min(
      facts.info.cpuMilli - facts.others.cpuMilli,
      facts.others.unlimited > 0 ? facts.info.cpuMilli / 2 : Infinity,
    );
  const memRoom = (facts: EngineFacts): number =>
    Math.min(
      facts.info.memBytes - facts.others.memBytes,
      facts.others.unlimited > 0 ? facts.info.memBytes / 2 : Infinity,
    );
  const factor = (room: (facts: EngineFacts) => number, wanted: (at: number) => number): number =>
    Math.min(...engines.map((facts, at) => (wanted(at) <= 0 ? Infinity : Math.max(0, room(facts)) / wanted(at))));

  let scaleCpu = options.scaleCpu;
  if (scaleCpu !== 'shares') {
    const most = factor(cpuRoom, (at) => asked.engines[at].cpuMilli);
    if (most < scaleCpu) scaleCpu = twoDigitsDown(most);
    if (scaleCpu < LEAST_CPU_SCALE) scaleCpu = 'shares';
  }
  let scaleMem = Math.min(
    options.scaleMem,
    factor(memRoom, (at) => asked.engines[at].memBytes),
  );
  if (scaleMem < options.scaleMem) scaleMem = Math.max(twoDigitsDown(scaleMem), 0.0001);
  const slower = [...SPEEDS.filter((speed) => speed < options.speed), options.speed].reverse();
  const speed = slower.find((one) => isCalm(plan({ speed: one }))) ?? Math.min(1, options.speed);
  const flags = [
    ...(scaleCpu === options.scaleCpu ? [] : [`--scale-cpu ${scaleCpu}`]),
    ...(scaleMem === options.scaleMem ? [] : [`--scale-memory ${scaleMem}`]),
    ...(speed === options.speed ? [] : [`--speed ${speed}`]),
  ].join(' ');
  const { refusals, impossible } = plan({ scaleCpu, scaleMem, speed });
  return { scaleCpu, scaleMem, speed, flags, fits: refusals.length === 0 && impossible.length === 0 };
}

/** Starts keep up, but for the first burst, and no pod ends before it could start. */
function isCalm(plan: ReplayPlanReport): boolean {
  return plan.shortLived === 0 && plan.engines.every(({ startsLateMs }) => startsLateMs <= LATE_MS);
}

function twoDigitsDown(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 0;
  const step = 10 ** (Math.floor(Math.log10(value)) - 1);
  // The step is no exact decimal; what is a hair's breadth above a whole number of them is that number.
  return Number((Math.floor(value / step + 1e-9) * step).toPrecision(2));
}
