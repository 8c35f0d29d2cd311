import { InputError } from '../../../../sim/input-error.ts';
import { suggestion } from '../../../../sim/nearest-name.ts';
import { durationUs } from '../../../../sim/quantity.ts';
import { hours, minutes, seconds } from '../../../../sim/time.ts';

/** A flag of the Cluster Autoscaler. Durations are microseconds here. */
interface Flag {
  readonly kind: 'duration' | 'number' | 'switch' | 'text';
  readonly default: number | boolean | string;
  readonly meaning: string;
}

/**
 * The flags that Baton's Cluster Autoscaler knows, by their names, at their defaults.
 *
 * Source: kubernetes-sigs/cluster-autoscaler, pkg/config/flags/flags.go (2026-08-21).
 */
export const CLUSTER_AUTOSCALER_FLAGS = {
  'scan-interval': duration(seconds(10), 'Time between looks.'),
  'frequent-loops-enabled': flag(true, 'Look again at once after a change, and when a pod finds no room.'),
  expander: text('least-waste', 'How a group is chosen: names in order, separated by commas.'),
  'expander-priorities': text(
    '',
    'For the priority expander: "50=spot.*;10=.*", a regular expression for each priority.',
  ),
  'max-node-provision-time': duration(minutes(15), 'A node that has not registered by then is given up.'),
  'max-node-startup-time': duration(minutes(15), 'A node that registered is expected to become ready by then.'),
  'new-pod-scale-up-delay': duration(0, 'Pods younger than this are left to the scheduler.'),
  'max-nodes-per-scaleup': number(1000, 'Most nodes ordered at once.'),
  'max-nodes-total': number(0, 'Most nodes of the whole cluster; 0: any number.'),
  'expendable-pods-priority-cutoff': number(-10, 'Pods below this priority neither bring nodes nor keep them.'),
  'initial-node-group-backoff-duration': duration(minutes(5), 'How long a group is left alone after a failure.'),
  'max-node-group-backoff-duration': duration(minutes(30), 'The most that this grows to, doubling.'),
  'node-group-backoff-reset-timeout': duration(hours(3), 'After so long without failure it begins anew.'),
  'max-total-unready-percentage': number(45, 'With more unready nodes nothing is done,'),
  'ok-total-unready-count': number(3, 'unless there are no more than these.'),
  'balance-similar-node-groups': flag(false, 'Spread new nodes over groups that are alike.'),
  'scale-down-enabled': flag(true, 'Whether nodes are ever removed.'),
  'scale-down-utilization-threshold': number(0.5, 'A node used at most so much is a candidate.'),
  'scale-down-gpu-utilization-threshold': number(0.5, 'The same for nodes with GPUs, by their GPUs alone.'),
  'scale-down-unneeded-time': duration(minutes(10), 'How long a node must have been unneeded.'),
  'scale-down-unready-time': duration(minutes(20), 'The same for a node that is not ready.'),
  'scale-down-unready-enabled': flag(true, 'Whether nodes that are not ready are removed.'),
  'scale-down-delay-after-add': duration(minutes(10), 'After a scale-up.'),
  'scale-down-delay-after-delete': duration(0, 'After a removal.'),
  'scale-down-delay-after-failure': duration(minutes(3), 'After a removal that failed.'),
  'scale-down-non-empty-candidates-count': number(30, 'Most nodes with pods looked at in one loop.'),
  'max-scale-down-parallelism': number(10, 'Most nodes being removed at once,'),
  'max-drain-parallelism': number(1, 'and most of them with pods.'),
  'max-graceful-termination-sec': number(600, 'How long the pods of a node may take to end.'),
  'max-pod-eviction-time': duration(minutes(2), 'How long evictions that are refused are tried again.'),
  'node-delete-delay-after-taint': duration(seconds(5), 'Between the taint and the removal.'),
  'unremovable-node-recheck-timeout': duration(minutes(5), 'When a node that could not be removed is looked at again.'),
  'skip-nodes-with-system-pods': flag(true, 'Pods of kube-system without a budget keep their node,'),
  'blocking-system-pod-disruption-timeout': duration(hours(1), 'but only for so long.'),
  'skip-nodes-with-local-storage': flag(true, 'Pods with emptyDir or hostPath keep their node.'),
  'skip-nodes-with-custom-controller-pods': flag(true, 'Pods of controllers that are not built in keep their node.'),
  'ignore-daemonsets-utilization': flag(false, "Daemons' pods do not count as use."),
  'max-bulk-soft-taint-count': number(10, 'Most nodes marked as candidates in one loop.'),
} as const satisfies Readonly<Record<string, Flag>>;

export type ClusterAutoscalerFlag = keyof typeof CLUSTER_AUTOSCALER_FLAGS;

/** A value for every flag. */
export type ClusterAutoscalerSettings = {
  readonly [Name in ClusterAutoscalerFlag]: Widened<(typeof CLUSTER_AUTOSCALER_FLAGS)[Name]['default']>;
};

/** The flags with those given in their places; names with or without the two dashes. Throws an InputError. */
export function clusterAutoscalerSettings(
  given: Readonly<Record<string, string | number | boolean>>,
): ClusterAutoscalerSettings {
  const settings: Record<string, number | boolean | string> = {};
  const known: Readonly<Record<string, Flag>> = CLUSTER_AUTOSCALER_FLAGS;
  for (const name of Object.keys(known)) settings[name] = known[name].default;
  for (const key of Object.keys(given)) {
    const name = key.replace(/^--/, '');
    if (!Object.hasOwn(known, name))
      throw new InputError(`the Cluster Autoscaler has no flag "${name}"${suggestion(name, Object.keys(known))}`);
    settings[name] = valueOf(name, known[name], given[key]);
  }
  return settings as ClusterAutoscalerSettings;
}

type Widened<T> = T extends number ? number : T extends boolean ? boolean : string;

function valueOf(name: string, { kind }: Flag, value: string | number | boolean): number | boolean | string {
  const mistake = (what: string): InputError =>
    new InputError(`--${name} must be ${what}, but is ${JSON.stringify(value)}`);
  switch (kind) {
    case 'switch':
      if (value === true || value === 'true') return true;
      if (value === false || value === 'false') return false;
      throw mistake('true or false');
    case 'number': {
      const amount = typeof value === 'string' ? Number(value) : value;
      if (typeof amount === 'number' && Number.isFinite(amount)) return amount;
      throw mistake('a number');
    }
    case 'duration':
      if (typeof value === 'boolean') throw mistake('a time such as 10m');
      return typeof value === 'number' ? seconds(value) : durationUs(value);
    case 'text':
      return String(value);
    default:
      return kind satisfies never;
  }
}

function duration(us: number, meaning: string): { kind: 'duration'; default: number; meaning: string } {
  return { kind: 'duration', default: us, meaning };
}

function number(value: number, meaning: string): { kind: 'number'; default: number; meaning: string } {
  return { kind: 'number', default: value, meaning };
}

function flag(value: boolean, meaning: string): { kind: 'switch'; default: boolean; meaning: string } {
  return { kind: 'switch', default: value, meaning };
}

function text(value: string, meaning: string): { kind: 'text'; default: string; meaning: string } {
  return { kind: 'text', default: value, meaning };
}
