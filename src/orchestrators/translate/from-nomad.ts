import { hclSections } from '../nomad/jobs/hcl-sections.ts';
import { jsonSections } from '../nomad/jobs/json-sections.ts';
import { readNomadFiles } from '../nomad/jobs/read-nomad-files.ts';
import type { Section } from '../nomad/jobs/section.ts';
import type { NativeFile } from '../native-file.ts';
import { fullServiceName, type AppService, type Loss, type ReadModel } from './app-model.ts';
import { nomadService } from './nomad/read-group.ts';
import { RawPart } from './raw-part.ts';
import { unreadLosses } from './read-losses.ts';

/** Jobs of Nomad as a model: a service for each group of each job. */
export function fromNomad(files: readonly NativeFile[]): ReadModel {
  readNomadFiles(files);
  const services: AppService[] = [];
  const losses: Loss[] = [];
  for (const { file, text } of files) {
    const jobs = /^\s*\{/.test(text) ? jsonSections(text, file) : hclSections(text, file, () => undefined);
    for (const { job } of jobs) {
      const part = new RawPart(plain(job));
      const groups = part.child('group').items();
      const jobName = job.labels[0] ?? '';
      for (const group of groups) {
        const service = nomadService(jobName, part, group, groups.length === 1, losses);
        services.push(service);
        losses.push(...unreadLosses(fullServiceName(service), group));
      }
      part.child('group').take();
      losses.push(...unreadLosses(jobName, part));
    }
  }
  return { model: { services, notes: [] }, losses };
}

/** A block as plain data: its fields, its label as `_label`, and lists of the blocks in it by their type. */
function plain(section: Section): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const [name, { value }] of section.fields) data[name] = value;
  for (const inner of section.sections) {
    const list = (data[inner.type] ?? []) as unknown[];
    data[inner.type] = Array.isArray(list) ? [...list, plain(inner)] : list;
  }
  if (section.labels.length > 0) data['_label'] = section.labels[0];
  return data;
}
