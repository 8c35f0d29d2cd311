import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import type { CleanReport } from './clean-run.ts';
import { guardEnd, type EndOptions } from './on-end.ts';

const clean: CleanReport = {
  runId: 'run-1',
  engines: [{ engine: 'docker', containers: 2, networks: 1, images: 0, locks: 1, left: [] }],
  left: 0,
  isClean: true,
};
const REMOVED = 'docker: removed 2 containers, 1 network and the lock; nothing is left';

/** A process that can be listened to, and what was said and done in it. */
function guarded(change: Partial<EndOptions> = {}) {
  const target = Object.assign(new EventEmitter(), { stdout: new EventEmitter(), stderr: new EventEmitter() });
  const happened: string[] = [];
  let exited: (code: number) => void;
  const exit = new Promise<number>((resolve) => (exited = resolve));
  const guard = guardEnd({
    runId: 'run-1',
    stop: (reason) => {
      happened.push(`stop ${reason.kind}`);
      return Promise.resolve();
    },
    clean: () => {
      happened.push('clean');
      return Promise.resolve(clean);
    },
    say: (sentence) => happened.push(sentence),
    exit: (code) => exited(code),
    target,
    ...change,
  });
  return { target, happened, exit, guard };
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGQUIT', 131],
] as const)('%s stops, cleans, says what was done and ends with %i', async (signal, code) => {
  const { target, happened, exit, guard } = guarded();
  target.emit(signal);
  expect(guard.signal.aborted).toBe(true);
  expect(await exit).toBe(code);
  expect(happened).toEqual([
    `${signal}: stopping the replay and removing all that it started`,
    'stop signal',
    'clean',
    REMOVED,
  ]);
  expect(target.listenerCount(signal)).toBe(0);
});

test('a second signal says that cleaning goes on, a third ends at once', async () => {
  const { target, happened, exit } = guarded({ clean: () => new Promise(() => {}) });
  for (let i = 0; i < 3; i++) target.emit('SIGINT');
  expect(await exit).toBe(130);
  expect(happened.filter((sentence) => sentence !== 'stop signal')).toEqual([
    'SIGINT: stopping the replay and removing all that it started',
    'still removing what the replay started; once more ends at once, and then it is left to: baton replay --clean run-1',
    'ended at once; remove what is left with: baton replay --clean run-1',
  ]);
});

test('an error that nobody caught is told, and the run is cleaned all the same', async () => {
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    const { target, happened, exit } = guarded();
    target.emit(event, new Error('x is not a function'));
    expect(await exit).toBe(70);
    expect(happened).toEqual(['a bug of Baton: x is not a function', 'stop bug', 'clean', REMOVED]);
  }
});

test('a reader that goes away ends the replay in order, whatever listened before', async () => {
  for (const name of ['stdout', 'stderr'] as const) {
    let before = 0;
    const target = Object.assign(new EventEmitter(), { stdout: new EventEmitter(), stderr: new EventEmitter() });
    target[name].on('error', () => before++);
    const { happened, exit } = guarded({ target });
    target[name].emit('error', Object.assign(new Error('EPIPE'), { code: 'EPIPE' }));
    expect(before).toBe(0);
    expect(await exit).toBe(0);
    expect(happened.slice(-3)).toEqual(['stop pipe', 'clean', REMOVED]);
    target[name].emit('error', Object.assign(new Error('EPIPE'), { code: 'EPIPE' }));
    expect(before).toBe(1);
  }
});

test('a replay that cannot be stopped is cleaned; one that cannot be cleaned says how to finish', async () => {
  const { target, happened, exit } = guarded({
    stop: () => Promise.reject(new Error('stuck')),
    clean: () => Promise.reject(new Error('engine away')),
  });
  target.emit('SIGTERM');
  expect(await exit).toBe(143);
  expect(happened.slice(1)).toEqual([
    'the replay could not be stopped in order: stuck',
    'the run could not be cleaned: engine away; finish it later with: baton replay --clean run-1',
  ]);
});

test('people who cannot be told are no reason not to clean', async () => {
  let cleaned = 0;
  const { target, exit } = guarded({
    say: () => {
      throw new Error('EIO');
    },
    clean: () => {
      cleaned++;
      return Promise.resolve(clean);
    },
  });
  target.emit('SIGHUP');
  expect([await exit, cleaned]).toEqual([129, 1]);
});

test('nothing is listened to any more once it is disposed of', () => {
  const { target, guard } = guarded();
  guard.dispose();
  guard.dispose();
  expect(target.eventNames()).toEqual([]);
  expect([target.stdout.listenerCount('error'), target.stderr.listenerCount('error')]).toEqual([0, 0]);
  expect(guard.signal.aborted).toBe(false);
});
