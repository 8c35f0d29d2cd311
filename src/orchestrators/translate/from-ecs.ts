import { FileNotes } from '../file-notes.ts';
import { readCloudFormation } from '../ecs/files/cloudformation.ts';
import { readEcsFiles } from '../ecs/files/read-files.ts';
import { readSource, type SourceMap, type SourceNode } from '../ecs/files/source-tree.ts';
import type { NativeFile } from '../native-file.ts';
import type { AppService, Loss, ReadModel } from './app-model.ts';
import { ecsAutoscaling, ecsReadiness } from './ecs/read-beside.ts';
import { ecsServiceParts } from './ecs/read-service.ts';
import { ecsTask } from './ecs/read-task.ts';
import { RawPart } from './raw-part.ts';
import { unreadLosses } from './read-losses.ts';

const WRAPPERS = ['taskDefinition', 'services', 'service', 'ScalableTargets', 'ScalingPolicies', 'TargetGroups'];

/** Objects of Amazon ECS and its neighbours as a model: a service for each service, and for each task that is run. */
export function fromEcs(files: readonly NativeFile[]): ReadModel {
  readEcsFiles(files);
  const losses: Loss[] = [];
  const objects = files
    .flatMap(({ file, text }) => readSource(text, file))
    .flatMap((node) => flat(node))
    .map((node) => new RawPart(plain(node)));
  const definitions = new Map<string, RawPart>();
  for (const one of objects) {
    const family = one.child('family').text();
    if (family !== undefined) definitions.set(family, one);
  }
  const services: AppService[] = [];
  for (const one of objects) {
    const isService = one.child('serviceName').isPresent;
    const task = one.child('taskDefinition').text();
    if (task === undefined || one.child('family').isPresent) continue;
    const family = task.replace(/^.*task-definition\//, '').replace(/:\d+$/, '');
    const definition = definitions.get(family);
    if (definition === undefined) continue;
    const name = isService ? (one.child('serviceName').text() ?? family) : family;
    const base = ecsTask(name, definition, losses);
    const service = { ...base, ...ecsServiceParts(one, base, isService) };
    const whole = { ...service, ...ecsReadiness(service, one, objects, losses), ...ecsAutoscaling(name, objects) };
    services.push(whole);
    losses.push(...unreadLosses(name, definition), ...unreadLosses(name, one));
  }
  const used = new Set(services.map(({ name }) => name));
  for (const [family, definition] of definitions)
    if (!used.has(family) && !objects.some((one) => (one.child('taskDefinition').text() ?? '').includes(family))) {
      // A definition by itself: what would run it is not in the files.
      services.push({ ...ecsTask(family, definition, losses), replicas: 1 });
      losses.push(...unreadLosses(family, definition));
    }
  return { model: { services, notes: [] }, losses };
}

function flat(node: SourceNode, depth = 0): SourceNode[] {
  if (depth > 5 || node.kind === 'scalar') return [];
  if (node.kind === 'list') return node.items.flatMap((one) => flat(one, depth + 1));
  const resources = node.entries.get('Resources')?.value;
  if (resources?.kind === 'map') return readCloudFormation(node, new FileNotes());
  const wrapped = WRAPPERS.map((key) => wrappedIn(node, key)).find((one) => one !== undefined);
  return wrapped === undefined ? [node] : flat(wrapped, depth + 1);
}

function wrappedIn(node: SourceMap, key: string): SourceNode | undefined {
  const value = node.entries.get(key)?.value;
  return value === undefined || value.kind === 'scalar' ? undefined : value;
}

function plain(node: SourceNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));
}
