import { Command } from 'commander';
import { expect, test, vi } from 'vitest';
import { executeRun } from '../experiment/local/execute-run.ts';
import { WorkloadCache } from '../experiment/local/open-inputs.ts';
import { policiesOf } from '../experiment/local/policies-of-plan.ts';
import { addLiveFlags, type LiveFlags, runPlanLive } from './live-run.ts';
import { readNamed } from './named-files.ts';
import { oneScenarioPlan } from './one-scenario-plan.ts';

const speedOf = (text: string): number | undefined =>
  addLiveFlags(new Command()).parse(['--live-speed', text], { from: 'user' }).opts<LiveFlags>().liveSpeed;

test('speeds: how much faster, or how much simulated time a second', () => {
  expect(['60x', '0.5x', '90s', '10m', '10min', '2h', '1d'].map(speedOf)).toEqual([
    60, 0.5, 90, 600, 600, 7200, 86_400,
  ]);
  for (const text of ['60', '0x', '-1x', 'fast', '10mx'])
    expect(() => speedOf(text), text).toThrow(`--live-speed ${text}: write how much faster`);
});

test.each(['zone-outage', 'kubernetes-rolling-update'])(
  'drawing changes nothing: the fingerprint of %s is that of the run without it',
  async (name) => {
    const named = await readNamed([`scenarios/${name}.yaml`], { set: ['duration=3m'] });
    if (named?.kind !== 'scenarios') throw new Error(`scenarios/${name}.yaml is a scenario`);
    const lines = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      const plan = oneScenarioPlan(named.scenarios[0], name, { seed: '3' });
      const pulse = { beat: () => {}, beatEvents: () => {} };
      const quiet = executeRun(plan, await policiesOf(plan.policy), new WorkloadCache(pulse.beat), pulse).result;
      const drawn = await runPlanLive(plan, {}, new AbortController().signal);
      expect(drawn!.fingerprint).toBe(quiet.fingerprint);
      expect(drawn!.metrics).toEqual(quiet.metrics);
      expect(lines.mock.calls.map(([text]) => String(text)).at(-1)).toMatch(
        /^0:03:00 of 0:03:00 \(100 %\), .*, finished\n$/,
      );
      const stopped = new AbortController();
      stopped.abort();
      expect(await runPlanLive(plan, {}, stopped.signal)).toBeUndefined();
    } finally {
      lines.mockRestore();
    }
  },
);
