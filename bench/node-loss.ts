import { ORCHESTRATOR_TITLES, ORCHESTRATORS, type OrchestratorName } from '../src/orchestrators/orchestrator.ts';
import { machineLosses } from './node-loss-run.ts';

/**
 * From the crash of a machine to the start of the first replacement, in seconds: what timers and phases of heartbeats allow
 * by the sources of each (`spec` of the issue: failures, section 4), with the time to start a container whose image is
 * there on top.
 */
export const EXPECTED_S: Readonly<Record<OrchestratorName, readonly [number, number]>> = {
  kubernetes: [340, 358],
  swarm: [14, 22.5],
  mesos: [75, 97],
  ecs: [60, 480],
  nomad: [10, 32],
};

export interface NodeLossRow {
  readonly orchestrator: OrchestratorName;
  readonly seeds: number;
  /** Ascending, in seconds. */
  readonly firstS: readonly number[];
  readonly lastS: readonly number[];
  readonly outside: number;
}

/** Loses a machine once a seed. `onDone` hears of each. */
export async function measureNodeLoss(
  orchestrator: OrchestratorName,
  seeds: number,
  onDone: () => void = () => {},
): Promise<NodeLossRow> {
  const lose = await machineLosses(orchestrator);
  const firstS: number[] = [];
  const lastS: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const { firstUs, lastUs } = lose(seed);
    firstS.push(firstUs / 1e6);
    lastS.push(lastUs / 1e6);
    onDone();
  }
  const [low, high] = EXPECTED_S[orchestrator];
  const ascending = (a: number, b: number): number => a - b;
  return {
    orchestrator,
    seeds,
    firstS: firstS.sort(ascending),
    lastS: lastS.sort(ascending),
    outside: firstS.filter((one) => !(one >= low && one <= high)).length,
  };
}

/** `npm run bench -- node-loss [SEEDS]`: the table of docs/node-loss.md. Returns the exit code: 1 when a loss is out of range. */
export async function nodeLossTable(words: readonly string[]): Promise<number> {
  const seeds = Number(words[0] ?? 1000);
  const rows: NodeLossRow[] = [];
  for (const orchestrator of ORCHESTRATORS) {
    rows.push(await measureNodeLoss(orchestrator, seeds));
    process.stderr.write(`${orchestrator}: ${seeds} machines lost\n`);
  }
  process.stdout.write(nodeLossMarkdown(rows));
  return rows.some(({ outside }) => outside > 0) ? 1 : 0;
}

export function nodeLossMarkdown(rows: readonly NodeLossRow[]): string {
  const at = (sorted: readonly number[], share: number): string =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1);
  const lines = rows.map(({ orchestrator, seeds, firstS, lastS, outside }) => {
    const [low, high] = EXPECTED_S[orchestrator];
    const mean = firstS.reduce((sum, one) => sum + one, 0) / firstS.length;
    return `| ${ORCHESTRATOR_TITLES[orchestrator]} | ${low}–${high} | ${at(firstS, 0)} | ${at(firstS, 0.05)} | ${at(firstS, 0.5)} | ${mean.toFixed(1)} | ${at(firstS, 0.95)} | ${at(firstS, 1)} | ${at(lastS, 0.5)} | ${outside} of ${seeds} |`;
  });
  return [
    '| orchestrator | expected, s | least | 5 % | median | mean | 95 % | most | last replica, median | outside |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...lines,
    '',
  ].join('\n');
}
