import { InputError } from '../../sim/input-error.ts';
import { FileNotes } from '../file-notes.ts';
import type { NativeFile, NativeWorkload, NativeWorkloads } from '../native-file.ts';
import type { JobSpec } from './frameworks/batch/job-spec.ts';
import { readJob } from './frameworks/batch/read-job.ts';
import type { AppSpec } from './frameworks/marathon/app-spec.ts';
import { plainName } from './frameworks/marathon/path-id.ts';
import { appsById, readMarathon, type ReadApp } from './frameworks/marathon/read-marathon.ts';
import { readQuotas, readWeights, type RoleQuotaSpec, type RoleWeight } from './master/read-roles.ts';
import { readJsonFile, type JsonField } from './text/json-field.ts';

/** What the files of a Mesos cluster say: Marathon's apps, jobs of batch frameworks, weights and quota of roles. */
export interface MesosFiles extends NativeWorkloads {
  readonly apps: ReadonlyMap<string, AppSpec>;
  readonly jobs: ReadonlyMap<string, JobSpec>;
  readonly weights: readonly RoleWeight[];
  readonly quotas: readonly RoleQuotaSpec[];
}

/** Reads JSON files; what each is shows in its contents. `there`: apps that are deployed already and may be depended on. */
export function readMesosFiles(
  files: readonly NativeFile[],
  there: ReadonlyMap<string, AppSpec> = new Map(),
): MesosFiles {
  const notes = new FileNotes();
  const apps: ReadApp[] = [];
  const jobs = new Map<string, JobSpec>();
  const weights: RoleWeight[] = [];
  const quotas: RoleQuotaSpec[] = [];

  const readOne = (field: JsonField): void => {
    if (!field.isObject) field.fault('an app, group, job, weight or quota is an object; write fields in braces');
    if (field.has('update_quota') || field.has('infos') || field.has('configs') || field.has('guarantee'))
      quotas.push(...readQuotas(field));
    else if (field.has('update_weights')) weights.push(...readWeights(field));
    else if (field.has('run')) {
      const job = readJob(field);
      if (jobs.has(job.id)) field.child('id').fault(`the job ${job.id} is written twice; give one of them another id`);
      jobs.set(job.id, job);
    } else apps.push(...readMarathon(field));
  };

  for (const { file, text } of files) {
    const whole = readJsonFile(file, text, notes);
    if (!whole.isList) readOne(whole);
    else if (whole.items().length > 0 && whole.items().every((one) => one.has('weight')))
      weights.push(...readWeights(whole));
    else for (const one of whole.items()) readOne(one);
  }
  const byId = appsById(apps, there);
  for (const id of jobs.keys())
    if (byId.has(`/${id}`)) throw new InputError(`there is an app /${id} and a job ${id}; rename one of them`);
  const workloads = [...[...byId.values()].map(workloadOfApp), ...[...jobs.values()].map(workloadOfJob)];
  return { apps: byId, jobs, weights, quotas, workloads, notes: notes.sentences() };
}

function workloadOfApp({ id, instances, image, labels, resources, servicePorts }: AppSpec): NativeWorkload {
  const { cpuMilli, memBytes } = resources;
  return {
    name: plainName(id),
    kind: 'service',
    replicas: instances,
    image,
    labels,
    cpuMilli,
    memBytes,
    ports: servicePorts,
  };
}

function workloadOfJob({ id, runs, image, labels, resources }: JobSpec): NativeWorkload {
  const { cpuMilli, memBytes } = resources;
  return { name: id, kind: 'job', replicas: runs, image, labels, cpuMilli, memBytes, ports: [] };
}
