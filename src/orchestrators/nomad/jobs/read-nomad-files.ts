import { InputError } from '../../../sim/input-error.ts';
import type { NativeFile, NativeWorkload } from '../../native-file.ts';
import { hclSections } from './hcl-sections.ts';
import { jobResources } from './job-resources.ts';
import { jsonSections } from './json-sections.ts';
import type { NomadJob, NomadJobs } from './nomad-jobs.ts';
import { workloadName } from './nomad-jobs.ts';
import { readJob } from './read-job.ts';

/** Reads job files, JSON or HCL2 by their first sign. Throws an InputError with file, line, field and suggestion. */
export function readNomadFiles(files: readonly NativeFile[]): NomadJobs {
  const notes: string[] = [];
  const note = (sentence: string): void => void notes.push(sentence);
  const jobs: NomadJob[] = [];
  for (const { file, text } of files) {
    const isJson = /^\s*\{/.test(text);
    const sections = isJson ? jsonSections(text, file) : hclSections(text, file, note);
    for (const section of sections) {
      const job = readJob(section, note);
      const same = jobs.find(({ id }) => id === job.id);
      if (same !== undefined)
        throw new InputError(
          `${file}:${job.line}: there is a job "${job.id}" in ${same.file}:${same.line} already; give one of them another name`,
        );
      jobs.push(job);
    }
  }
  return { jobs, workloads: jobs.flatMap(workloadsOf), notes };
}

const KINDS = { service: 'service', batch: 'job', sysbatch: 'job', system: 'daemon' } as const;

export function workloadsOf(job: NomadJob): NativeWorkload[] {
  return job.groups.map((group): NativeWorkload => {
    const main = mainTask(group.tasks);
    const { cpuMilli, memBytes } = jobResources(group);
    return {
      name: workloadName(job, group.name),
      kind: KINDS[job.type],
      replicas: group.count,
      image: main.image,
      labels: { ...job.meta, ...group.meta, ...main.meta },
      cpuMilli,
      memBytes,
      ports: group.ports.map((port) => (port.static > 0 ? port.static : port.to)).filter((port) => port > 0),
    };
  });
}

/** The task that serves or works: the leader, one with a service, or the first that belongs to no lifecycle hook. */
export function mainTask<
  T extends { readonly hook: string; readonly leader: boolean; readonly services: readonly unknown[] },
>(tasks: readonly T[]): T {
  const mains = tasks.filter(({ hook }) => hook === 'main');
  return mains.find(({ leader }) => leader) ?? mains.find(({ services }) => services.length > 0) ?? mains[0];
}
