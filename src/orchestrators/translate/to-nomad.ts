import { fullServiceName, type AppModel, type Translation } from './app-model.ts';
import { hclText } from './nomad/hcl-text.ts';
import { nomadJob, nomadPriorities } from './nomad/write-job.ts';
import { LossBook } from './loss-book.ts';

/** The services as job files in HCL, one job each. */
export function toNomad(model: AppModel): Translation {
  const book = new LossBook();
  const priorities = nomadPriorities(model);
  const files = model.services.map((service) => ({
    name: `${fullServiceName(service).replace(/[^\w.-]+/g, '-')}.nomad.hcl`,
    text: hclText([nomadJob(service, priorities, book.of(service))]),
  }));
  return { files, losses: book.losses };
}
