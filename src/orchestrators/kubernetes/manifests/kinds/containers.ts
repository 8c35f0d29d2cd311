import type { ResourceList } from '../../objects/meta.ts';
import { compareQuantities, parseQuantity } from '../../objects/quantity.ts';
import type { Container, ContainerPort, Probe, ResourceRequirements } from '../../objects/pod.ts';
import type { Field } from '../fields/field.ts';
import { fieldNames } from '../fields/field-names.ts';
import { readName } from './metadata.ts';

const CONTAINER = fieldNames(
  'name image imagePullPolicy resources ports restartPolicy readinessProbe livenessProbe startupProbe lifecycle args',
  `command workingDir env envFrom volumeMounts volumeDevices securityContext stdin stdinOnce tty terminationMessagePath
   terminationMessagePolicy resizePolicy restartPolicyRules targetContainerName`,
);
const RESOURCES = fieldNames('requests limits', 'claims');
const PORT = fieldNames('containerPort hostPort hostIP protocol name');
const PROBE = fieldNames(
  'initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold terminationGracePeriodSeconds httpGet tcpSocket exec grpc',
);
const LIFECYCLE = fieldNames('preStop postStart stopSignal');
const HOOK = fieldNames('sleep exec httpGet tcpSocket');

/** Containers of a pod, with the defaults of `pkg/apis/core/v1/defaults.go`. */
export function readContainers(field: Field, hostNetwork: boolean, role: 'app' | 'init'): Container[] {
  const names = new Set<string>();
  return field.items().map((item) => {
    const container = readContainer(item, hostNetwork, role);
    if (names.has(container.name))
      item.child('name').fault(`there is a container "${container.name}" already; give each its own name`);
    names.add(container.name);
    return container;
  });
}

/** Requests and limits; a request that is not given is its limit, unless that is left to someone else. */
export function readResources(field: Field, fromLimits: boolean): ResourceRequirements {
  if (!field.isMap(RESOURCES)) return NO_RESOURCES;
  const limits = field.child('limits').resources();
  const given = field.child('requests').resources();
  for (const [name, list] of [['limits', limits] as const, ['requests', given] as const]) {
    requireMilliCpu(field.child(name), list);
    noteParts(field.child(name), list);
  }
  for (const [name, request] of Object.entries(given)) {
    if (Object.hasOwn(limits, name) && compareQuantities(request, limits[name]) > 0)
      field
        .child('requests')
        .child(name)
        .fault(`"${request}" is more than the limit "${limits[name]}"; write at most the limit`);
    if (isExtended(name)) requireWholeDevices(field.child('requests').child(name), request, limits[name]);
  }
  const requests = fromLimits ? { ...limits, ...given } : given;
  return Object.keys(requests).length === 0 && Object.keys(limits).length === 0 ? NO_RESOURCES : { requests, limits };
}

const NO_LIST: ResourceList = Object.freeze({});
const NO_RESOURCES: ResourceRequirements = Object.freeze({ requests: NO_LIST, limits: NO_LIST });

/** GPUs and their like: whole, and the limit is the request (`ValidateResourceRequirements`). */
function isExtended(name: string): boolean {
  return name.includes('/') && !name.startsWith('kubernetes.io/') && !name.startsWith('requests.');
}

function requireWholeDevices(field: Field, request: string, limit: string | undefined): void {
  if (parseQuantity(request)!.nano % 1_000_000_000n !== 0n)
    field.fault(`"${request}" is not whole; write a whole number`);
  else if (limit === undefined) field.fault('it has no limit; write the same amount under limits');
  else if (compareQuantities(request, limit) !== 0)
    field.fault(`"${request}" is not its limit "${limit}"; write the same amount in both`);
}

/** The API server refuses CPU finer than 1m. */
function requireMilliCpu(field: Field, list: ResourceList): void {
  if (list.cpu !== undefined && parseQuantity(list.cpu)!.nano % 1_000_000n !== 0n)
    field.child('cpu').fault(`"${list.cpu}" is finer than 1m; write whole thousandths, such as "1m"`);
}

/** `100m` of memory is what people write who mean `100Mi`; the API server warns of it too. */
function noteParts(field: Field, list: ResourceList): void {
  const { memory } = list;
  if (memory !== undefined && parseQuantity(memory)!.nano % 1_000_000_000n !== 0n)
    field.child('memory').note(`"${memory}" is a fraction of a byte and counts as a whole one; did you mean "Mi"?`);
}

function readContainer(field: Field, hostNetwork: boolean, role: 'app' | 'init'): Container {
  if (!field.isMap(CONTAINER)) return { ...NO_CONTAINER };
  const image = field.child('image').requiredText();
  const restartPolicy = field.child('restartPolicy').optionalOneOf(['Always', 'OnFailure', 'Never']);
  const args = field.child('args').texts();
  const preStopSeconds = readPreStop(field.child('lifecycle'));
  const probes = role === 'app' || restartPolicy === 'Always';
  return {
    name: readName(field.child('name'), 'label'),
    image,
    imagePullPolicy: field.child('imagePullPolicy').oneOf(['Always', 'IfNotPresent', 'Never'], pullPolicy(image)),
    resources: readResources(field.child('resources'), true),
    ports: field
      .child('ports')
      .items()
      .map((port) => readPort(port, hostNetwork)),
    ...(restartPolicy !== undefined && { restartPolicy }),
    ...(probes && readProbes(field)),
    ...(preStopSeconds !== undefined && { preStopSeconds }),
    ...(args.length > 0 && { args }),
  };
}

const NO_CONTAINER: Container = {
  name: '',
  image: '',
  imagePullPolicy: 'IfNotPresent',
  resources: NO_RESOURCES,
  ports: [],
};

/** Always for `:latest` and no tag at all, unless a digest says which image it is. */
function pullPolicy(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function readPort(field: Field, hostNetwork: boolean): ContainerPort {
  field.isMap(PORT);
  const number = field.child('containerPort');
  if (!number.present) number.fault('it is missing; write the number of the port');
  const containerPort = number.whole(1, 1, 65_535);
  const hostPort = field.child('hostPort').optionalWhole(0, 65_535) ?? 0;
  const hostIP = field.child('hostIP').text();
  const name = field.child('name').text();
  if (hostNetwork && hostPort !== 0 && hostPort !== containerPort)
    field.child('hostPort').fault(`with hostNetwork it must be the containerPort; write ${containerPort}`);
  const taken = hostPort === 0 && hostNetwork ? containerPort : hostPort;
  return {
    containerPort,
    ...(taken !== 0 && { hostPort: taken }),
    ...(hostIP !== '' && { hostIP }),
    protocol: field.child('protocol').oneOf(['TCP', 'UDP', 'SCTP'], 'TCP'),
    ...(name !== '' && { name }),
  };
}

function readProbes(field: Field): Pick<Container, 'readinessProbe' | 'livenessProbe' | 'startupProbe'> {
  const readinessProbe = readProbe(field.child('readinessProbe'), false);
  const livenessProbe = readProbe(field.child('livenessProbe'), true);
  const startupProbe = readProbe(field.child('startupProbe'), true);
  return {
    ...(readinessProbe !== undefined && { readinessProbe }),
    ...(livenessProbe !== undefined && { livenessProbe }),
    ...(startupProbe !== undefined && { startupProbe }),
  };
}

/** Defaults 0, 1, 10, 1 and 3; zero stands for the default, as in the API. */
function readProbe(field: Field, succeedsAtOnce: boolean): Probe | undefined {
  if (!field.present || !field.isMap(PROBE)) return undefined;
  const seconds = (name: string, fallback: number): number => field.child(name).whole(fallback) || fallback;
  const grace = field.child('terminationGracePeriodSeconds').optionalWhole(1);
  const successThreshold = seconds('successThreshold', 1);
  if (succeedsAtOnce && successThreshold !== 1)
    field.child('successThreshold').fault('must be 1 for liveness and startup probes; write 1 or leave it out');
  return {
    initialDelaySeconds: field.child('initialDelaySeconds').whole(0),
    timeoutSeconds: seconds('timeoutSeconds', 1),
    periodSeconds: seconds('periodSeconds', 10),
    successThreshold,
    failureThreshold: seconds('failureThreshold', 3),
    ...(grace !== undefined && { terminationGracePeriodSeconds: grace }),
  };
}

/** Seconds that a preStop hook sleeps, by `sleep` or by a command that does nothing else. */
function readPreStop(field: Field): number | undefined {
  if (!field.isMap(LIFECYCLE)) return undefined;
  const hook = field.child('preStop');
  if (!hook.isMap(HOOK)) return undefined;
  const sleep = hook.child('sleep');
  if (sleep.present) return sleep.isMap() ? sleep.child('seconds').whole(0) : undefined;
  const command = hook.child('exec').isMap() ? hook.child('exec').child('command').texts() : [];
  const seconds = /(?:^|[\s;&])sleep\s+([0-9]+)(?:\.[0-9]+)?s?\b/.exec(command.join(' '))?.[1];
  if (seconds === undefined) hook.note('only how long it sleeps is modelled, and that it does not say');
  return seconds === undefined ? undefined : Number(seconds);
}
