import type { AppModel, AppService, TranslatedFile, Translation } from './app-model.ts';
import { jsonText } from './json-text.ts';
import { LossBook, type ServiceLosses } from './loss-book.ts';
import { marathonId, marathonPath, otherId } from './marathon/app-ids.ts';
import { marathonApp } from './marathon/write-app.ts';
import { metronomeJob } from './marathon/write-job.ts';

interface Group {
  readonly id: string;
  readonly groups: Map<string, Group>;
  readonly apps: object[];
}

/** The services as Marathon's API takes them: one app, or a group with all of them; jobs as Metronome's takes them. */
export function toMarathon(model: AppModel): Translation {
  const book = new LossBook();
  const apps = model.services.filter((service) => !isJob(service));
  const ids = new Set(apps.map(marathonId));
  const written = apps.map((service) => {
    const losses = book.of(service);
    return { service, app: marathonApp(withKnownDependencies(service, ids, losses), losses) };
  });
  const jobs = model.services.filter(isJob).map((service): TranslatedFile => ({
    name: `${marathonId(service).slice(1).replaceAll('/', '-')}.job.json`,
    text: jsonText(metronomeJob(service, book.of(service))),
  }));
  return { files: [...appFiles(written), ...jobs], losses: book.losses };
}

const isJob = ({ kind }: AppService): boolean => kind === 'job' || kind === 'scheduled-job';

/** Marathon refuses dependencies on what is not there. */
function withKnownDependencies(service: AppService, ids: ReadonlySet<string>, losses: ServiceLosses): AppService {
  const known = service.dependsOn.filter((one) => ids.has(otherId(service, one.service)));
  for (const one of service.dependsOn)
    if (!known.includes(one)) losses.none('dependsOn', `${one.service} (${one.until})`, 'only apps can be depended on');
  return { ...service, dependsOn: known };
}

function appFiles(written: readonly { readonly service: AppService; readonly app: object }[]): TranslatedFile[] {
  if (written.length === 0) return [];
  if (written.length === 1) {
    const [{ service, app }] = written;
    return [{ name: `${marathonId(service).slice(1).replaceAll('/', '-')}.json`, text: jsonText(app) }];
  }
  const root = emptyGroup('/');
  for (const { service, app } of written) groupOf(root, service.group).apps.push(app);
  // A group of all and nothing else is that group.
  const only = root.apps.length === 0 && root.groups.size === 1 ? [...root.groups.values()][0] : root;
  return [{ name: `${only === root ? 'apps' : only.id.slice(1)}.json`, text: jsonText(groupObject(only)) }];
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
