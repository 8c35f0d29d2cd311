import { fullServiceName, type AppModel, type AppService, type Translation } from './app-model.ts';
import { jsonText } from './json-text.ts';
import { LossBook, type ServiceLosses } from './loss-book.ts';
import { marathonApp } from './marathon/write-app.ts';
import { marathonPath } from './marathon/app-ids.ts';

interface Group {
  readonly id: string;
  readonly groups: Map<string, Group>;
  readonly apps: object[];
}

/** The services as Marathon's API takes them: one app, or a group with all of them. */
export function toMarathon(model: AppModel): Translation {
  const book = new LossBook();
  const services = model.services.filter((service) => isForMarathon(service, book.of(service)));
  const inGroups = services.some(({ group }) => group !== '');
  if (services.length === 0) return { files: [], losses: book.losses };
  if (services.length === 1) {
    const app = marathonApp(services[0], book.of(services[0]));
    return { files: [{ name: `${services[0].name}.json`, text: jsonText(app) }], losses: book.losses };
  }
  const root = emptyGroup('/');
  for (const service of services) groupOf(root, service.group).apps.push(marathonApp(service, book.of(service)));
  // A group of all and nothing else is that group.
  const only = root.apps.length === 0 && root.groups.size === 1 ? [...root.groups.values()][0] : root;
  const name = inGroups && only !== root ? only.id.slice(1) : 'apps';
  return { files: [{ name: `${name}.json`, text: jsonText(groupObject(only)) }], losses: book.losses };
}

function isForMarathon(service: AppService, losses: ServiceLosses): boolean {
  if (service.kind === 'service' || service.kind === 'daemon') return true;
  losses.none(
    'kind',
    service.kind,
    `Marathon runs what never ends; ${fullServiceName(service)} is left out (Metronome or another framework runs jobs on Mesos)`,
  );
  return false;
}

const emptyGroup = (id: string): Group => ({ id, groups: new Map(), apps: [] });

function groupOf(root: Group, path: string): Group {
  let group = root;
  for (const part of marathonPath(path)
    .split('/')
    .filter((one) => one !== '')) {
    const id = group.id === '/' ? `/${part}` : `${group.id}/${part}`;
    const inner = group.groups.get(part) ?? emptyGroup(id);
    group.groups.set(part, inner);
    group = inner;
  }
  return group;
}

function groupObject({ id, groups, apps }: Group): object {
  const inner = [...groups.values()].map(groupObject);
  return { id, ...(inner.length > 0 && { groups: inner }), ...(apps.length > 0 && { apps }) };
}
