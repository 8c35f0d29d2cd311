import type { AppMount, AppSecret, AppService } from '../app-model.ts';
import { bytesText } from '../amount-text.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { compact } from '../yaml-text.ts';

/** What stands beside the services. */
export interface ComposeTop {
  readonly volumes: Record<string, object>;
  readonly secrets: Record<string, object>;
  readonly configs: Record<string, object>;
  readonly networks: Record<string, object>;
}

/** Volumes, secrets and configs, each defined at the top as well. */
export function composeMounts(service: AppService, top: ComposeTop, losses: ServiceLosses): object {
  return {
    volumes: service.mounts.map((mount) => volume(mount, top, losses)),
    secrets: service.secrets.map((one) => named('secrets', one, top, losses)),
    configs: service.configs.map((one) => named('configs', one, top, losses)),
  };
}

function volume(mount: AppMount, top: ComposeTop, losses: ServiceLosses): string | object {
  const { kind, source, target, readOnly } = mount;
  const ending = readOnly ? ':ro' : '';
  if (kind === 'memory') {
    const size = mount.sizeBytes;
    return compact({
      type: 'tmpfs',
      target,
      ...(size !== undefined && { tmpfs: { size } }),
      ...(readOnly && { read_only: true }),
    });
  }
  losses.none(
    'mounts.sizeBytes',
    mount.sizeBytes === undefined ? undefined : `${target} ${bytesText(mount.sizeBytes)}`,
    'volumes of the local driver have no size',
  );
  if (kind === 'temporary') return readOnly ? { type: 'volume', target, read_only: true } : target;
  if (kind === 'bind') return `${source}:${target}${ending}`;
  const name = composeName(source);
  if (name !== source)
    losses.near('mounts.source', source, `names of volumes have letters, digits and - _ . only: ${name}`);
  top.volumes[name] = mount.perReplica === true ? { name: `${name}-{{.Task.Slot}}` } : {};
  return `${name}:${target}${ending}`;
}

function named(
  section: 'secrets' | 'configs',
  secret: AppSecret,
  top: ComposeTop,
  losses: ServiceLosses,
): string | object {
  const whole = secret.key === undefined ? secret.name : `${secret.name}/${secret.key}`;
  const name = composeName(secret.key === undefined ? secret.name : `${secret.name}_${secret.key}`);
  if (name !== whole)
    losses.near(section, whole, `a ${section.slice(0, -1)} of Swarm is one text; this one is called ${name}`);
  top[section][name] = { external: true };
  const { target } = secret;
  if (target === undefined) return name;
  if (!target.startsWith('$')) return { source: name, target };
  const where = section === 'secrets' ? `/run/secrets/${name}` : `/${name}`;
  losses.near(section, `${name} as ${target}`, `it comes as the file ${where}, not as a variable`);
  return name;
}

const composeName = (name: string): string => name.replace(/[^\w.-]/g, '_');
