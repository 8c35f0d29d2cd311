import { expect, onTestFinished, vi } from 'vitest';
import { liveExamples, printedBy } from '../readme-examples.ts';
import { startDocker } from './docker-daemon.ts';
import { dockerTest } from './docker-test.ts';

for (const example of liveExamples)
  dockerTest(`the README shows what \`${example.command}\` prints`, async () => {
    const { socket } = await startDocker();
    // `--docker` alone is the engine that the docker command would use.
    vi.stubEnv('DOCKER_HOST', `unix://${socket}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(printedBy(example)).toBe(example.output);
  });
