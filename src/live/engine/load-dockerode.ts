import type Dockerode from 'dockerode';
import { InputError } from '../../sim/input-error.ts';

/** Makes a client of dockerode, which is loaded here and nowhere else: only those who replay need it. */
export async function loadDockerode(options: object): Promise<Dockerode> {
  const Docker = await import('dockerode').then(
    (module) => module.default,
    (error: unknown) => {
      throw new InputError(
        `speaking to Docker needs the package dockerode, which is not here; install it with "npm install dockerode" (${(error as Error).message.split('\n')[0]})`,
      );
    },
  );
  // It reads DOCKER_HOST and the certificates even when told all, and fails for what is wrong with them.
  const { DOCKER_HOST } = process.env;
  delete process.env['DOCKER_HOST'];
  try {
    return new Docker(options);
  } finally {
    if (DOCKER_HOST !== undefined) process.env['DOCKER_HOST'] = DOCKER_HOST;
  }
}
