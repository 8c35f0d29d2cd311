import type { NativeFile } from '../native-file.ts';
import { interpolate } from '../swarm/compose/interpolate.ts';
import { mergeFiles } from '../swarm/compose/merge-files.ts';
import { readComposeText } from '../swarm/compose/compose-yaml.ts';
import type { ComposeNode } from '../swarm/compose/compose-node.ts';
import { readStack } from '../swarm/compose/read-stack.ts';
import type { AppService, Loss, ReadModel } from './app-model.ts';
import { composeService } from './compose/read-service.ts';
import { RawPart } from './raw-part.ts';
import { ignoredLoss, unreadLosses } from './read-losses.ts';

/** Fields that the stack itself ignores, and that say something to other orchestrators all the same. */
const CARRIED = /\b(expose|depends_on): /;
const HANDED_ON = /handed on to the containers/;

/** A stack as a model. Files are checked as `docker stack deploy` does first. */
export function fromCompose(files: readonly NativeFile[]): ReadModel {
  const stack = readStack(files);
  const roots = files.map((file) => readComposeText(file).root);
  const root = new RawPart(plain(interpolate(roots.length === 1 ? roots[0] : mergeFiles(roots), {}, () => undefined)));
  const losses: Loss[] = stack.notes
    .filter((note) => !CARRIED.test(note) && !HANDED_ON.test(note))
    .map((note) => ignoredLoss(note));
  const services: AppService[] = [];
  const notes: string[] = [];
  for (const [name, part] of root.child('services').entries()) {
    const service = composeService(name, part, root, losses);
    services.push(service);
    const ignored = losses.filter(({ kind }) => kind === 'ignored-by-source').map(({ field }) => field);
    losses.push(
      ...unreadLosses(name, part).filter(({ field }) => !ignored.some((one) => one.endsWith(`${name}.${field}`))),
    );
    if (service.kind === 'service' && service.ports.length === 0)
      notes.push(
        `${name}: no port is declared, since a stack needs none; where others are to reach it, add "expose" and translate again`,
      );
  }
  return { model: { services, notes }, losses };
}

function plain(node: ComposeNode): unknown {
  if (node.kind === 'list') return node.items.map(plain);
  if (node.kind === 'map')
    return Object.fromEntries(
      [...node.members].filter(([key]) => !key.startsWith('x-')).map(([key, member]) => [key, plain(member.node)]),
    );
  return node.value;
}
