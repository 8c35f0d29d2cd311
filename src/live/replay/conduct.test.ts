import { describe, expect, test } from 'vitest';
import { drivenReplay, scriptOf, SECOND_US } from '../../../test/driven-replay.ts';
import { drivenClock } from '../engine/fake-clock.ts';
import { fakeEngine } from '../engine/fake-engine.ts';

const S = SECOND_US;

describe('steps', () => {
  test('a pod is started, stopped, killed and removed, and nothing is left', async () => {
    const clock = drivenClock();
    const engine = fakeEngine({ clock, images: ['work'] });
    const script = scriptOf(
      [{ name: 'web-1' }, { name: 'web-2' }],
      [
        { atUs: 0, do: 'start', pod: 0, node: 0 },
        { atUs: 5 * S, do: 'start', pod: 1, node: 1 },
        { atUs: 20 * S, do: 'stop', pod: 0, graceUs: 30 * S, why: 'scaled down' },
        { atUs: 21 * S, do: 'gone', pod: 0 },
        { atUs: 40 * S, do: 'kill', pod: 1, why: 'crash' },
        { atUs: 50 * S, do: 'gone', pod: 1 },
      ],
    );
    const record = await drivenReplay(script, engine, clock);
    expect(record.troubles).toEqual([]);
    expect(record.steps.map(({ outcome }) => outcome)).toEqual(new Array(6).fill('done'));
    expect(record.checkpoints.map(({ expected }) => expected)).toEqual([2, 2, 2, 2, 1, 1, 1, 1, 1, 0, 0, 0]);
    expect(record.checkpoints.map(({ found }) => found)).toEqual([2, 2, 2, 2, 1, 1, 1, 1, 1, 0, 0, 0]);
    expect(record.checkpoints.flatMap(({ differences }) => differences)).toEqual([]);
    expect(record.processes.map(({ pod, exitCode }) => [pod, exitCode])).toEqual([
      [0, 0],
      [1, 137],
    ]);
    expect(record.leftBehind).toBe(0);
    expect(record.outcome).toBe('finished');
  });
});
