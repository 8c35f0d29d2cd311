import { defineConfig } from 'vitest/config';

const inCi = process.env['CI'] !== undefined && process.env['CI'] !== '';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
    // Threads start faster than processes, and nothing here changes the directory or kills its process.
    pool: 'threads',
    // Generous, because a shared machine may be busy; they are there for what hangs, not for what is slow.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // tools/test-summary.mjs reads the JSON: in CI nothing but slow tests may be skipped.
    reporters: inCi ? ['default', 'json'] : ['default'],
    outputFile: { json: 'node_modules/.cache/baton/test-results.json' },
  },
});
