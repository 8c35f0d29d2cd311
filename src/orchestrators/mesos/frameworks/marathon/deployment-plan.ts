import type { AppSpec } from './app-spec.ts';
import { isWithin } from './path-id.ts';

export type DeploymentAction =
  | { readonly kind: 'stop'; readonly app: string }
  /** A new app, at no instances. */
  | { readonly kind: 'start'; readonly app: string }
  | { readonly kind: 'scale'; readonly app: string; readonly to: number }
  /** A new version of a running app. */
  | { readonly kind: 'restart'; readonly app: string };

/** Actions of a step run side by side; a step waits for the one before it. */
export type DeploymentPlan = readonly (readonly DeploymentAction[])[];

/**
 * What to do, in which order, to get from these apps to those: stop what is gone, make what is new, and then one step for
 * each depth of dependencies, what others depend on first (mesosphere/marathon core/deployment/DeploymentPlan.scala).
 */
export function planDeployment(
  before: ReadonlyMap<string, AppSpec>,
  after: ReadonlyMap<string, AppSpec>,
): DeploymentPlan {
  const steps: DeploymentAction[][] = [];
  const stops = [...before.keys()].filter((id) => !after.has(id)).sort();
  if (stops.length > 0) steps.push(stops.map((app) => ({ kind: 'stop', app })));
  const starts = [...after.keys()].filter((id) => !before.has(id)).sort();
  if (starts.length > 0) steps.push(starts.map((app) => ({ kind: 'start', app })));
  const byDepth = new Map<number, DeploymentAction[]>();
  const depths = dependencyDepths(after);
  for (const id of [...after.keys()].sort()) {
    const old = before.get(id);
    const app = after.get(id)!;
    const action = actionFor(old, app);
    if (action === undefined) continue;
    const depth = depths.get(id)!;
    byDepth.set(depth, [...(byDepth.get(depth) ?? []), action]);
  }
  for (const depth of [...byDepth.keys()].sort((a, b) => a - b)) steps.push(byDepth.get(depth)!);
  return steps;
}

function actionFor(old: AppSpec | undefined, app: AppSpec): DeploymentAction | undefined {
  if (old === undefined) return app.instances === 0 ? undefined : { kind: 'scale', app: app.id, to: app.instances };
  if (old.configuration !== app.configuration) return { kind: 'restart', app: app.id };
  if (old.instances !== app.instances) return { kind: 'scale', app: app.id, to: app.instances };
  return undefined;
}

/** How many apps the longest chain of dependencies has below each app. Throws for a circle: readers refuse it before. */
export function dependencyDepths(apps: ReadonlyMap<string, AppSpec>): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  const depthOf = (id: string, above: readonly string[]): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    if (above.includes(id)) throw new Error(`dependencies go in a circle: ${[...above, id].join(' -> ')}`);
    let depth = 0;
    for (const other of dependenciesOf(apps.get(id)!, apps))
      depth = Math.max(depth, depthOf(other, [...above, id]) + 1);
    depths.set(id, depth);
    return depth;
  };
  for (const id of apps.keys()) depthOf(id, []);
  return depths;
}

/** Apps that an app depends on: those named, and all of the groups named. */
export function dependenciesOf({ id, dependencies }: AppSpec, apps: ReadonlyMap<string, AppSpec>): readonly string[] {
  return [...apps.keys()].filter((other) => other !== id && dependencies.some((named) => isWithin(other, named)));
}
