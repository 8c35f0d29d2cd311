import { configDefaults, defineConfig } from 'vitest/config';

const inCi = process.env['CI'] !== undefined && process.env['CI'] !== '';
const REAL_ENGINES = 'test/docker/**/*.test.ts';

export default defineConfig({
  test: {
    // Threads start faster than processes, and nothing here changes the directory or kills its process.
    pool: 'threads',
    // Generous, because a shared machine may be busy; they are there for what hangs, not for what is slow.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // tools/test-summary.mjs reads the JSON: in CI nothing but slow tests may be skipped.
    reporters: inCi ? ['default', 'json'] : ['default'],
    outputFile: { json: 'node_modules/.cache/baton/test-results.json' },
    projects: [
      {
        extends: true,
        test: {
          name: 'baton',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: [...configDefaults.exclude, REAL_ENGINES],
        },
      },
      {
        // Docker engines need the machine, and what they do takes real time: one file after another, when all else is done.
        extends: true,
        test: {
          name: 'docker',
          include: [REAL_ENGINES],
          fileParallelism: false,
          globalSetup: 'test/docker/try-docker.ts',
        },
      },
    ],
  },
});
