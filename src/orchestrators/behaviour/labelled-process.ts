import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import { PLAIN_PROCESS, type ProcessBehaviour } from '../data-plane/process-behaviour.ts';
import { ANNOTATIONS, PREFIX } from '../kubernetes/behaviour/annotation-table.ts';
import { ofContainer, podAnnotations, type UsageLevel } from '../kubernetes/behaviour/annotations.ts';
import type { NativeWorkload } from '../native-file.ts';

/** How processes behave of which their labels do not say it. */
export interface ProcessDefaults {
  readonly imageBytes: number;
  readonly bootUs: number;
  readonly stopUs: number;
  /** CPU and memory used over declared, by what serves no modelled requests. */
  readonly cpuUsageShare: number;
  readonly memUsageShare: number;
  /** How long the process of a job runs. */
  readonly jobUs: number;
}

/**
 * How a workload's processes behave, by its `baton.dev/…` labels (docs/kubernetes-annotations.md), else by the defaults.
 * `serves`: it answers modelled requests, so by itself it is idle. Throws an InputError that names the label.
 */
export function labelledProcess(
  workload: NativeWorkload,
  defaults: ProcessDefaults,
  serves: boolean,
): ProcessBehaviour {
  const { labels, cpuMilli, memBytes } = workload;
  requireKnown(labels);
  const said = podAnnotations(labels);
  const of = <T>(field: Parameters<typeof ofContainer<T>>[0]): T | undefined => ofContainer(field, workload.name);
  const exitCode = of(said.exitCode);
  const cpu = of(said.cpuUsage) ?? { share: serves ? 0 : defaults.cpuUsageShare };
  const memory = of(said.memUsage) ?? { share: defaults.memUsageShare };
  const runs = of(said.duration);
  return {
    ...PLAIN_PROCESS,
    imageBytes: of(said.imageBytes) ?? defaults.imageBytes,
    boot: of(said.boot) ?? { kind: 'constant', meanUs: workload.kind === 'job' ? 0 : defaults.bootUs },
    stop: of(said.stop) ?? { kind: 'constant', meanUs: defaults.stopUs },
    ...(runs !== undefined
      ? { runs }
      : workload.kind === 'job' && { runs: { kind: 'constant' as const, meanUs: defaults.jobUs } }),
    failureShare: of(said.failureShare) ?? (exitCode === undefined ? 0 : 1),
    failureExitCode: exitCode ?? 1,
    cpuUsageMilli: levelOf(cpu, cpuMilli),
    memUsageBytes: Math.round(levelOf(memory, memBytes)),
    workFactor: of(said.workFactor) ?? 1,
    errorShare: of(said.errorShare) ?? 0,
    memGrowthBytesPerHour: Math.round((memory.amountPerHour ?? 0) + (memory.sharePerHour ?? 0) * memBytes),
  };
}

const levelOf = ({ share = 0, amount = 0 }: UsageLevel, declared: number): number => amount + share * declared;

/** Of Mesos: whose framework runs an app, in which role, and how often a job is run at the start. */
const OF_FRAMEWORKS = ['framework', 'role', 'runs'];

/** Labels are anybody's; those that begin with our prefix must be ours. */
function requireKnown(labels: Readonly<Record<string, string>>): void {
  const names = [...ANNOTATIONS.map(({ name }) => name), ...OF_FRAMEWORKS].map((name) => PREFIX + name);
  for (const label of Object.keys(labels))
    if (label.startsWith(PREFIX) && !names.includes(label))
      throw new InputError(`there is no label "${label}"${suggestion(label, names)}`);
}
