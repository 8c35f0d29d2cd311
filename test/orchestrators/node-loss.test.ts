import { beforeAll, describe, expect, test } from 'vitest';
import { EXPECTED_S, measureNodeLoss, type NodeLossRow } from '../../bench/node-loss.ts';
import { ORCHESTRATORS, type OrchestratorName } from '../../src/orchestrators/orchestrator.ts';
import { SLOW_MARK } from '../slow.ts';

const IS_SLOW = process.env['SLOW'] === '1';
const SEEDS = IS_SLOW ? 1000 : 100;

const rows = new Map<OrchestratorName, NodeLossRow>();
const medianOf = (name: OrchestratorName): number => rows.get(name)!.firstS[SEEDS / 2];

beforeAll(async () => {
  for (const name of ORCHESTRATORS) rows.set(name, await measureNodeLoss(name, SEEDS));
}, 1_800_000);

describe(`a machine is lost under ${SEEDS} seeds${IS_SLOW ? ` ${SLOW_MARK}` : ''}`, () => {
  test.each(ORCHESTRATORS)('%s: every replacement begins within the range of the sources', (name) => {
    const { firstS, lastS, outside } = rows.get(name)!;
    const [low, high] = EXPECTED_S[name];
    expect([firstS.length, lastS.length, outside]).toEqual([SEEDS, SEEDS, 0]);
    expect(firstS[0]).toBeGreaterThanOrEqual(low);
    expect(firstS[SEEDS - 1]).toBeLessThanOrEqual(high);
    // All of them come, none before the first.
    expect(lastS[0]).toBeGreaterThanOrEqual(firstS[0]);
    expect(lastS[SEEDS - 1]).toBeLessThan(2 * high);
  });

  // A round of heartbeats may have just begun or be almost over when the machine stops.
  test.each(['swarm', 'nomad', 'mesos'] as const)('%s: phases spread it over nearly the whole range', (name) => {
    const { firstS } = rows.get(name)!;
    const [low, high] = EXPECTED_S[name];
    const near = 0.3 * (high - low);
    expect(firstS[0]).toBeLessThan(low + near);
    expect(firstS[SEEDS - 1]).toBeGreaterThan(high - near);
    expect(new Set(firstS).size).toBeGreaterThan(20);
  });

  test('by median Nomad is the first, then Swarm, Mesos, ECS, and Kubernetes the last', () => {
    const order = ['nomad', 'swarm', 'mesos', 'ecs', 'kubernetes'] as const;
    const medians = order.map(medianOf);
    expect(medians).toEqual([...medians].sort((a, b) => a - b));
  });
});
