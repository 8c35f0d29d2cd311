import { InputError } from '../../../../sim/input-error.ts';
import { parseCron } from '../../controllers/cronjob/cron-schedule.ts';
import type { MetricSpec, ScaledObject } from '../../objects/autoscaling.ts';
import { quantityMilli } from '../../objects/quantity.ts';

type TriggerSpec = ScaledObject['spec']['triggers'][number];

/** What a trigger says now. */
export interface TriggerState {
  /** In thousandths; undefined: not known. */
  readonly valueMilli: number | undefined;
  readonly active: boolean;
  readonly text: string;
}

/** One trigger of a ScaledObject: the metric that its HPA gets, and whether it wants the target awake. */
export interface Trigger {
  readonly metric: MetricSpec;
  /** Under this name the HPA asks for its value; undefined: it is a resource metric, which the HPA reads by itself. */
  readonly externalName: string | undefined;
  read(nowMs: number, external: (name: string) => number | undefined): TriggerState;
}

/** Where triggers keep their targets, and what holds when they do not say. */
const TARGETS: Readonly<Record<string, readonly [key: string, fallback: number]>> = {
  prometheus: ['threshold', NaN],
  kafka: ['lagThreshold', 10],
  'apache-kafka': ['lagThreshold', 10],
  rabbitmq: ['value', 20],
  'aws-sqs-queue': ['queueLength', 5],
  redis: ['listLength', 5],
  'redis-streams': ['pendingEntriesCount', 5],
  'nats-jetstream': ['lagThreshold', 10],
  'gcp-pubsub': ['value', 10],
  'azure-queue': ['queueLength', 5],
  'azure-servicebus': ['messageCount', 5],
  postgresql: ['targetQueryValue', NaN],
  mysql: ['queryValue', NaN],
  'metrics-api': ['targetValue', NaN],
};
const TARGET_KEYS = ['threshold', 'value', 'targetValue', 'lagThreshold', 'queueLength', 'listLength', 'messageCount'];
const ACTIVATION_KEYS = [
  'activationThreshold',
  'activationValue',
  'activationTargetValue',
  'activationLagThreshold',
  'activationQueueLength',
  'activationListLength',
  'activationMessageCount',
  'activationTargetQueryValue',
  'activationQueryValue',
];
const NAME_KEYS = [
  'metricName',
  'queueName',
  'topic',
  'listName',
  'stream',
  'subscriptionName',
  'queueURL',
  'serverAddress',
];

/**
 * The triggers of a ScaledObject: `cron`, `cpu` and `memory` as KEDA has them; every other is an external metric, known
 * to the metrics server by its `metricName`, queue, topic or list, else by the trigger's type.
 *
 * Source: kedacore/keda (2026-08-20), pkg/scalers.
 */
export function triggersOf(object: ScaledObject): readonly Trigger[] {
  return object.spec.triggers.map((trigger, k) => triggerOf(trigger, k));
}

function triggerOf(trigger: TriggerSpec, index: number): Trigger {
  if (trigger.type === 'cron') return cronTrigger(trigger, index);
  if (trigger.type === 'cpu' || trigger.type === 'memory') return resourceTrigger(trigger, trigger.type);
  return externalTrigger(trigger, index);
}

/** So many replicas between two schedules, by the clock of the zone. */
function cronTrigger({ metadata }: TriggerSpec, index: number): Trigger {
  const start = parseCron(metadata['start'] ?? '', metadata['timezone']);
  const end = parseCron(metadata['end'] ?? '', metadata['timezone']);
  const desired = Number(metadata['desiredReplicas'] ?? '1');
  const externalName = `s${index}-cron`;
  return {
    metric: { type: 'External', name: externalName, target: { type: 'AverageValue', amount: 1000 } },
    externalName,
    read(nowMs) {
      // Awake when the end comes before the next start.
      const nextStart = start.next(nowMs) ?? Infinity;
      const nextEnd = end.next(nowMs) ?? Infinity;
      const active = nextEnd < nextStart;
      const text = active ? `cron wants ${desired} replicas` : 'cron is outside of its hours';
      return { valueMilli: (active ? desired : 1) * 1000, active, text };
    },
  };
}

/** CPU and memory do not wake a target that has no pods. */
function resourceTrigger({ metadata }: TriggerSpec, name: string): Trigger {
  const isUtilisation = (metadata['type'] ?? 'Utilization') === 'Utilization';
  const value = metadata['value'] ?? '80';
  const target = isUtilisation
    ? ({ type: 'Utilization', amount: Number(value) } as const)
    : ({ type: 'AverageValue', amount: quantityMilli(value) } as const);
  const container = metadata['containerName'];
  const metric: MetricSpec =
    container === undefined
      ? { type: 'Resource', name, target }
      : { type: 'ContainerResource', name, container, target };
  const state = { valueMilli: undefined, active: false, text: `${name} wakes nothing` };
  return { metric, externalName: undefined, read: () => state };
}

function externalTrigger({ type, metadata }: TriggerSpec, index: number): Trigger {
  const [key, fallback] = TARGETS[type] ?? [TARGET_KEYS.find((one) => one in metadata) ?? 'value', 1];
  const amount = key in metadata ? quantityMilli(metadata[key]) : fallback * 1000;
  if (!(amount > 0)) throw new InputError(`trigger "${type}" has no ${key} above 0; write one into its metadata`);
  const activation = ACTIVATION_KEYS.find((one) => one in metadata);
  const wakesAboveMilli = activation === undefined ? 0 : quantityMilli(metadata[activation]);
  const names = [...NAME_KEYS.map((one) => metadata[one]).filter((one) => one !== undefined), type];
  const externalName = `s${index}-${type}-${names[0]}`;
  return {
    metric: {
      type: 'External',
      name: externalName,
      target: { type: 'AverageValue', amount: amount },
    },
    externalName,
    read(_nowMs, external) {
      let valueMilli: number | undefined;
      for (const name of names) valueMilli ??= external(name);
      if (valueMilli === undefined) return { valueMilli, active: false, text: `${type} ${names[0]} is not known` };
      const text = `${type} ${names[0]} at ${valueMilli / 1000}, awake above ${wakesAboveMilli / 1000}`;
      return { valueMilli, active: valueMilli > wakesAboveMilli, text };
    },
  };
}
