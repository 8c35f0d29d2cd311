import { fullServiceName, type AppService } from '../app-model.ts';

/** A path whose parts have small letters, digits, hyphens and dots only. */
export const marathonPath = (path: string): string =>
  path
    .split('/')
    .map((part) =>
      part
        .toLowerCase()
        .replace(/[^a-z0-9.-]+/g, '-')
        .replace(/^[-.]+|[-.]+$/g, ''),
    )
    .filter((part) => part !== '')
    .join('/');

/** `/shop/web`. */
export const marathonId = (service: Pick<AppService, 'group' | 'name'>): string =>
  `/${marathonPath(fullServiceName(service))}`;

/** The id of a service that another one names: in its own group unless it says a path. */
export const otherId = (service: Pick<AppService, 'group'>, other: string): string =>
  other.includes('/') ? `/${marathonPath(other)}` : marathonId({ group: service.group, name: other });
