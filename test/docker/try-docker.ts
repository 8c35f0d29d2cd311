import type { TestProject } from 'vitest/node';
import { dockerEngine } from '../../src/live/engine/docker-engine.ts';
import { sentenceOf } from '../../src/live/sentence-of.ts';
import { ensureWorkload } from '../../src/live/workload/ensure-workload.ts';
import { workloadCommand } from '../../src/live/workload/workload-command.ts';
import { DOCKERD, startDocker, whyNotTried } from './docker-daemon.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Why no test can have a Docker engine here, in a sentence; empty: they can. */
    readonly whyNoDocker: string;
  }
}

/**
 * Before the first test with a Docker engine, once: whether one starts here and runs a container with limits. Machines on
 * which it cannot have reasons that nothing but trying shows, such as control groups that may not be written.
 */
export async function setup(project: TestProject): Promise<void> {
  project.provide('whyNoDocker', whyNotTried() ?? (await tried()));
}

async function tried(): Promise<string> {
  try {
    const docker = await startDocker({ lives: 'until-ended' });
    try {
      return await runsContainer(docker.socket);
    } finally {
      await docker.end();
    }
  } catch (error) {
    return failure(error);
  }
}

async function runsContainer(socket: string): Promise<string> {
  const engine = await dockerEngine({ by: 'socket', path: socket });
  try {
    const id = await engine.createContainer({
      name: 'tried',
      image: await ensureWorkload(engine),
      command: workloadCommand({ bootMs: 0, lingerMs: 0 }),
      labels: {},
      network: await engine.createNetwork({ name: 'tried', labels: {} }),
      cpuLimitMilli: 100,
      memLimitBytes: 16 * 1024 * 1024,
    });
    await engine.start(id);
    await engine.pause(id);
    return '';
  } catch (error) {
    return failure(error);
  } finally {
    engine.close();
  }
}

function failure(error: unknown): string {
  const why = sentenceOf(error).replace(/\s+/g, ' ').trim();
  return `${DOCKERD} is here and cannot be used: ${why.length > 200 ? `… ${why.slice(-200)}` : why}`;
}
