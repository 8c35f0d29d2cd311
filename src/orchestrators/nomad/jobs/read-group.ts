import type { JobType, NomadGroup, NomadPort, ReschedulePolicy, UpdateStrategy } from './nomad-jobs.ts';
import type { MigrateStrategy } from './nomad-jobs.ts';
import { readAffinities, readConstraints, readSpreads } from './read-placing.ts';
import { readDisconnect, readMigrate, readReschedule, readRestart, readScaling, readUpdate } from './read-policies.ts';
import { readServices } from './read-services.ts';
import { readTask } from './read-task.ts';
import type { SectionReader } from './section-reader.ts';

/** What the job says for all of its groups. */
export interface JobWide {
  readonly id: string;
  readonly type: JobType;
  readonly update?: UpdateStrategy;
  readonly reschedule: ReschedulePolicy;
  readonly migrate: MigrateStrategy;
}

export function readGroup(section: SectionReader, job: JobWide): NomadGroup {
  const name = section.label('group "name" { ... }');
  const isSystem = job.type === 'system' || job.type === 'sysbatch';
  const saysCount = section.has('count');
  const scalingBlock = section.one('scaling');
  // Without a count, a scaling block's minimum is one.
  const least = scalingBlock?.has('min') === true ? scalingBlock.whole('min', 1) : 1;
  const count = section.whole('count', least, { most: 100_000 });
  if (isSystem && saysCount && count > 1)
    section.fail(`has count ${count}, but ${job.type} jobs run once on every node; leave count out`);
  const scaling = readScaling(scalingBlock, count);
  if (scaling !== undefined && (count < scaling.min || count > scaling.max))
    section.fail(`has count ${count} outside of its scaling block's ${scaling.min} to ${scaling.max}`);
  const restart = readRestart(section.one('restart'), job.type);
  const [network, ...more] = section.sections('network');
  if (more.length > 0) more[0].fail('is a second network; write all ports in one network block');
  const disk = section.one('ephemeral_disk');
  const update =
    job.type === 'service' || job.type === 'system' ? readUpdate(section.one('update'), job.update) : undefined;
  if (update === undefined && section.has('update'))
    section.one('update')?.fail(`is not for ${job.type} jobs; leave it out`);
  const owner = `${job.id}-${name}`;
  const tasks = section.sections('task').map((task) => readTask(task, job.type, restart, owner));
  if (tasks.length === 0) section.fail('has no task; write task "name" { ... }');
  if (!tasks.some(({ hook }) => hook === 'main'))
    section.fail('has lifecycle tasks only; write a task without lifecycle');
  const twice = tasks.find((task, place) => tasks.findIndex((other) => other.name === task.name) < place);
  if (twice !== undefined) section.fail(`has two tasks "${twice.name}"; give each its own name`);
  const leaders = tasks.filter(({ leader }) => leader);
  if (leaders.length > 1) section.fail('has more than one leader; write leader = true in one task only');
  const group: NomadGroup = {
    name,
    count,
    constraints: readConstraints(section),
    affinities: readAffinities(section),
    spreads: readSpreads(section),
    networkMode: network?.text('mode', 'host') ?? 'host',
    ports: network === undefined ? [] : readPorts(network),
    diskMb: disk?.whole('size', 300, { least: 10 }) ?? 300,
    sticky: (disk?.flag('sticky', false) ?? false) || (disk?.flag('migrate', false) ?? false),
    restart,
    reschedule: readReschedule(section.one('reschedule'), job.type, job.reschedule),
    ...(update === undefined ? {} : { update }),
    migrate: readMigrate(section.one('migrate'), job.migrate),
    disconnect: readDisconnect(section),
    ...(scaling === undefined ? {} : { scaling }),
    services: readServices(section, owner),
    tasks,
    meta: section.map('meta'),
    shutdownDelayUs: section.durationUs('shutdown_delay', 0),
  };
  if (isSystem && (group.affinities.length > 0 || group.spreads.length > 0))
    section.fail(`has an affinity or spread, which ${job.type} jobs cannot have; leave it out`);
  disk?.accept('migrate');
  disk?.done();
  section.ignore(['volume'], 'every machine is taken to have it');
  section.ignore(['vault', 'consul'], 'tokens and secrets are there at once');
  section.done();
  return group;
}

function readPorts(network: SectionReader): NomadPort[] {
  const ports = [...network.sections('port'), ...network.sections('reserved_port')].map((port) => {
    const label = port.label('port "http" { to = 8080 }');
    const fixed = port.whole('static', port.whole('value', 0, { most: 65_535 }), { most: 65_535 });
    const to = port.whole('to', 0, { least: -1, most: 65_535 });
    port.accept('host_network', 'ignore_collision');
    port.done();
    return { label, static: fixed, to };
  });
  network.accept('mode', 'hostname', 'mbits', 'dns', 'cni', 'device', 'cidr', 'ip');
  network.done();
  return ports;
}
