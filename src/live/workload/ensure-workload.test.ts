import { expect, test } from 'vitest';
import { fakeEngine } from '../engine/fake-engine.ts';
import { ensureWorkload } from './ensure-workload.ts';
import { workloadImage } from './workload-image.ts';

test.each(['amd64', 'arm64'])('an engine on %s gets the image for it, once', async (architecture) => {
  const engine = fakeEngine({ info: { architecture } });
  const { reference } = workloadImage(architecture).spec;
  expect(await ensureWorkload(engine)).toBe(reference);
  expect(await engine.hasImage(reference)).toBe(true);
  expect(await ensureWorkload(engine)).toBe(reference);
  expect(engine.calls.filter(({ call }) => call === 'importImage')).toHaveLength(1);
});

test('engines on which it cannot run are told what to do instead', async () => {
  await expect(ensureWorkload(fakeEngine({ name: 'old', info: { architecture: 's390x' } }))).rejects.toThrow(
    'not for s390x: name an image of yours for each workload, as in --image web=nginx:alpine,port=80',
  );
  await expect(ensureWorkload(fakeEngine({ name: 'pane', info: { os: 'windows' } }))).rejects.toThrow(
    'engine pane runs windows containers',
  );
});
