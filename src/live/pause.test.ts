import { expect, test, vi } from 'vitest';
import { pause } from './pause.ts';

test('a pause of months lasts months', async () => {
  vi.useFakeTimers();
  try {
    let isOver = false;
    const days = 86_400_000;
    void pause(60 * days).then(() => (isOver = true));
    await vi.advanceTimersByTimeAsync(60 * days - 1);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(isOver).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

test('the signal ends it, before and after it has begun', async () => {
  const stop = new AbortController();
  const long = pause(1e12, stop.signal);
  stop.abort();
  await expect(long).resolves.toBeUndefined();
  await expect(pause(1e12, stop.signal)).resolves.toBeUndefined();
});
