/** Ids of apps and groups are paths; those that do not begin with a slash are relative to their group. */
export function absoluteId(id: string, group: string): string {
  const parts = id.startsWith('/') ? [] : group.split('/').filter((part) => part !== '');
  for (const part of id.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Whether an id is a group's own or of something in it. */
export function isWithin(id: string, group: string): boolean {
  return group === '/' || id === group || id.startsWith(`${group}/`);
}

/** `/shop/web` as other orchestrators and reports write it: `shop/web`. */
export const plainName = (id: string): string => id.slice(1);

/** What a part of an id may consist of (plugin validation of upstream: RFC 1123 labels with dots between). */
export const ID_PART = /^(([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])$|^(\.|\.\.)$/;
