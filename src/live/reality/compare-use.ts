import type { ComparedLine, UseCompared } from '../../reporting/reality/reality-check.ts';
import { verdictOf } from '../../reporting/reality/verdict.ts';
import type { ProcessRecord, ReplayRecord, ResourceSample } from '../replay/replay-record.ts';
import type { ReplayScript, ScriptPod } from '../script/replay-script.ts';
import { median, sampleSummary } from './sample-summary.ts';
import type { PredictedLife } from './script-lives.ts';
import { timelinePart } from './timeline-part.ts';

const MOST_STRETCHES = 48;

interface Resource {
  readonly name: 'cpu' | 'memory';
  readonly unit: 'millicores' | 'bytes';
  readonly measured: (sample: ResourceSample) => number;
  readonly requested: (pod: ScriptPod) => number;
  /** What the pod uses all the time. */
  readonly stated: (pod: ScriptPod) => number | undefined;
  /** Share of what is requested that the run recorded over time. */
  readonly series: string;
  /** Differences below this are none. */
  readonly negligible: number;
  /** Whether the containers do what the scenario says of it; else nothing is predicted. */
  readonly isActed: boolean;
}

/**
 * CPU and memory used, in the scenario's own size: what was measured is divided by the scale of the replay. A workload's
 * value is that of one of its pods; a node's the sum of the pods on it. What requests cost is expected only where the
 * replay sent requests, and what containers do not act (`act` of the replay) not at all.
 */
export function compareUse(
  script: ReplayScript,
  record: ReplayRecord,
  lives: readonly PredictedLife[],
  act?: string,
): { use: UseCompared[]; lines: ComparedLine[] } {
  if (record.samples.length === 0) return { use: [], lines: [] };
  const scaleCpu = record.scaleCpu === 'shares' ? 1 : record.scaleCpu;
  const resources: Resource[] = [
    {
      name: 'cpu',
      unit: 'millicores',
      measured: ({ cpuMilli }) => cpuMilli / scaleCpu,
      requested: ({ cpuMilli }) => cpuMilli,
      stated: ({ cpuUseMilli }) => cpuUseMilli,
      series: 'cpu_share',
      negligible: 1,
      isActed: act === undefined || act === 'cpu' || act === 'all',
    },
    {
      name: 'memory',
      unit: 'bytes',
      measured: ({ memBytes }) => memBytes / record.scaleMem,
      requested: ({ memBytes }) => memBytes,
      stated: ({ memUseBytes }) => memUseBytes,
      series: 'memory_share',
      negligible: 65_536,
      isActed: act === undefined || act === 'memory' || act === 'all',
    },
  ];
  const parts = resources.map((resource) => compareResource(resource, script, record, lives));
  return { use: parts.flatMap(({ use }) => use), lines: parts.flatMap(({ lines }) => lines) };
}

function compareResource(
  resource: Resource,
  script: ReplayScript,
  record: ReplayRecord,
  lives: readonly PredictedLife[],
): { use: UseCompared[]; lines: ComparedLine[] } {
  const stretches = stretchesOf(script, record);
  const lengthUs = Math.max(1, script.durationUs) / stretches;
  const atS = Array.from({ length: stretches }, (_, k) => ((k + 0.5) * lengthUs) / 1e6);
  const predictedOf = predictedUse(resource, script, record);
  const byPod = sampledByPod(resource, record, stretches, lengthUs);
  const use: UseCompared[] = [];
  const lines: ComparedLine[] = [];
  const add = (
    of: UseCompared['of'],
    about: string,
    predicted: (number | null)[],
    measured: (number | null)[],
  ): void => {
    const values = sampleSummary(measured.filter((value) => value !== null));
    if (values === undefined) return;
    // Only where both are known, so that the means are of the same times.
    const both = predicted.filter((value, k) => value !== null && measured[k] !== null) as number[];
    const mean = both.length === 0 ? undefined : both.reduce((sum, value) => sum + value, 0) / both.length;
    use.push({
      of,
      about,
      resource: resource.name,
      ...(mean !== undefined && { predicted: mean }),
      measured: values,
      verdict: verdictOf({
        predicted: mean,
        measured: values.mean,
        low: values.low,
        high: values.high,
        more: 'more',
        less: 'less',
        negligible: resource.negligible,
      }),
    });
    const group = of === 'node' ? (`node-${resource.name}` as const) : resource.name;
    lines.push({ group, about, unit: resource.unit, atS, predicted, measured });
  };

  for (const workload of new Set(script.pods.map((pod) => pod.workload))) {
    const pods = script.pods.flatMap((pod, k) => (pod.workload === workload ? [k] : []));
    const measured = atS.map((_, k) => meanOf(pods.flatMap((pod) => byPod.get(pod)?.[k] ?? [])));
    const predicted = atS.map((_, k) =>
      meanOf(
        livesWithin(lives, k * lengthUs, lengthUs)
          .filter(({ life }) => script.pods[life.pod].workload === workload)
          .map(({ life }) => predictedOf(life.pod, k * lengthUs, lengthUs)),
      ),
    );
    add('workload', workload, predicted, measured);
  }
  script.nodes.forEach(({ name }, node) => {
    const here = record.processes.filter((process) => process.node === node);
    const measured = atS.map((_, k) => {
      const from = k * lengthUs;
      const sums = here.map((process) => {
        const value = meanOf(byPod.get(process.pod)?.[k] ?? []);
        return value === null ? 0 : value * shareWithin(spanOf(process), from, lengthUs);
      });
      const isSampled = here.some((process) => (byPod.get(process.pod)?.[k] ?? []).length > 0);
      return isSampled ? sums.reduce((sum, value) => sum + value, 0) : null;
    });
    const predicted = atS.map((_, k) => {
      const there = livesWithin(lives, k * lengthUs, lengthUs).filter(({ life }) => life.node === node);
      const values = there.map(({ life, share }) => {
        const value = predictedOf(life.pod, k * lengthUs, lengthUs);
        return value === null ? null : value * share;
      });
      return values.some((value) => value === null) ? null : values.reduce<number>((sum, value) => sum + value!, 0);
    });
    add('node', name, predicted, measured);
  });
  return { use, lines };
}

type Predicted = (pod: number, fromUs: number, lengthUs: number) => number | null;

/** What the run says of one pod in a stretch of time; null: nothing. */
function predictedUse(resource: Resource, script: ReplayScript, record: ReplayRecord): Predicted {
  const { living } = script.predicted;
  const hasTraffic = new Set(record.traffic?.services.map(({ service }) => service));
  const parts = new Map(
    script.services.map(({ name }) => [name, timelinePart(living, `baton_service_${resource.series}`, name)]),
  );
  const known = new Map<string, number | undefined>();
  if (!resource.isActed) return () => null;
  return (place, fromUs, lengthUs) => {
    const pod = script.pods[place];
    const service = pod.service === undefined ? undefined : script.services[pod.service];
    if (service !== undefined && hasTraffic.has(service.name)) {
      const key = `${service.name} ${fromUs}`;
      if (!known.has(key)) known.set(key, parts.get(service.name)?.mean(fromUs, fromUs + lengthUs));
      const share = known.get(key);
      if (share !== undefined) return share * resource.requested(pod);
    }
    return resource.stated(pod) ?? null;
  };
}

/** So many that each pod is sampled in most of them. */
function stretchesOf(script: ReplayScript, { samples }: ReplayRecord): number {
  const last = new Map<number, number>();
  const gaps: number[] = [];
  for (const { pod, at } of samples) {
    const before = last.get(pod);
    if (before !== undefined) gaps.push(at.simUs - before);
    last.set(pod, at.simUs);
  }
  const gapUs = median(gaps) ?? script.durationUs;
  return Math.max(1, Math.min(MOST_STRETCHES, Math.floor(script.durationUs / (1.5 * Math.max(1, gapUs)))));
}

/** By pod, the values measured in each stretch. */
function sampledByPod(
  resource: Resource,
  { samples }: ReplayRecord,
  count: number,
  lengthUs: number,
): Map<number, number[][]> {
  const byPod = new Map<number, number[][]>();
  for (const sample of samples) {
    let stretches = byPod.get(sample.pod);
    if (stretches === undefined) byPod.set(sample.pod, (stretches = Array.from({ length: count }, (): number[] => [])));
    const stretch = Math.min(count - 1, Math.max(0, Math.floor(sample.at.simUs / lengthUs)));
    stretches[stretch].push(resource.measured(sample));
  }
  return byPod;
}

function livesWithin(
  lives: readonly PredictedLife[],
  fromUs: number,
  lengthUs: number,
): { life: PredictedLife; share: number }[] {
  return lives.flatMap((life) => {
    const share = shareWithin({ from: life.startUs, to: life.endUs ?? Infinity }, fromUs, lengthUs);
    return share > 0 ? [{ life, share }] : [];
  });
}

const spanOf = ({ started, ordered, ended }: ProcessRecord): { from: number; to: number } => ({
  from: (started ?? ordered).simUs,
  to: ended?.simUs ?? Infinity,
});

function shareWithin(span: { from: number; to: number }, fromUs: number, lengthUs: number): number {
  return Math.max(0, Math.min(span.to, fromUs + lengthUs) - Math.max(span.from, fromUs)) / lengthUs;
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
