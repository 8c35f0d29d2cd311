import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { RUN_LABEL } from '../../src/live/labels.ts';
import { connectEngine } from '../../src/live/engine/connect-engine.ts';
import type { ReplayRecord } from '../../src/live/replay/replay-record.ts';
import { scriptText } from '../../src/live/script/write-script.ts';
import type { ScriptStep } from '../../src/live/script/replay-script.ts';
import { folderWith, runningBaton } from '../cli/baton.ts';
import { scriptOf, SECOND_US as S } from '../driven-replay.ts';
import { startDocker, type DockerDaemon } from './docker-daemon.ts';
import { dockerTest } from './docker-test.ts';

const MIB = 1024 * 1024;
const PODS = 12;
/** Simulated seconds; at speed 2 half as many real ones. */
const LASTS_S = 40;

/** Twelve pods on two nodes, one more a node every two seconds for a while, and two that end. */
const steps: ScriptStep[] = [
  ...Array.from({ length: PODS }, (_, pod): ScriptStep => ({ atUs: pod * 2 * S, do: 'start', pod, node: pod % 2 })),
  { atUs: 34 * S, do: 'stop', pod: 0, graceUs: 4 * S, why: 'scaled down' },
  { atUs: 34 * S, do: 'stop', pod: 1, graceUs: 4 * S, why: 'scaled down' },
  { atUs: 36 * S, do: 'gone', pod: 0 },
  { atUs: 36 * S, do: 'gone', pod: 1 },
];
const script = scriptOf(
  Array.from({ length: PODS }, (_, pod) => ({ name: `web-${pod}`, cpuMilli: 50, memBytes: 16 * MIB })),
  steps,
  { durationUs: LASTS_S * S },
);

dockerTest(
  'of two engines one is killed in the middle: the other carries on, and it is cleaned when it returns',
  async () => {
    const [first, second] = await Promise.all([startDocker(), startDocker()]);
    const folder = folderWith({ 'script.json': scriptText(script) });
    const replay = runningBaton(
      folder,
      'replay',
      'script.json',
      '--docker',
      `first=unix://${first.socket}`,
      '--docker',
      `second=unix://${second.socket}`,
      '--speed',
      '2',
      '--checkpoints',
      '10',
      '--wait',
      '120',
    );
    await replay.says(/([1-9]|1[0-2]) containers/);
    await second.crash();
    await replay.says('second is away');
    await second.restart();
    const { stdout, stderr } = await replay.end;

    const record = JSON.parse(
      readFileSync(join(folder, `baton-out/replays/${script.runId}/record.json`), 'utf8'),
    ) as ReplayRecord;
    const told = `${stdout}\n${stderr}`;
    expect(record.outcome, told).toBe('finished');
    expect(record.troubles.map(({ what }) => what).join('\n')).toMatch(/second is away.*\n(.*\n)*.*second is back/);
    // Whatever was asked of the first engine was done; nothing else was missed than what was asked of the second.
    for (const { step, outcome, sentence } of record.steps) {
      const { pod } = script.steps[step] as { pod: number };
      if (pod % 2 === 0) expect([step, outcome, sentence]).toEqual([step, 'done', undefined]);
    }
    // What the script says of the second was made true again before the end.
    expect(record.checkpoints.at(-1)?.differences).toEqual([]);
    expect(record.leftBehind).toBe(0);
    expect(await left(first)).toEqual([0, 0]);
    expect(await left(second)).toEqual([0, 0]);
  },
);

/** Containers and networks with any run's label. */
async function left({ socket }: DockerDaemon): Promise<number[]> {
  const { engine } = await connectEngine({ docker: `unix://${socket}` });
  const [containers, networks] = await Promise.all([
    engine.list({ [RUN_LABEL]: '' }),
    engine.listNetworks({ [RUN_LABEL]: '' }),
  ]);
  engine.close();
  return [containers.length, networks.length];
}
