import type { JobType, NomadTask, RestartPolicy } from './nomad-jobs.ts';
import { readAffinities, readConstraints } from './read-placing.ts';
import { readRestart } from './read-policies.ts';
import { readServices } from './read-services.ts';
import type { SectionReader } from './section-reader.ts';

/** Fields of a task's own network and disk in `resources` that older Nomad placed by. */
const OLD_RESOURCES = ['network', 'iops', 'disk', 'secrets'];

export function readTask(
  section: SectionReader,
  jobType: JobType,
  groupRestart: RestartPolicy,
  owner: string,
): NomadTask {
  const name = section.label('task "name" { ... }');
  const driver = section.text('driver', '');
  if (driver === '') section.fail('has no driver; write driver = "docker"');
  const config = configOf(section);
  const resources = section.one('resources');
  const cores = resources?.whole('cores', 0) ?? 0;
  if (resources !== undefined && cores > 0 && resources.has('cpu') && resources.whole('cpu', 0) > 0)
    resources.fail('has both cpu and cores; leave one of the two');
  const cpuMhz = cores > 0 ? 0 : (resources?.whole('cpu', 100, { least: 1 }) ?? 100);
  const memoryMb = resources?.whole('memory', 300, { least: 10 }) ?? 300;
  const memoryMaxMb = resources?.whole('memory_max', 0, { least: -1 }) ?? 0;
  if (memoryMaxMb > 0 && memoryMaxMb < memoryMb)
    resources?.fail(`has memory_max ${memoryMaxMb} below memory ${memoryMb}; write a larger memory_max`);
  const devices = (resources?.sections('device') ?? []).map((device) => {
    const what = device.label('device "nvidia/gpu" { count = 1 }');
    const count = device.whole('count', 1, { least: 1 });
    device.ignore(['constraint', 'affinity'], 'all devices of a machine are alike');
    device.done();
    return { name: what, count };
  });
  if (resources !== undefined) {
    resources.ignore(['numa'], 'machines have one memory node');
    resources.ignore(OLD_RESOURCES, 'write networks and disks in the group');
    resources.done();
  }
  const lifecycle = section.one('lifecycle');
  const hook = lifecycle?.text('hook', '', ['prestart', 'poststart', 'poststop']) ?? 'main';
  if (hook === '') lifecycle?.fail('has no hook; write hook = "prestart"');
  const sidecar = lifecycle?.flag('sidecar', false) ?? false;
  lifecycle?.done();
  const restart = readRestart(section.one('restart'), jobType, groupRestart);
  const task: NomadTask = {
    name,
    driver,
    image: imageOf(config, driver),
    forcePull: config['force_pull'] === true,
    cpuMhz,
    cores,
    memoryMb,
    memoryMaxMb,
    devices,
    env: section.map('env'),
    meta: section.map('meta'),
    fingerprint: '',
    hook: hook as NomadTask['hook'],
    sidecar,
    leader: section.flag('leader', false),
    killTimeoutUs: section.durationUs('kill_timeout', 5e6),
    shutdownDelayUs: section.durationUs('shutdown_delay', 0),
    restart,
    constraints: readConstraints(section),
    affinities: readAffinities(section),
    services: readServices(section, `${owner}-${name}`),
  };
  const content = ['template', 'artifact'].map((type) =>
    section.section.sections
      .filter((one) => one.type === type)
      .map((one) => [...one.fields.values()].map(({ name: field, value }) => [field, value])),
  );
  section.ignore(['template'], 'files that clients render change nothing that is modelled');
  section.ignore(['artifact'], 'downloads beside the image take no time');
  section.ignore(['vault', 'consul', 'identity', 'secret'], 'tokens and secrets are there at once');
  section.ignore(
    ['volume_mount', 'csi_plugin', 'dispatch_payload', 'scaling', 'schedule', 'action'],
    'it is not modelled',
  );
  section.accept('logs', 'kill_signal', 'user', 'kind');
  section.done();
  return {
    ...task,
    // What tasksUpdated of scheduler/util.go compares: a difference in any of it needs a new allocation.
    fingerprint: JSON.stringify([
      driver,
      config,
      task.env,
      task.meta,
      cpuMhz,
      cores,
      memoryMb,
      memoryMaxMb,
      devices,
      content,
    ]),
  };
}

function configOf(section: SectionReader): Record<string, unknown> {
  const value = section.raw('config')?.value;
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}

/** What a driver runs: the image, or the command where there is none. */
function imageOf(config: Record<string, unknown>, driver: string): string {
  for (const name of ['image', 'jar_path', 'image_path', 'command']) {
    const value = config[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return driver;
}
