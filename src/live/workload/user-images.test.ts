import { expect, test } from 'vitest';
import { fakeEngine } from '../engine/fake-engine.ts';
import { checkUserImages, checkWorkloads, readUserImages, userImageFor } from './user-images.ts';

test('images of the user are read with ports, path and command', () => {
  const images = readUserImages([
    'web=nginx:alpine,port=80,port=81,ready=/',
    'shop/api=registry.example:5000/api@sha256:0123,command=serve --port 80, loudly',
    '*=busybox,ready=up,command=["sleep", "1 h"]',
  ]);
  expect(userImageFor(images, 'web')).toEqual({ image: 'nginx:alpine', ports: [80, 81], readyPath: '/' });
  expect(userImageFor(images, 'shop/api')).toEqual({
    image: 'registry.example:5000/api@sha256:0123',
    command: ['serve', '--port', '80,', 'loudly'],
  });
  expect(userImageFor(images, 'other')).toEqual({ image: 'busybox', readyPath: '/up', command: ['sleep', '1 h'] });
  expect(userImageFor(readUserImages(['web=nginx']), 'other')).toBeUndefined();
});

test.each([
  [['nginx'], '--image nginx names no workload'],
  [['=nginx'], '--image =nginx names no workload'],
  [['web='], '--image web= names no image'],
  [['web=port=80'], '--image web=port=80 names no image'],
  [['web=../../etc/passwd?x#y'], '--image web=../../etc/passwd?x#y names no image'],
  [['web=nginx,prot=80'], '--image web=nginx,prot=80: "prot=80" is not understood'],
  [['web=nginx,port=0'], 'the port is a number from 1 to 65535, as in port=80, not "0"'],
  [['web=nginx,port=1e3'], 'not "1e3"'],
  [['web=nginx,command=["a", 1]'], 'write the command as words or as a JSON list'],
  [['web=nginx,command=[a'], 'write the command as words or as a JSON list'],
  [['web=nginx', 'web=httpd'], '--image names web twice'],
])('%j is refused in a sentence', (texts, sentence) => {
  expect(() => readUserImages(texts)).toThrow(sentence);
});

test('an image for a workload that the run does not have is refused, with those that it has', () => {
  checkWorkloads(readUserImages(['web=nginx', '*=busybox']), ['web', 'web']);
  expect(() => checkWorkloads(readUserImages(['wob=nginx']), ['web', 'stock', 'web'])).toThrow(
    '--image wob=...: the run has no workload of this name; it has stock and web',
  );
});

test('images that the engine lacks are named with the commands that bring them, or pulled when told', async () => {
  const engine = fakeEngine({ images: ['nginx:alpine'] });
  await checkUserImages(engine, readUserImages(['web=nginx:alpine,port=80']));
  const images = readUserImages(['a=redis:7', 'b=nginx:alpine', 'c=busybox', 'd=redis:7']);
  await expect(checkUserImages(engine, images)).rejects.toThrow(
    'engine fake does not have busybox, redis:7: bring them with docker pull busybox; docker pull redis:7',
  );
  const pulled: string[] = [];
  await checkUserImages(engine, images, async (reference) => void pulled.push(reference));
  expect(pulled).toEqual(['busybox', 'redis:7']);
});
