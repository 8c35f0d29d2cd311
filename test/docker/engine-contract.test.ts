import { expect, test } from 'vitest';
import { dockerEngine } from '../../src/live/engine/docker-engine.ts';
import { fakeEngine } from '../../src/live/engine/fake-engine.ts';
import { busyboxTar } from './busybox-tar.ts';
import { startDocker } from './docker-daemon.ts';
import { dockerTest } from './docker-test.ts';
import { ENGINE_CONTRACT, examine, PROGRAMS } from './engine-contract.ts';

const IMAGE = 'baton-contract/busybox:1';

test.each(ENGINE_CONTRACT)('the engine in memory: $name', async (clause) => {
  const engine = fakeEngine({
    images: [IMAGE],
    program: ({ command }) => {
      const text = command?.at(-1);
      if (text === PROGRAMS.failing) return { endsAfterMs: 20, exitCode: 3 };
      if (text === PROGRAMS.greedy) return { memBytes: 2 ** 40 };
      return text === PROGRAMS.deaf ? { onTerm: 'ignores' } : {};
    },
  });
  await examine(clause, { engine, image: IMAGE, tar: new Uint8Array(), architecture: 'amd64' });
  expect(await engine.list({})).toEqual([]);
  engine.close();
});

dockerTest(
  'a real engine: all clauses',
  async () => {
    const { socket } = await startDocker();
    const engine = await dockerEngine({ by: 'socket', path: socket });
    const tar = busyboxTar();
    const { architecture } = await engine.info();
    await engine.importImage(tar, { reference: IMAGE, labels: {}, architecture });
    for (const clause of ENGINE_CONTRACT) {
      try {
        await examine(clause, { engine, image: IMAGE, tar, architecture });
      } catch (error) {
        throw new Error(`clause "${clause.name}": ${(error as Error).message}`, { cause: error });
      }
    }
    engine.close();
  },
  { needs: ['a static busybox'] },
);
