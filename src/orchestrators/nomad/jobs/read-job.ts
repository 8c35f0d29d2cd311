import { parseCron } from '../../kubernetes/controllers/cronjob/cron-schedule.ts';
import { InputError } from '../../../sim/input-error.ts';
import type { NomadJob } from './nomad-jobs.ts';
import { readGroup } from './read-group.ts';
import { readAffinities, readConstraints, readSpreads } from './read-placing.ts';
import { readMigrate, readReschedule, readUpdate } from './read-policies.ts';
import type { JobSection } from './section.ts';
import { SectionReader } from './section-reader.ts';

/** One job with all defaults. Throws an InputError with file, line, field and what to write instead. */
export function readJob({ file, job }: JobSection, note: (sentence: string) => void): NomadJob {
  const section = new SectionReader(job, `job "${job.labels[0] ?? ''}"`, { file, note });
  const id = section.text('id', section.label('job "name" { ... }'));
  if (/\s/.test(id)) section.fail('has blanks in its name; write one without');
  section.accept('name');
  const type = section.text('type', 'service', ['service', 'batch', 'system', 'sysbatch']) as NomadJob['type'];
  const updateBlock = section.one('update');
  if (updateBlock !== undefined && (type === 'batch' || type === 'sysbatch'))
    updateBlock.fail(`is not for ${type} jobs; leave it out`);
  const wide = {
    id,
    type,
    ...(type === 'service' || type === 'system' ? { update: readUpdate(updateBlock) } : {}),
    reschedule: readReschedule(section.one('reschedule'), type),
    migrate: readMigrate(section.one('migrate')),
  };
  const groups = section.sections('group').map((group) => readGroup(group, wide));
  if (groups.length === 0) section.fail('has no group; write group "name" { task "name" { ... } }');
  const twice = groups.find((group, place) => groups.findIndex((other) => other.name === group.name) < place);
  if (twice !== undefined) section.fail(`has two groups "${twice.name}"; give each its own name`);
  const periodic = readPeriodic(section.one('periodic'), type);
  const parameterized = section.one('parameterized');
  if (parameterized !== undefined) {
    if (type === 'service' || type === 'system')
      parameterized.fail('is for batch and sysbatch jobs; write type = "batch"');
    note(
      `${file}:${parameterized.line}: job "${id}" is parameterized and runs only when it is dispatched, which nobody does here`,
    );
  }
  section.ignore(['vault', 'consul', 'consul_token', 'vault_token'], 'tokens and secrets are there at once');
  section.ignore(['multiregion'], 'there is one region');
  section.accept('ui', 'version_tag', 'payload');
  const read: NomadJob = {
    id,
    type,
    priority: section.whole('priority', 50, { least: 1, most: 100 }),
    region: section.text('region', 'global'),
    namespace: section.text('namespace', 'default'),
    datacenters: section.texts('datacenters', ['*']),
    nodePool: section.text('node_pool', 'default'),
    allAtOnce: section.flag('all_at_once', false),
    constraints: readConstraints(section),
    affinities: readAffinities(section),
    spreads: readSpreads(section),
    meta: section.map('meta'),
    groups,
    ...(periodic === undefined ? {} : { periodic }),
    parameterized: parameterized !== undefined,
    file,
    line: job.line,
  };
  if ((type === 'system' || type === 'sysbatch') && (read.affinities.length > 0 || read.spreads.length > 0))
    section.fail(`has an affinity or spread, which ${type} jobs cannot have; leave it out`);
  section.done();
  return read;
}

function readPeriodic(block: SectionReader | undefined, type: string): NomadJob['periodic'] {
  if (block === undefined) return undefined;
  if (type === 'service' || type === 'system') block.fail('is for batch and sysbatch jobs; write type = "batch"');
  const one = block.text('cron', '');
  const crons = one === '' ? block.texts('crons', []) : [one];
  if (crons.length === 0) block.fail('has no cron; write cron = "*/15 * * * *"');
  const timeZone = block.text('time_zone', 'UTC');
  const periodic = {
    enabled: block.flag('enabled', true),
    crons: crons.map(fiveFields),
    prohibitOverlap: block.flag('prohibit_overlap', false),
    timeZone,
  };
  block.done();
  for (const cron of periodic.crons)
    try {
      parseCron(cron, timeZone);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      block.fail(`cannot be read: ${error.message}`);
    }
  return periodic;
}

/** Nomad's cron (cronexpr) also has seconds first or a year last; both are left out where they say nothing. */
function fiveFields(cron: string): string {
  const fields = cron.trim().split(/\s+/);
  if (fields.length === 7 && fields[0] === '0' && fields[6] === '*') return fields.slice(1, 6).join(' ');
  if (fields.length === 6 && fields[5] === '*') return fields.slice(0, 5).join(' ');
  if (fields.length === 6 && fields[0] === '0') return fields.slice(1).join(' ');
  return cron.trim();
}
