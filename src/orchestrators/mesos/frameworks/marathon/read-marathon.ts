import { InputError } from '../../../../sim/input-error.ts';
import type { JsonField } from '../../text/json-field.ts';
import { GROUP } from './app-fields.ts';
import type { AppSpec } from './app-spec.ts';
import { dependencyDepths } from './deployment-plan.ts';
import { absoluteId, isWithin } from './path-id.ts';
import { readApp, readId } from './read-app.ts';

/** An app and where its id is written. */
export interface ReadApp {
  readonly app: AppSpec;
  readonly where: string;
}

/** Whether this is a group, as `/v2/groups` takes it. */
export function isGroup(field: JsonField): boolean {
  return field.has('apps') || field.has('groups');
}

/** An app, or a group with all apps in it and below. */
export function readMarathon(field: JsonField, parent = '/', inherited: readonly string[] = []): readonly ReadApp[] {
  if (!isGroup(field)) {
    const app = readApp(field, parent, inherited);
    return [{ app, where: field.child('id').where }];
  }
  field.object(GROUP);
  // The list that `/v2/apps` answers with has no id, nor has the root.
  const id = field.has('id') && field.child('id').text() !== '/' ? readId(field.child('id'), parent) : parent;
  const dependencies = [
    ...field
      .child('dependencies')
      .texts()
      .map((one) => absoluteId(one, parent)),
    ...inherited,
  ];
  const apps = field
    .child('apps')
    .items()
    .flatMap((app) => readMarathon(app, id, dependencies));
  const groups = field
    .child('groups')
    .items()
    .flatMap((group) => readMarathon(group.object(GROUP), id, dependencies));
  return [...apps, ...groups];
}

/** All apps of all files by id. Throws for an id that stands twice, and for dependencies on nothing or in a circle. */
export function appsById(
  read: readonly ReadApp[],
  there: ReadonlyMap<string, AppSpec> = new Map(),
): ReadonlyMap<string, AppSpec> {
  const apps = new Map<string, AppSpec>();
  const places = new Map<string, string>();
  for (const { app, where } of read) {
    const before = places.get(app.id);
    if (before !== undefined)
      throw new InputError(`${where}: id: the app ${app.id} is written at ${before} already; give it another id`);
    apps.set(app.id, app);
    places.set(app.id, where);
  }
  const all = new Map([...there, ...apps]);
  for (const { id, dependencies } of apps.values())
    for (const named of dependencies)
      if (![...all.keys()].some((other) => isWithin(other, named)))
        throw new InputError(
          `${places.get(id)!}: dependencies: ${id} depends on ${named}, and there is no app or group of that id; write one of ${[...all.keys()].join(', ')}`,
        );
  try {
    dependencyDepths(all);
  } catch (error) {
    const circle = (error as Error).message;
    throw new InputError(`${[...places.values()][0]}: dependencies: ${circle}; leave one of them out`);
  }
  return apps;
}
