import { expect, test } from 'vitest';
import { EngineFault } from '../engine/engine-fault.ts';
import type { Engine } from '../engine/engine.ts';
import { engineAnswers } from './engine-answers.ts';

/** An engine that answers as told, one ping after the other; the last answer for ever. */
function pinging(answers: readonly ('up' | 'down' | 'denied')[]): Engine {
  let pings = 0;
  return {
    name: 'docker',
    ping: () => {
      const answer = answers[Math.min(pings++, answers.length - 1)];
      if (answer === 'up') return Promise.resolve();
      const kind = answer === 'down' ? 'unreachable' : 'denied';
      return Promise.reject(new EngineFault(kind, 'docker', `docker: ${answer}`));
    },
  } as Partial<Engine> as Engine;
}

/** Time that passes only when it is waited for. */
function ownTime() {
  let nowMs = 0;
  const waits: number[] = [];
  return {
    waits,
    nowMs: () => nowMs,
    wait: (ms: number) => {
      waits.push(ms);
      nowMs += ms;
      return Promise.resolve();
    },
  };
}

test('waiting ends when it answers, at the limit, and at once where waiting cannot help', async () => {
  const wait = async (answers: Parameters<typeof pinging>[0]) => {
    const { waits, ...time } = ownTime();
    const fault = await engineAnswers(pinging(answers), { limitMs: 2000, ...time });
    return [fault?.message, waits];
  };
  expect(await wait(['down', 'down', 'up'])).toEqual([undefined, [250, 500]]);
  expect(await wait(['down'])).toEqual(['docker: down', [250, 500, 1000, 250]]);
  expect(await wait(['denied'])).toEqual(['docker: denied', []]);
});

test('the signal ends a pause', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 5);
  const fault = await engineAnswers(pinging(['down']), {
    limitMs: 3_600_000,
    backoffMs: 3_600_000,
    signal: stop.signal,
  });
  expect(fault?.kind).toBe('unreachable');
});
