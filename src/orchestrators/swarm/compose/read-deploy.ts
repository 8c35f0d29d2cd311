import { InputError } from '../../../sim/input-error.ts';
import { parseConstraint, type Constraint } from '../constraint.ts';
import {
  DEFAULT_RESTART,
  DEFAULT_UPDATE,
  type GenericResource,
  type PlacementSpec,
  type RestartPolicy,
  type SwarmServiceSpec,
  type UpdateConfig,
} from '../swarm-spec.ts';
import type { ComposeField } from './compose-field.ts';
import { constraintNote, spreadNote } from './placement-notes.ts';
import { readAssignments } from './read-assignments.ts';
import { readRestart } from './read-restart.ts';
import type { ServiceNotes } from './service-fields.ts';

const MODES = ['replicated', 'global', 'replicated-job', 'global-job'] as const;
const MIB = 1024 * 1024;
const UPDATE_FIELDS = ['parallelism', 'delay', 'failure_action', 'monitor', 'max_failure_ratio', 'order'];

type Deployed = Pick<
  SwarmServiceSpec,
  | 'mode'
  | 'replicas'
  | 'maxConcurrent'
  | 'reservations'
  | 'limits'
  | 'placement'
  | 'restart'
  | 'update'
  | 'rollback'
  | 'endpointMode'
> & { readonly labels: Readonly<Record<string, string>> };

/** Everything of `deploy:`, and of `restart:`, which counts where `deploy.restart_policy` is absent. */
export function readDeploy(service: ComposeField, notes: ServiceNotes): Deployed {
  const deploy = service.child('deploy');
  deploy.allow([
    'mode',
    'replicas',
    'labels',
    'endpoint_mode',
    'placement',
    'resources',
    'restart_policy',
    'update_config',
    'rollback_config',
  ]);
  const mode = deploy.child('mode').optionalOneOf(MODES) ?? 'replicated';
  const isGlobal = mode === 'global' || mode === 'global-job';
  const replicas = deploy.child('replicas');
  if (isGlobal && replicas.isPresent)
    replicas.fault(`a ${mode} service has one task on every node; leave replicas out, or write mode: replicated`);
  const wanted = isGlobal ? 0 : (replicas.optionalWhole() ?? 1);
  const resources = deploy.child('resources');
  resources.allow(['limits', 'reservations']);
  return {
    mode,
    replicas: wanted,
    maxConcurrent: mode === 'replicated-job' ? wanted : 0,
    labels: readAssignments(deploy.child('labels')),
    reservations: readReservations(resources.child('reservations')),
    limits: readLimits(resources.child('limits')),
    placement: readPlacement(deploy.child('placement'), notes),
    restart: restartOf(service, deploy.child('restart_policy'), notes),
    update: readUpdate(deploy.child('update_config')),
    rollback: readRollback(deploy.child('rollback_config'), notes),
    endpointMode: deploy.child('endpoint_mode').optionalOneOf(['vip', 'dnsrr']) ?? 'vip',
  };
}

function readLimits(limits: ComposeField): SwarmServiceSpec['limits'] {
  limits.allow(['cpus', 'memory', 'pids']);
  const [cpus, memory, pids] = ['cpus', 'memory', 'pids'].map((key) => limits.child(key));
  // A limit of 0 is none.
  return {
    cpuMilli: cpuOf(cpus) || Infinity,
    memBytes: memoryOf(memory) || Infinity,
    pids: pids.optionalWhole() || Infinity,
  };
}

function readReservations(reservations: ComposeField): SwarmServiceSpec['reservations'] {
  const devices = reservations.entries().find(([key]) => key === 'devices');
  if (devices !== undefined)
    throw new InputError(
      `${devices[2]}: ${devices[1].name}: docker stack deploy does not take devices; write generic_resources: [{ discrete_resource_spec: { kind: gpu, value: 1 } }]`,
    );
  reservations.allow(['cpus', 'memory', 'generic_resources']);
  return {
    cpuMilli: cpuOf(reservations.child('cpus')),
    memBytes: memoryOf(reservations.child('memory')),
    generic: reservations.child('generic_resources').items().map(genericOf),
  };
}

function genericOf(item: ComposeField): GenericResource {
  item.allow(['discrete_resource_spec']);
  const spec: ComposeField = item.child('discrete_resource_spec');
  spec.allow(['kind', 'value']);
  const kind = spec.child('kind').optionalText();
  if (kind === undefined || kind === '') spec.fault('it does not say its kind; write kind: gpu');
  return { kind, count: spec.child('value').optionalWhole() ?? 0 };
}

/** Swarm takes nothing below a thousandth of a core. (SwarmKit manager/controlapi/service.go, validateResources.) */
function cpuOf(field: ComposeField): number {
  const cpuMilli = field.optionalCpuMilli() ?? 0;
  if (cpuMilli > 0 && Number(field.node?.value) < 0.001)
    field.fault(`${field.shown()} is less than a thousandth of a core; write "0.001" or more`);
  return cpuMilli;
}

/** Nor less than 4 MiB of memory; 0 is nothing said. */
function memoryOf(field: ComposeField): number {
  const bytes = field.optionalBytes() ?? 0;
  if (bytes > 0 && bytes < 4 * MIB)
    field.fault(`${field.shown()} is less than the 4 MiB that Swarm asks for; write "4M" or more`);
  return bytes;
}

function readPlacement(placement: ComposeField, notes: ServiceNotes): PlacementSpec {
  placement.allow(['constraints', 'preferences', 'max_replicas_per_node']);
  return {
    constraints: placement
      .child('constraints')
      .items()
      .map((field) => constraintOf(field, notes)),
    spreadOver: placement
      .child('preferences')
      .items()
      .flatMap((preference) => spreadOf(preference, notes)),
    maxReplicasPerNode: placement.child('max_replicas_per_node').optionalWhole() ?? 0,
    platforms: [],
  };
}

function constraintOf(field: ComposeField, notes: ServiceNotes): Constraint {
  const text = field.optionalText() ?? field.fault('it is empty; write a constraint such as node.role==worker');
  let constraint: Constraint;
  try {
    constraint = parseConstraint(text);
  } catch (error) {
    if (error instanceof InputError) return field.fault(error.message);
    throw error;
  }
  const note = constraintNote(constraint);
  if (note !== undefined) notes.say(field.noteText(note));
  return constraint;
}

function spreadOf(preference: ComposeField, notes: ServiceNotes): string[] {
  preference.allow(['spread']);
  const spread = preference.child('spread');
  const label = spread.optionalText() ?? preference.fault('it is empty; write spread: node.labels.zone');
  const note = spreadNote(label);
  if (note === undefined) return [label];
  notes.say(spread.noteText(note));
  return [];
}

function restartOf(service: ComposeField, policy: ComposeField, notes: ServiceNotes): RestartPolicy {
  const restart = service.child('restart');
  if (!policy.isPresent) return readRestart(restart, notes);
  if (restart.isPresent) notes.say(restart.noteText('deploy.restart_policy counts in its place'));
  policy.allow(['condition', 'delay', 'max_attempts', 'window']);
  return {
    condition: policy.child('condition').optionalOneOf(['any', 'on-failure', 'none']) ?? DEFAULT_RESTART.condition,
    delayUs: policy.child('delay').optionalDurationUs() ?? DEFAULT_RESTART.delayUs,
    maxAttempts: policy.child('max_attempts').optionalWhole() ?? 0,
    windowUs: policy.child('window').optionalDurationUs() ?? 0,
  };
}

/** Absent, the engine's defaults hold; a monitor of 0 is "not set", which is 5 s (moby daemon/cluster/convert/service.go). */
function readUpdate(config: ComposeField): UpdateConfig {
  config.allow(UPDATE_FIELDS);
  const ratio = config.child('max_failure_ratio');
  return {
    parallelism: config.child('parallelism').optionalWhole() ?? DEFAULT_UPDATE.parallelism,
    delayUs: config.child('delay').optionalDurationUs() ?? 0,
    failureAction:
      config.child('failure_action').optionalOneOf(['pause', 'continue', 'rollback']) ?? DEFAULT_UPDATE.failureAction,
    monitorUs: config.child('monitor').optionalDurationUs() || DEFAULT_UPDATE.monitorUs,
    maxFailureRatio: ratio.within(ratio.optionalNumber('a share', '0.2') ?? 0, 0, 1),
    order: config.child('order').optionalOneOf(['stop-first', 'start-first']) ?? DEFAULT_UPDATE.order,
  };
}

function readRollback(config: ComposeField, notes: ServiceNotes): UpdateConfig {
  const rollback = readUpdate(config);
  if (rollback.failureAction !== 'rollback') return rollback;
  notes.say(config.child('failure_action').noteText('a rollback that fails is not rolled back; it is paused'));
  return { ...rollback, failureAction: 'pause' };
}
