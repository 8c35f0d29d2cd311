import { expect, test } from 'vitest';
import { scriptOf } from '../../../test/driven-replay.ts';
import { POD_LABEL } from '../labels.ts';
import type { EngineLink } from './engine-link.ts';
import { createLivePods } from './live-pods.ts';
import type { ReplayContext } from './replay-context.ts';

const BEGAN_MS = 1_795_305_600_000;
const at = (wallMs: number) => ({ wallMs, simUs: wallMs * 1000 });

/** A pod whose container is in its second process, ordered after 200 ms. */
function restarted({ endsByItself = false } = {}) {
  const link = { toLocalMs: (engineMs: number) => engineMs } as EngineLink;
  const troubles: string[] = [];
  const context = {
    script: scriptOf([{ name: 'web-1' }], []),
    options: {},
    linkOf: () => link,
    expected: { endsByItself: () => endsByItself },
    clock: { momentAt: at, now: () => at(300) },
    over: new AbortController().signal,
    trouble: (what: string) => troubles.push(what),
  } as unknown as ReplayContext;
  const pods = createLivePods(() => context, BEGAN_MS);
  const live = pods.place(0, 0);
  live.id = 'c1';
  const first = pods.newProcess(live, 0, at(100), at(100));
  const second = pods.newProcess(live, 3, at(200), at(200));
  live.is = 'running';
  const happens = (what: 'start' | 'die', wallMs: number): void =>
    pods.onEvent(link, {
      what,
      id: 'c1',
      name: 'baton-01234567-web-1',
      image: 'work',
      atMs: BEGAN_MS + wallMs,
      labels: { [POD_LABEL]: 'web-1' },
      ...(what === 'die' && { exitCode: 137 }),
    });
  return { pods, live, first, second, troubles, happens };
}

test('the end of an earlier process, told late, is not taken for that of the one that runs', () => {
  const { live, first, second, troubles, happens } = restarted();
  happens('start', 150);
  happens('die', 190);
  expect([live.is, second.started, second.ended, troubles]).toEqual(['running', undefined, undefined, []]);
  happens('start', 240);
  happens('die', 250);
  expect([live.is, first.ended, second.started?.wallMs, second.ended?.wallMs]).toEqual(['exited', undefined, 240, 250]);
  expect(troubles).toEqual(['web-1 ended with exit code 137 without being told']);
});

test('clocks that differ by a little hide no end', () => {
  const { live, second, happens } = restarted();
  happens('die', 197);
  expect([live.is, second.ended?.wallMs]).toEqual(['exited', 197]);
});

test('of a job that ended unseen it is not said that it ended wrongly', () => {
  const unseen = restarted({ endsByItself: true });
  unseen.pods.onRemoved(unseen.live);
  expect([unseen.second.ended?.wallMs, unseen.troubles]).toEqual([300, []]);
  const seen = restarted({ endsByItself: true });
  seen.happens('die', 250);
  expect(seen.troubles).toEqual(['web-1 ended with exit code 137 where 0 was expected']);
});
