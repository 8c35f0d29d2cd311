import type { FileNotes } from '../../file-notes.ts';
import { suggestion } from '../../../sim/nearest-name.ts';
import { seconds } from '../../../sim/time.ts';
import { ecsConstants } from '../constants.ts';
import type { ContainerDefinition, Dependency, PortMapping, TaskDefinition } from './ecs-files.ts';
import { isFargateSize, nearestFargateSize } from './fargate-sizes.ts';
import { Fields } from './fields.ts';
import { readConstraints } from './read-placing.ts';
import type { SourceNode } from './source-tree.ts';

const WITHOUT_EFFECT = [
  'taskRoleArn', 'executionRoleArn', 'volumes', 'pidMode', 'ipcMode', 'proxyConfiguration', 'inferenceAccelerators',
  'enableFaultInjection',
]; // prettier-ignore
const PRINTED = [
  'taskDefinitionArn', 'revision', 'status', 'requiresAttributes', 'compatibilities', 'registeredAt', 'registeredBy',
  'deregisteredAt', 'deleteRequestedAt',
]; // prettier-ignore
const CONTAINER_WITHOUT_EFFECT = [
  'environment', 'environmentFiles', 'secrets', 'command', 'entryPoint', 'workingDirectory', 'mountPoints', 'volumesFrom',
  'logConfiguration', 'firelensConfiguration', 'linuxParameters', 'ulimits', 'links', 'hostname', 'user', 'privileged',
  'readonlyRootFilesystem', 'dnsServers', 'dnsSearchDomains', 'extraHosts', 'dockerSecurityOptions', 'interactive',
  'pseudoTerminal', 'systemControls', 'repositoryCredentials', 'disableNetworking', 'credentialSpecs', 'restartPolicy',
  'versionConsistency',
]; // prettier-ignore

/** `aws ecs register-task-definition --cli-input-json`. */
export function readTaskDefinition(node: SourceNode, notes: FileNotes): TaskDefinition {
  const name = new Fields(node, 'task definition', notes).requiredText('family', 'web');
  const fields: Fields = new Fields(node, `task definition "${name}"`, notes);
  const family = fields.requiredText('family', 'web');
  const compatibilities = fields.texts('requiresCompatibilities');
  for (const one of compatibilities)
    if (!['EC2', 'FARGATE', 'EXTERNAL', 'MANAGED_INSTANCES'].includes(one))
      fields.fail('requiresCompatibilities', `has "${one}"${suggestion(one, ['EC2', 'FARGATE', 'EXTERNAL'])}`);
  const requiresFargate = compatibilities.includes('FARGATE');
  const limits = { cpuUnits: cpuOf(fields), memMib: memoryOf(fields) };
  if (requiresFargate) requireFargateSize(fields, limits);
  const nodes = fields.list('containerDefinitions');
  if (nodes.length === 0) fields.fail('containerDefinitions', 'is empty; write at least one container');
  const containers = nodes.map((one) => readContainer(one, family, limits.memMib, requiresFargate, notes));
  requireDependencies(containers, fields);
  if (!containers.some(({ essential }) => essential))
    fields.fail(
      'containerDefinitions',
      'has no essential container; at least one must be, leave "essential" out of it',
    );
  const platform = fields.within('runtimePlatform');
  const architecture = platform?.word('cpuArchitecture', ['X86_64', 'ARM64'], 'X86_64');
  platform?.ignore(['operatingSystemFamily']);
  platform?.done();
  const storage = fields.within('ephemeralStorage');
  const ephemeralGib = storage?.integer('sizeInGiB', 20, 200) ?? 20;
  storage?.done();
  const networkMode = fields.word(
    'networkMode',
    ['bridge', 'host', 'awsvpc', 'none'],
    requiresFargate ? 'awsvpc' : 'bridge',
  );
  if (requiresFargate && networkMode !== 'awsvpc')
    fields.fail('networkMode', `is "${networkMode}", which Fargate does not have; write "awsvpc"`);
  fields.ignore(WITHOUT_EFFECT);
  const definition: TaskDefinition = {
    family,
    revision: fields.integer('revision', 1, 1e9) ?? 0,
    networkMode,
    requiresFargate,
    cpuUnits: limits.cpuUnits || sum(containers.map(({ cpuUnits }) => cpuUnits)),
    memMib: limits.memMib || sum(containers.map(({ memMib, memReservationMib }) => memReservationMib || memMib)),
    gpuCount: sum(containers.map(({ gpuCount }) => gpuCount)),
    limits,
    constraints: readConstraints(fields, 'placementConstraints', ['memberOf'], notes),
    architecture: platform === undefined ? undefined : architecture === 'ARM64' ? 'arm64' : 'amd64',
    ephemeralGib,
    containers,
    labels: fields.pairs('tags'),
    where: fields.where,
  };
  fields.printed(PRINTED);
  fields.done();
  return definition;
}

function readContainer(
  node: SourceNode,
  family: string,
  taskMemMib: number,
  onFargate: boolean,
  notes: FileNotes,
): ContainerDefinition {
  const name = new Fields(node, `container of "${family}"`, notes).requiredText('name', 'app');
  const fields: Fields = new Fields(node, `container "${name}" of "${family}"`, notes);
  fields.requiredText('name', 'app');
  const memMib = fields.integer('memory', 0, 2 ** 30) ?? 0;
  const memReservationMib = fields.integer('memoryReservation', 0, 2 ** 30) ?? 0;
  if (memMib === 0 && memReservationMib === 0 && taskMemMib === 0)
    fields.fail(
      'memory',
      'is missing, and so is memoryReservation and the memory of the task; write one of them, "memory": 512',
    );
  if (memMib > 0 && memReservationMib > memMib)
    fields.fail('memoryReservation', `is ${memReservationMib}, more than memory, ${memMib}; write it smaller`);
  const timeoutMost = onFargate ? ecsConstants.fargateStopTimeoutMost.value / seconds(1) : 86_400;
  const stopTimeout = fields.integer('stopTimeout', 0, timeoutMost);
  const startTimeout = fields.integer('startTimeout', 0, 86_400);
  fields.ignore(CONTAINER_WITHOUT_EFFECT);
  const container: ContainerDefinition = {
    name,
    image: fields.requiredText('image', 'nginx:1.27'),
    cpuUnits: fields.integer('cpu', 0, 196_608) ?? 0,
    memMib,
    memReservationMib,
    gpuCount: gpusOf(fields, notes),
    essential: fields.flag('essential', true),
    ports: fields.list('portMappings').map((one) => readPort(one, name, notes)),
    healthCheck: readHealthCheck(fields),
    dependsOn: fields.list('dependsOn').map((one): Dependency => {
      const depends: Fields = new Fields(one, `dependsOn of container "${name}"`, notes);
      const awaited = depends.requiredText('containerName', 'db');
      const words = ['START', 'COMPLETE', 'SUCCESS', 'HEALTHY'] as const;
      depends.requiredText('condition', 'HEALTHY');
      const condition = depends.word('condition', words, 'START');
      depends.done();
      return { container: awaited, condition };
    }),
    startTimeoutUs: startTimeout === undefined ? ecsConstants.startTimeout.value : seconds(startTimeout),
    stopTimeoutUs: stopTimeout === undefined ? ecsConstants.stopTimeout.value : seconds(stopTimeout),
    labels: fields.pairs('dockerLabels'),
  };
  fields.done();
  return container;
}

function readPort(node: SourceNode, container: string, notes: FileNotes): PortMapping {
  const fields: Fields = new Fields(node, `portMappings of container "${container}"`, notes);
  const containerPort = fields.integer('containerPort', 1, 65_535);
  const port: PortMapping = {
    containerPort: containerPort ?? 0,
    hostPort: fields.integer('hostPort', 0, 65_535) ?? 0,
    protocol: fields.word('protocol', ['tcp', 'udp'], 'tcp'),
  };
  fields.printed(['name', 'appProtocol']);
  fields.ignore(['containerPortRange']);
  if (containerPort === undefined && !fields.has('containerPortRange'))
    fields.fail('containerPort', 'is missing; write it like 8080');
  fields.done();
  return port;
}

function readHealthCheck(container: Fields): ContainerDefinition['healthCheck'] {
  const fields = container.within('healthCheck');
  if (fields === undefined) return undefined;
  const command = fields.texts('command');
  if (command.length === 0)
    fields.fail('command', 'is missing; write it like ["CMD-SHELL", "curl -f localhost || exit 1"]');
  const { healthInterval, healthTimeout, healthRetries } = ecsConstants;
  const secondsOf = (name: string, least: number, most: number, otherwiseUs: number): number => {
    const value = fields.integer(name, least, most);
    return value === undefined ? otherwiseUs : seconds(value);
  };
  const check = {
    intervalUs: secondsOf('interval', 5, 300, healthInterval.value),
    timeoutUs: secondsOf('timeout', 2, 60, healthTimeout.value),
    retries: fields.integer('retries', 1, 10) ?? healthRetries.value,
    startPeriodUs: secondsOf('startPeriod', 0, 300, 0),
  };
  fields.done();
  return command[0] === 'NONE' ? undefined : check;
}

function gpusOf(fields: Fields, notes: FileNotes): number {
  let count = 0;
  for (const node of fields.list('resourceRequirements')) {
    const one: Fields = new Fields(node, 'resourceRequirements', notes);
    const type = one.word('type', ['GPU', 'InferenceAccelerator', 'NeuronDevice'], 'GPU');
    const value = one.requiredText('value', '1');
    if (type === 'GPU') count += one.integer('value', 0, 64) ?? 0;
    else notes.push(`${one.where}: resourceRequirements of type ${type} (${value}) have no effect here`);
    one.done();
  }
  return count;
}

/** `"256"`, `".25 vCPU"`. */
function cpuOf(fields: Fields): number {
  const text = fields.text('cpu')?.trim() ?? '';
  if (text === '' || text === '0') return 0;
  const vCpu = /^(\d*\.?\d+)\s*vcpu$/i.exec(text);
  const units = vCpu === null ? Number(text) : Number(vCpu[1]) * 1024;
  if (!Number.isInteger(units) || units < 1 || units > 196_608)
    fields.fail('cpu', `is "${text}"; write CPU units like "256", or ".25 vCPU"`);
  return units;
}

/** `"512"` in MiB, `"1 GB"`. */
function memoryOf(fields: Fields): number {
  const text = fields.text('memory')?.trim() ?? '';
  if (text === '' || text === '0') return 0;
  const gb = /^(\d*\.?\d+)\s*gb$/i.exec(text);
  const mib = gb === null ? Number(text) : Number(gb[1]) * 1024;
  if (!Number.isInteger(mib) || mib < 1 || mib > 2 ** 30)
    fields.fail('memory', `is "${text}"; write MiB like "512", or "1 GB"`);
  return mib;
}

function requireFargateSize(fields: Fields, { cpuUnits, memMib }: TaskDefinition['limits']): void {
  if (isFargateSize(cpuUnits, memMib)) return;
  const near = nearestFargateSize(cpuUnits, memMib);
  fields.fail(
    cpuUnits === 0 ? 'cpu' : 'memory',
    `does not make a size that Fargate has: cpu ${cpuUnits} with memory ${memMib}; write "cpu": "${near.cpuUnits}", "memory": "${near.memMib}"`,
  );
}

function requireDependencies(containers: readonly ContainerDefinition[], fields: Fields): void {
  const names = containers.map(({ name }) => name);
  names.forEach((name, k) => {
    if (names.indexOf(name) !== k) fields.fail('containerDefinitions', `has two containers "${name}"; rename one`);
  });
  for (const { name, dependsOn } of containers)
    for (const { container, condition } of dependsOn) {
      const other = containers.find((one) => one.name === container);
      if (other === undefined)
        fields.fail(
          'containerDefinitions',
          `has no container "${container}" for "${name}" to depend on${suggestion(container, names)}`,
        );
      if (condition === 'HEALTHY' && other.healthCheck === undefined)
        fields.fail(
          'containerDefinitions',
          `lets "${name}" wait for "${container}" to be HEALTHY, which has no healthCheck; write one`,
        );
    }
  const state = new Map<string, 'open' | 'done'>();
  const visit = (name: string): void => {
    if (state.get(name) === 'open')
      fields.fail(
        'containerDefinitions',
        `has containers that depend on each other in a circle through "${name}"; take one dependsOn out`,
      );
    if (state.get(name) === 'done') return;
    state.set(name, 'open');
    for (const { container } of containers.find((one) => one.name === name)?.dependsOn ?? []) visit(container);
    state.set(name, 'done');
  };
  names.forEach(visit);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
