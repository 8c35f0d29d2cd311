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
const LEAST_MEM_SCALE = 0.0001;
/** Starts may be so much later than at the lowest speed. */
const LATE_MS = 5000;

/** What would fit these engines: no more than was asked for, scales with two digits, a speed that can be said. */
export function suggestScale(
  script: ReplayScript,
  engines: readonly EngineFacts[],
  options: PlanOptions,
): SuggestedScale {
  const plan = (change: Partial<PlanOptions>): ReplayPlanReport =>
    planReplay(script, engines, { ...options, ...change });
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
  // Each container's part is rounded to whole millicores and bytes, so what fits by the sum may still be a little too much.
  for (let tries = 0; tries < 20 && scaleCpu !== 'shares'; tries++) {
    const scaled = plan({ scaleCpu }).engines;
    const most = factor(cpuRoom, (at) => scaled[at].scaledCpuMilli);
    if (most >= 1) break;
    scaleCpu = twoDigitsDown(scaleCpu * Math.min(most, 0.99));
    if (scaleCpu < LEAST_CPU_SCALE) scaleCpu = 'shares';
  }
  let { scaleMem } = options;
  for (let tries = 0; tries < 20; tries++) {
    const scaled = plan({ scaleMem }).engines;
    const most = factor(memRoom, (at) => scaled[at].scaledMemBytes);
    if (most >= 1) break;
    scaleMem = Math.max(twoDigitsDown(scaleMem * Math.min(most, 0.99)), LEAST_MEM_SCALE);
  }
  const slower = [...SPEEDS.filter((speed) => speed < options.speed), options.speed].reverse();
  const lateOf = ({ engines: some }: ReplayPlanReport): number =>
    Math.max(...some.map(({ startsLateMs }) => startsLateMs));
  // Those that are due at one instant come late at any speed.
  const lateAnyway = lateOf(plan({ speed: slower.at(-1)! }));
  const isCalm = (some: ReplayPlanReport): boolean => some.shortLived === 0 && lateOf(some) <= lateAnyway + LATE_MS;
  const speed = slower.find((one) => isCalm(plan({ speed: one }))) ?? slower.at(-1)!;
  const flags = [
    ...(scaleCpu === options.scaleCpu ? [] : [`--scale-cpu ${scaleCpu}`]),
    ...(scaleMem === options.scaleMem ? [] : [`--scale-memory ${scaleMem}`]),
    ...(speed === options.speed ? [] : [`--speed ${speed}`]),
  ].join(' ');
  const { refusals, impossible } = plan({ scaleCpu, scaleMem, speed });
  return { scaleCpu, scaleMem, speed, flags, fits: refusals.length === 0 && impossible.length === 0 };
}

function twoDigitsDown(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 0;
  const step = 10 ** (Math.floor(Math.log10(value)) - 1);
  // The step is no exact decimal; what is a hair's breadth above a whole number of them is that number.
  return Number((Math.floor(value / step + 1e-9) * step).toPrecision(2));
}
