import { absoluteId } from '../mesos/frameworks/marathon/path-id.ts';
import { readMesosFiles } from '../mesos/read-mesos-files.ts';
import type { NativeFile } from '../native-file.ts';
import { fullServiceName, type AppService, type Loss, type ReadModel } from './app-model.ts';
import { marathonService } from './marathon/read-app.ts';
import { metronomeService } from './marathon/read-job.ts';
import { RawPart } from './raw-part.ts';
import { unreadLosses } from './read-losses.ts';

/** Apps and groups of Marathon, and jobs of Metronome, as a model. */
export function fromMarathon(files: readonly NativeFile[]): ReadModel {
  readMesosFiles(files);
  const services: AppService[] = [];
  const losses: Loss[] = [];
  for (const { text } of files) {
    const root = new RawPart(JSON.parse(text.replace(/^\uFEFF/, '')));
    for (const part of root.isList ? root.items() : [root]) readPart(part, '/', [], services, losses);
  }
  return { model: { services: services.map((one) => withServices(one, services)), notes: [] }, losses };
}

function readPart(
  part: RawPart,
  parent: string,
  inherited: readonly string[],
  services: AppService[],
  losses: Loss[],
): void {
  const id = part.child('id').text() ?? '/';
  if (part.child('apps').isPresent || part.child('groups').isPresent) {
    const path = absoluteId(id, parent);
    const dependencies = [
      ...inherited,
      ...part
        .child('dependencies')
        .texts()
        .map((one) => absoluteId(one, parent)),
    ];
    for (const key of ['apps', 'groups'])
      for (const one of part.child(key).items()) readPart(one, path, dependencies, services, losses);
    return;
  }
  const isJob = part.child('run').isPresent;
  if (
    !isJob &&
    !part.child('cpus').isPresent &&
    !part.child('container').isPresent &&
    !part.child('cmd').isPresent &&
    !part.child('args').isPresent
  ) {
    losses.push({
      kind: 'not-translated',
      service: '',
      field: part
        .entries()
        .map(([key]) => key)
        .slice(0, 3)
        .join(', '),
      value: '',
      instead: 'roles, weights and quota are of Mesos only',
    });
    return;
  }
  part.take(
    'version',
    'versionInfo',
    'tasks',
    'tasksStaged',
    'tasksRunning',
    'tasksHealthy',
    'tasksUnhealthy',
    'deployments',
    '$schema',
  );
  const service = isJob ? metronomeService(part) : marathonService(part, absoluteId(id, parent), inherited);
  services.push(service);
  losses.push(...unreadLosses(fullServiceName(service), part));
}

/** Dependencies on groups are dependencies on all in them; in the same group the name is enough. */
function withServices(service: AppService, all: readonly AppService[]): AppService {
  const dependsOn = service.dependsOn.flatMap((one) => {
    const path = one.service.slice(1);
    return all
      .filter((other) => fullServiceName(other) === path || fullServiceName(other).startsWith(`${path}/`))
      .map((other) => ({ ...one, service: other.group === service.group ? other.name : fullServiceName(other) }));
  });
  return { ...service, dependsOn };
}
