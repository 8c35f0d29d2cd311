import type { AppMount, AppPort, AppService } from '../app-model.ts';
import { wholeMiB } from '../amount-text.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { portText } from '../plain-losses.ts';
import { compact, compactOrNothing } from '../yaml-text.ts';

/** Image, ports, networks and volumes. */
export function marathonContainer(service: AppService, losses: ServiceLosses): object {
  const { hostNetwork, ports, mounts } = service;
  const volumes = [...mounts.flatMap((mount) => volume(mount, losses)), ...secretVolumes(service, losses)];
  const isResident = mounts.some(({ kind, perReplica }) => kind === 'named' && perReplica === true);
  return {
    container: compact({
      type: service.image === '' ? 'MESOS' : 'DOCKER',
      docker: service.image === '' ? undefined : compact({ image: service.image, parameters: parameters(service) }),
      portMappings: hostNetwork ? [] : ports.map((port) => mapping(port, losses)),
      volumes,
    }),
    networks: hostNetwork ? [{ mode: 'host' }] : [{ mode: 'container/bridge' }],
    ...(hostNetwork &&
      ports.length > 0 && {
        portDefinitions: ports.map((port) => definition(port, losses)),
        requirePorts: true,
      }),
    secrets: compactOrNothing(
      Object.fromEntries(
        service.secrets.map(({ name, key }) => [name, { source: key === undefined ? name : `${name}/${key}` }]),
      ),
    ),
    ...(isResident && { residency: { taskLostBehavior: 'WAIT_FOREVER' } }),
  };
}

function parameters({ user, workingDirectory }: AppService): object[] {
  return [
    ...(user === undefined ? [] : [{ key: 'user', value: user }]),
    ...(workingDirectory === undefined ? [] : [{ key: 'workdir', value: workingDirectory }]),
  ];
}

/** A service port is where marathon-lb answers for all instances; a host port is that of the agent. */
function mapping(port: AppPort, losses: ServiceLosses): object {
  if (port.mode === 'balanced')
    losses.near('ports', portText(port), 'a service port: marathon-lb has to run, and answers there');
  if (port.mode === 'internal' && port.published !== undefined && port.published !== port.container)
    losses.near('ports', portText(port), 'each instance at a port of its own; balancers and names come from elsewhere');
  return compact({
    containerPort: port.container,
    hostPort: port.mode === 'host' ? (port.published ?? 0) : 0,
    servicePort: port.mode === 'balanced' ? (port.published ?? 0) : undefined,
    protocol: protocolOf(port, losses),
    name: port.name,
  });
}

function definition(port: AppPort, losses: ServiceLosses): object {
  if (port.mode !== 'host' || (port.published !== undefined && port.published !== port.container))
    losses.near(
      'ports',
      `${portText(port)} ${port.mode}`,
      `port ${port.container} of the machine, since it uses the machine's network`,
    );
  return compact({ port: port.container, protocol: protocolOf(port, losses), name: port.name });
}

function protocolOf({ protocol, container }: AppPort, losses: ServiceLosses): string | undefined {
  if (protocol !== 'sctp') return protocol === 'tcp' ? undefined : protocol;
  losses.none('ports.protocol', `${container}/sctp`, 'Marathon knows TCP and UDP; TCP');
  return undefined;
}

function volume(mount: AppMount, losses: ServiceLosses): object[] {
  const { kind, source, target, sizeBytes, readOnly } = mount;
  const mode = readOnly ? 'RO' : 'RW';
  const size = sizeBytes === undefined ? undefined : wholeMiB(sizeBytes).mib;
  if (kind === 'bind') return [{ containerPath: target, hostPath: source, mode }];
  if (kind === 'named' && mount.perReplica === true) {
    if (size === undefined)
      losses.near('mounts.sizeBytes', `${target} none`, 'a persistent volume needs a size; 1024 MiB');
    if (source !== '') losses.near('mounts.source', source, 'persistent volumes are kept by instance and have no name');
    return [{ containerPath: target, persistent: { size: size ?? 1024 }, mode }];
  }
  if (kind === 'named')
    return [
      {
        containerPath: target,
        mode,
        external: compact({
          name: source,
          provider: 'dvdi',
          size: size === undefined ? undefined : Math.ceil(size / 1024),
          options: { 'dvdi/driver': 'rexray' },
        }),
      },
    ];
  losses.near('mounts', `${target} (${kind})`, 'in the sandbox of the task, on the disk of the agent');
  return [{ containerPath: target, hostPath: target.replace(/^\/+/, '').replaceAll('/', '-'), mode }];
}

function secretVolumes({ secrets }: AppService, losses: ServiceLosses): object[] {
  return secrets.flatMap(({ name, target }) => {
    if (target === '$*') losses.none('secrets', `${name} as $*`, 'each variable of a secret has to be named');
    if (target?.startsWith('$') === true) return [];
    return [{ containerPath: target ?? `/run/secrets/${name}`, secret: name }];
  });
}
