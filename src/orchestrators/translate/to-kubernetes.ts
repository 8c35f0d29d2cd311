import { fullServiceName, type AppModel, type AppService, type TranslatedFile, type Translation } from './app-model.ts';
import { objectName } from './kubernetes/object-names.ts';
import {
  kubernetesAutoscaler,
  kubernetesBudget,
  kubernetesNamespaces,
  kubernetesPriorityClasses,
  kubernetesServices,
  priorityClassName,
} from './kubernetes/write-beside.ts';
import { kubernetesWorkload } from './kubernetes/write-workload.ts';
import { LossBook } from './loss-book.ts';
import { yamlText } from './yaml-text.ts';

/** The services as manifests: a file for each, and one for what they share. */
export function toKubernetes(model: AppModel): Translation {
  const book = new LossBook();
  const shared = [...kubernetesNamespaces(model), ...kubernetesPriorityClasses(model)];
  const first: TranslatedFile[] = shared.length === 0 ? [] : [{ name: '00-cluster.yaml', text: yamlText(shared) }];
  const files = model.services.map((service): TranslatedFile => ({
    name: `${objectName(fullServiceName(service))}.yaml`,
    text: yamlText(objectsOf(service, book)),
  }));
  return { files: [...first, ...files], losses: book.losses };
}

function objectsOf(service: AppService, book: LossBook): object[] {
  const losses = book.of(service);
  const name = objectName(service.name);
  if (name !== service.name)
    losses.near('name', service.name, `names have small letters, digits and hyphens only: ${name}`);
  const namespace = objectName(service.group);
  if (service.group !== '' && namespace !== service.group)
    losses.near('group', service.group, `namespaces do not nest: ${namespace}`);
  return [
    ...kubernetesWorkload(service, priorityClassName(service), losses),
    ...kubernetesServices(service),
    ...kubernetesAutoscaler(service, losses),
    ...kubernetesBudget(service),
  ];
}
