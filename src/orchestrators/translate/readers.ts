import type { NativeFile } from '../native-file.ts';
import { fullServiceName, type AppService, type Dialect, type Loss, type ReadModel } from './app-model.ts';
import { fromCompose } from './from-compose.ts';
import { fromEcs } from './from-ecs.ts';
import { fromKubernetes } from './from-kubernetes.ts';
import { fromMarathon } from './from-marathon.ts';
import { fromNomad } from './from-nomad.ts';

type Read = (files: readonly NativeFile[]) => ReadModel;

/** Each reads files of its dialect as a model. Throws an InputError for what its reader refuses. */
export const READERS: Readonly<Record<Dialect, Read>> = {
  compose: withPorts(fromCompose),
  kubernetes: withPorts(fromKubernetes),
  marathon: withPorts(fromMarathon),
  ecs: withPorts(fromEcs),
  nomad: withPorts(fromNomad),
};

const FIRST_PORT = 8080;

/** Marathon and Nomad may choose a port when a program starts, which is told it then; others have to know it before. */
function withPorts(read: Read): Read {
  return (files) => {
    const { model, losses } = read(files);
    const more: Loss[] = [];
    return {
      model: { ...model, services: model.services.map((one) => numbered(one, more)) },
      losses: [...losses, ...more],
    };
  };
}

function numbered(service: AppService, losses: Loss[]): AppService {
  if (service.ports.every(({ container }) => container > 0)) return service;
  const ports = service.ports.map((port, place) => {
    if (port.container > 0) return port;
    const container = FIRST_PORT + place;
    losses.push({
      kind: 'not-translated',
      service: fullServiceName(service),
      field: 'ports',
      value: port.name ?? String(place),
      instead: `the program is told its port when it starts; ${container} stands in, which it has to listen at`,
    });
    const { published: _, ...rest } = port;
    return {
      ...rest,
      container,
      ...(port.published !== undefined && port.published > 0 && { published: port.published }),
    };
  });
  return { ...service, ports };
}
