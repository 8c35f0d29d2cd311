import { workloadNameFault } from './service-name.ts';
import type { SwarmServiceSpec } from '../swarm-spec.ts';
import type { ComposeField } from './compose-field.ts';
import { readAssignments } from './read-assignments.ts';
import { readDeploy } from './read-deploy.ts';
import { readHealthCheck } from './read-health-check.ts';
import { readNetworks, type StackNetworks } from './read-networks.ts';
import { readPorts } from './read-ports.ts';
import { checkServiceFields, type ServiceNotes } from './service-fields.ts';

/** What a service's reading depends on besides itself. */
export interface ServiceContext {
  readonly name: string;
  /** Absent: files are still read one by one, and one may name what another defines. */
  readonly networks?: StackNetworks;
  readonly notes: ServiceNotes;
}

const STOP_GRACE_US = 10e6;

/** One service of a stack with all of Swarm's defaults. */
export function readService(service: ComposeField, { name, networks, notes }: ServiceContext): SwarmServiceSpec {
  if (service.node?.kind !== 'map')
    service.fault(`${service.shown()} is no service; write at least its image below it: image: nginx:1.27`);
  const wrongName = workloadNameFault(name);
  if (wrongName !== undefined) service.fault(wrongName);
  checkServiceFields(service, notes);
  const image = service.child('image').optionalText() ?? '';
  if (networks !== undefined && image === '')
    service.fault(
      `it has no image; ${service.child('build').isPresent ? 'docker stack deploy builds none, so build and push one, and write ' : 'write one, such as '}image: registry.example.com/${name}:1`,
    );
  const ports = readPorts(service.child('ports'), notes);
  const deployed = readDeploy(service, notes);
  if (deployed.endpointMode === 'dnsrr') {
    const place = ports.findIndex(({ mode }) => mode === 'ingress');
    if (place >= 0)
      service
        .child('ports')
        .fault(
          'with endpoint_mode dnsrr no port can be published through the routing mesh; write mode: host at the port',
        );
  }
  const healthCheck = readHealthCheck(service.child('healthcheck'), notes);
  const entrypoint = readCommand(service.child('entrypoint'));
  const { labels, ...rest } = deployed;
  return {
    name,
    image,
    ...rest,
    labels: { ...readAssignments(service.child('labels')), ...labels },
    command: [...entrypoint, ...readCommand(service.child('command'))],
    ...(entrypoint.length > 0 && { entrypointWords: entrypoint.length }),
    environment: readAssignments(service.child('environment')),
    ports,
    ...readNetworks(service, networks, ports),
    ...(healthCheck !== undefined && { healthCheck }),
    stopGraceUs: service.child('stop_grace_period').optionalDurationUs() ?? STOP_GRACE_US,
    prefersLocalImage: false,
  };
}

/** A list, or one text that is cut into words as a shell would, without anything a shell does besides. */
function readCommand(command: ComposeField): readonly string[] {
  if (command.node?.kind === 'list') return command.texts();
  const text = command.optionalText() ?? '';
  return [...text.matchAll(/(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"']+))/g)].map(
    ([, double, single, plain]) => double?.replace(/\\(.)/g, '$1') ?? single ?? plain,
  );
}
