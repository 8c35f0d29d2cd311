import type { JsonField } from '../../text/json-field.ts';
import { PORT_DEFINITION, PORT_MAPPING } from './app-fields.ts';

interface ReadPorts {
  readonly hostPorts: readonly number[];
  readonly requirePorts: boolean;
  readonly servicePorts: readonly number[];
}

/**
 * Ports of an app: mappings of its container where it has them, else `portDefinitions` or the older `ports`. Host ports of
 * mappings are taken as they are; of definitions only with `requirePorts`, otherwise any will do.
 */
export function readPorts(app: JsonField, container: JsonField, docker: JsonField): ReadPorts {
  const requirePorts = app.child('requirePorts').boolean();
  const isMapped = container.child('portMappings').isPresent || docker.child('portMappings').isPresent;
  if (isMapped) {
    const inContainer = container.child('portMappings');
    const mappings = (inContainer.isPresent ? inContainer : docker.child('portMappings')).items();
    const read = mappings.map((mapping) => {
      mapping.object(PORT_MAPPING);
      const containerPort = portOf(mapping.child('containerPort'));
      return {
        // Without a host port a container has an address of its own.
        hostPort: mapping.has('hostPort') ? portOf(mapping.child('hostPort')) : -1,
        servicePort: portOf(mapping.child('servicePort')) || containerPort,
      };
    });
    return {
      hostPorts: read.map(({ hostPort }) => hostPort).filter((port) => port >= 0),
      requirePorts,
      servicePorts: read.map(({ servicePort }) => servicePort).filter((port) => port > 0),
    };
  }
  const definitions = app
    .child('portDefinitions')
    .items()
    .map((one) => portOf(one.object(PORT_DEFINITION).child('port')));
  const ports = app.child('portDefinitions').isPresent ? definitions : app.child('ports').items().map(portOf);
  return {
    hostPorts: requirePorts ? ports : ports.map(() => 0),
    requirePorts,
    servicePorts: ports.filter((port) => port > 0),
  };
}

const portOf = (field: JsonField): number => field.whole(0, 0, 65_535);
