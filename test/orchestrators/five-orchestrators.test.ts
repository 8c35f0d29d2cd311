import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ORCHESTRATOR_TITLES, ORCHESTRATORS } from '../../src/orchestrators/orchestrator.ts';
import { baton, folderWith, type Ended } from '../cli/baton.ts';
import { plansOf, told, type Told } from '../scenarios/shipped-scenario.ts';

const SCENARIO = 'five-orchestrators';

describe('by the command line', () => {
  const folder = folderWith({});
  let ended: Ended;
  beforeAll(() => {
    ended = baton(
      folder,
      'compare',
      SCENARIO,
      '--orchestrators',
      ORCHESTRATORS.join(),
      '--seeds',
      '1..2',
      '--out',
      'o',
    );
  });

  test('the answer has the incident with a line for each', () => {
    expect([ended.code, ended.sentences]).toEqual([0, []]);
    expect(ended.stdout).toContain('Zone a (3 machines) stops at 13:00 and is back after 9.0 min.');
    const table = ended.stdout.slice(ended.stdout.indexOf('noticed'));
    for (const name of ORCHESTRATORS) expect(table).toMatch(new RegExp(`^${name} +[\\d.]+ (s|min) `, 'm'));
    expect(table).toMatch(/^kubernetes .*node-monitor-grace-period .*then tolerationSeconds 5\.0 min/m);
    expect(ended.stdout).not.toMatch(/undefined|NaN|\[object Object\]/);
  });

  test('the report has incident, features and numbers, and says which of them are our choice', () => {
    const html = readFileSync(join(folder, 'o', 'report.html'), 'utf8');
    for (const title of ['The same incident, side by side', 'What each can do', 'The numbers behind it'])
      expect(html).toContain(`>${title}<`);
    for (const name of ORCHESTRATORS) expect(html).toContain(ORCHESTRATOR_TITLES[name]);
    expect(html.match(/our choice/g)!.length).toBeGreaterThan(10);
    const shown = html.replaceAll(/<script[\s\S]*?<\/script>/g, '');
    expect(shown).not.toMatch(/undefined|\bNaN\b|\[object Object\]/);
  });
});

/** Seconds from the outage to the first process of a replacement. */
function replacedS({ living }: Told): number {
  const [{ atUs, services }] = living.incidents!;
  const started = services.flatMap(({ replicas }) => replicas.filter(({ isBack }) => !isBack));
  return (Math.min(...started.flatMap(({ startedUs }) => startedUs ?? [])) - atUs) / 1e6;
}

test.each([
  ['nomad', 'heartbeatGrace', '10s', '70s', 60],
  ['swarm', 'heartbeatGrace', 3, 13, 50],
  ['kubernetes', 'nodeMonitorGracePeriod', '50s', '110s', 60],
] as const)('%s with another %s replaces as much later', async (name, constant, usual, other, laterS) => {
  const timeWith = async (value: string | number): Promise<number> => {
    const choice = JSON.stringify([{ name, constants: { [constant]: value } }]);
    const [plan] = plansOf(SCENARIO, [1], [`policies.orchestrator=${choice}`]);
    return replacedS(await told(plan));
  };
  const difference = (await timeWith(other)) - (await timeWith(usual));
  // Timers of several machines, and phases of heartbeats.
  expect(difference).toBeGreaterThan(0.75 * laterS);
  expect(difference).toBeLessThan(1.25 * laterS);
});
