import { fullServiceName, type AppService } from '../app-model.ts';

/** `shop-web`. */
export const ecsName = (service: Pick<AppService, 'group' | 'name'>): string =>
  fullServiceName(service).replace(/[^\w-]+/g, '-');

/** Name of a container. */
export const containerName = (name: string): string => name.replace(/[^\w-]+/g, '-');
