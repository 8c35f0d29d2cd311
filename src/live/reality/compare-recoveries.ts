import { countOf } from '../../reporting/format.ts';
import type { Recovery } from '../../reporting/reality/reality-check.ts';
import { verdictOf } from '../../reporting/reality/verdict.ts';
import type { ReplayRecord } from '../replay/replay-record.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import { countAt, leftAt, type CountLine, type ReadyLines } from './ready-line.ts';
import type { PredictedLife } from './script-lives.ts';

/** Decisions of one rollout or drain follow each other within this, in simulated time. */
const SAME_EPISODE_US = 60e6;
/** Times to recover that differ by less, in real ms, are the same. */
const NEGLIGIBLE_MS = 20;

/** Something that took a ready pod away: at which step, from which process, and why. */
interface Loss {
  readonly life: PredictedLife;
  readonly step: number;
  readonly atUs: number;
  readonly cause: string;
}

interface Episode {
  readonly workload: string;
  readonly losses: Loss[];
  readonly before: number;
  /** Pods no longer wanted since. */
  fewer: number;
  recoveredUs: number | undefined;
}

/**
 * Every time that a workload lost ready pods against its will (a machine, a crash, a hang, an eviction, a rollout), and
 * how long it took until it had as many as before, or as many as were still wanted. What befalls it meanwhile is part of
 * the same. One that lacked no pod, neither predicted nor measured, is left out.
 */
export function compareRecoveries(
  script: ReplayScript,
  record: ReplayRecord,
  lives: readonly PredictedLife[],
  lines: ReadonlyMap<string, ReadyLines>,
): Recovery[] {
  const losses = lossesOf(script, lives);
  const outcomes = new Map(record.steps.map((outcome) => [outcome.step, outcome]));
  const processes = new Map(record.processes.map((process) => [process.step, process]));
  const recoveries = [...lines].flatMap(([workload, { predicted, measuredWall }]) =>
    episodesOf(workload, losses.get(workload) ?? [], predicted).flatMap((episode): Recovery[] => {
      const [first] = episode.losses;
      const level = episode.before - episode.fewer;
      const begun = outcomes.get(first.step)?.begun.wallMs;
      const over = episode.losses.reduce((latest, { step, life }) => {
        const process = processes.get(life.step);
        const left = process && leftAt(process);
        return Math.max(latest, outcomes.get(step)?.done.wallMs ?? 0, left?.wallMs ?? 0);
      }, 0);
      const backMs = begun === undefined ? undefined : firstAtLeast(measuredWall, Math.max(begun, over), level);
      const predictedMs =
        episode.recoveredUs === undefined ? undefined : (episode.recoveredUs - first.atUs) / 1000 / record.speed;
      const measuredMs = begun === undefined || backMs === undefined ? undefined : backMs - begun;
      const predictedLowest = lowest(predicted, first.atUs, episode.recoveredUs ?? Infinity);
      const measuredLowest = begun === undefined ? level : lowest(measuredWall, begun, backMs ?? Infinity);
      if (predictedLowest >= level && measuredLowest >= level) return [];
      return [
        {
          atS: first.atUs / 1e6,
          workload,
          cause: first.cause,
          what: tell(script, episode),
          before: episode.before,
          predictedLowest,
          measuredLowest,
          ...(predictedMs !== undefined && { predictedMs }),
          ...(measuredMs !== undefined && { measuredMs }),
          verdict: verdictOf({
            predicted: predictedMs,
            measured: measuredMs,
            more: 'longer',
            less: 'shorter',
            negligible: NEGLIGIBLE_MS,
          }),
        },
      ];
    }),
  );
  return recoveries.sort((one, other) => one.atS - other.atS);
}

function episodesOf(workload: string, losses: readonly Loss[], predicted: CountLine): Episode[] {
  const episodes: Episode[] = [];
  for (const loss of losses) {
    const last = episodes.at(-1);
    const isPart =
      last !== undefined &&
      (last.recoveredUs === undefined ||
        loss.atUs <= last.recoveredUs ||
        (loss.cause === last.losses[0].cause && loss.atUs - last.losses.at(-1)!.atUs <= SAME_EPISODE_US));
    if (loss.cause === 'fewer wanted') {
      if (isPart) last.fewer++;
    } else if (isPart) last.losses.push(loss);
    else
      episodes.push({
        workload,
        losses: [loss],
        before: countAt(predicted, loss.atUs - 1),
        fewer: 0,
        recoveredUs: undefined,
      });
    const episode = episodes.at(-1);
    if (episode === undefined || (!isPart && loss.cause === 'fewer wanted')) continue;
    const from = episode.losses.at(-1)!.atUs;
    episode.recoveredUs = firstAtLeast(predicted, from, episode.before - episode.fewer);
  }
  return episodes;
}

/** By workload, in order of time. */
function lossesOf(script: ReplayScript, lives: readonly PredictedLife[]): Map<string, Loss[]> {
  const downAt = new Set(
    script.steps.flatMap((step) => (step.do === 'node-down' ? [`${step.node}@${step.atUs}`] : [])),
  );
  const all = new Map<string, Loss[]>();
  for (const life of lives) {
    if (life.readyUs === undefined) continue;
    const { workload } = script.pods[life.pod];
    const places = [...life.pauses.map(({ from }) => from), ...(life.leftStep === undefined ? [] : [life.leftStep])];
    for (const step of places) {
      const { atUs } = script.steps[step];
      if (atUs < life.readyUs) continue;
      const cause = causeOf(script, step, downAt.has(`${life.node}@${atUs}`));
      if (cause === undefined) continue;
      all.set(workload, [...(all.get(workload) ?? []), { life, step, atUs, cause }]);
    }
  }
  for (const own of all.values()) own.sort((one, other) => one.atUs - other.atUs || one.step - other.step);
  return all;
}

/** Undefined: it has come to its own end. */
function causeOf(script: ReplayScript, place: number, isNodeDown: boolean): string | undefined {
  const step = script.steps[place];
  if (step.do === 'finish') return undefined;
  if (isNodeDown) return 'node-down';
  if (step.do === 'pause') return 'hang';
  const why = step.do === 'kill' || step.do === 'stop' ? step.why : '';
  if (/fewer|scaled? (down|in)/i.test(why)) return 'fewer wanted';
  if (/version|rollout|rolling|updat/i.test(why)) return 'rollout';
  if (/given up|cloud takes|emptied|evict|drain|preempt|taint|spot/i.test(why)) return 'eviction';
  if (/replaced/i.test(why)) return 'replacement';
  if (step.do === 'kill') return 'crash';
  return 'fewer wanted';
}

function tell(script: ReplayScript, { losses }: Episode): string {
  const [first] = losses;
  const where = [...new Set(losses.filter(({ cause }) => cause === 'node-down').map(({ life }) => life.node))];
  const pods = countOf(new Set(losses.map(({ life }) => life.pod)).size, 'pod');
  const others = [...new Set(losses.map(({ cause }) => cause))].filter((cause) => cause !== first.cause);
  const nodes = where.map((node) => script.nodes[node].name).join(', ');
  const head = first.cause === 'node-down' ? `${nodes} stopped, ${pods} lost` : `${pods}: ${first.cause}`;
  return others.length === 0 ? head : `${head}, then ${others.join(', ')}`;
}

/** The first time from then on at which the count is at least this. */
function firstAtLeast(line: CountLine, from: number, level: number): number | undefined {
  if (countAt(line, from) >= level) return from;
  const place = line.at.findIndex((at, k) => at >= from && line.count[k] >= level);
  return place < 0 ? undefined : line.at[place];
}

function lowest(line: CountLine, from: number, to: number): number {
  return line.at.reduce(
    (least, at, k) => (at >= from && at <= to ? Math.min(least, line.count[k]) : least),
    countAt(line, from),
  );
}
