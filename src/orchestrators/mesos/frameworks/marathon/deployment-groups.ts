import type { AppSpec } from './app-spec.ts';
import { dependenciesOf } from './deployment-plan.ts';

/** Apps that are posted as one: those of one top-level group, and whatever they depend on or that depends on them. */
export interface DeploymentGroup {
  readonly about: string;
  readonly apps: ReadonlySet<string>;
}

/** Everything else is posted by itself and waits for nobody. */
export function deploymentGroups(apps: ReadonlyMap<string, AppSpec>): readonly DeploymentGroup[] {
  const groups: Set<string>[] = [];
  const join = (ids: readonly string[]): void => {
    const together = new Set(ids);
    for (let k = groups.length - 1; k >= 0; k--)
      if ([...groups[k]].some((id) => together.has(id))) for (const id of groups.splice(k, 1)[0]) together.add(id);
    groups.push(together);
  };
  for (const [id, app] of apps) {
    const top = /^(\/[^/]+)\//.exec(id)?.[1];
    const siblings = top === undefined ? [] : [...apps.keys()].filter((other) => other.startsWith(`${top}/`));
    join([id, ...siblings, ...dependenciesOf(app, apps)]);
  }
  return groups
    .map((ids) => ({ about: commonName([...ids].sort()), apps: ids }))
    .sort((a, b) => (a.about < b.about ? -1 : 1));
}

function commonName(ids: readonly string[]): string {
  const top = /^\/([^/]+)\//.exec(ids[0])?.[1];
  if (ids.length > 1 && top !== undefined && ids.every((id) => id.startsWith(`/${top}/`))) return top;
  return ids[0].slice(1);
}
