import type { AppModel, AppService, TranslatedFile, Translation } from './app-model.ts';
import { composeDeploy } from './compose/write-deploy.ts';
import { composeMounts, type ComposeTop } from './compose/write-mounts.ts';
import { composeHealth, composePorts, composeProcess } from './compose/write-process.ts';
import { imageOf } from './image-of.ts';
import { LossBook, type ServiceLosses } from './loss-book.ts';
import { compact, yamlText } from './yaml-text.ts';

/**
 * The services as files that `docker stack deploy` takes (compose-spec deploy.md; docker/cli cli/compose), one for each
 * stack.
 */
export function toCompose(model: AppModel): Translation {
  const book = new LossBook();
  const taken = new Map<string, string>();
  const stacks = new Map<string, AppService[]>();
  for (const service of model.services) stacks.set(service.group, [...(stacks.get(service.group) ?? []), service]);
  const files = [...stacks].map(([group, services]): TranslatedFile => {
    const top: ComposeTop = { volumes: {}, secrets: {}, configs: {}, networks: {} };
    const written = Object.fromEntries(services.map((one) => [one.name, composeService(one, top, taken, book)]));
    const text = yamlText([{ services: dollarsIn(written), ...compact(top) }]);
    return { name: group === '' ? 'compose.yaml' : `${stackName(group)}.yaml`, text };
  });
  return { files, losses: book.losses };
}

function composeService(service: AppService, top: ComposeTop, taken: Map<string, string>, book: LossBook): object {
  const losses = book.of(service);
  tellWhatIsNot(service, losses);
  const file = service.group === '' ? '' : stackName(service.group);
  losses.near(
    'group',
    file || undefined,
    `the stack is named on the command line: docker stack deploy -c ${file}.yaml ${file}`,
  );
  if (service.hostNetwork) top.networks['hostnet'] = { external: true, name: 'host' };
  losses.near(
    'hasIdentity',
    service.hasIdentity ? 'yes' : undefined,
    'slots keep their number; host names are made of it, and nothing starts in order',
  );
  return compact({
    image: imageOf(service, losses),
    ...(service.hasIdentity && { hostname: '{{.Service.Name}}-{{.Task.Slot}}' }),
    ...composeProcess(service),
    ports: composePorts(service, taken, losses),
    networks: service.hostNetwork ? ['hostnet'] : [],
    healthcheck: composeHealth(service, losses),
    ...composeMounts(service, top, losses),
    deploy: composeDeploy(service, losses),
  });
}

function tellWhatIsNot(service: AppService, losses: ServiceLosses): void {
  for (const { name, runs } of service.helpers)
    losses.none('helpers', `${name} (${runs})`, `a Swarm task is one container; ${name} is left out`);
  for (const { service: other, until } of service.dependsOn)
    losses.none(
      'dependsOn',
      `${other} (${until})`,
      'docker stack deploy ignores depends_on; all services start at once',
    );
  losses.none(
    'priority',
    service.priority && String(service.priority.value),
    'Swarm has no priorities and evicts nothing',
  );
  losses.none(
    'disruption',
    service.disruption && `at least ${Math.round(service.disruption.minHealthyShare * 100)}%`,
    'a drain stops all tasks of a node at once',
  );
  losses.none(
    'replaceAfterUs',
    service.replaceAfterUs === undefined ? undefined : `${service.replaceAfterUs / 1e6}s`,
    'tasks are replaced as soon as their node counts as down, about 15 s after its last heartbeat',
  );
  for (const mark of service.placement.tolerates)
    losses.none(
      'placement.tolerates',
      mark === '' ? 'everything' : mark,
      'Swarm nodes have no taints; only constraints keep tasks away',
    );
}

/** A dollar sign is written twice, since a single one begins a variable of the file. */
function dollarsIn(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (Array.isArray(value)) return value.map(dollarsIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, dollarsIn(one)]));
}

/** Names of stacks have no slashes. */
export const stackName = (group: string): string => group.replaceAll('/', '-');
