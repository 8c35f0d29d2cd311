import type { DataPlane, ProbeSpec } from '../../../data-plane/data-plane.ts';
import type { MesosValues } from '../../constants.ts';
import { Slots } from '../../slots.ts';
import type { HealthCheckSpec } from './app-spec.ts';
import type { Instance } from './instance.ts';

/** Longer than any run, so that it never falls. */
const NEVER = Number.MAX_SAFE_INTEGER;

export interface ProbeWatcher {
  /** A result of a health or readiness check has changed what is known of the instance. */
  changed(instance: Instance): void;
  /** It has failed too often. */
  failed(instance: Instance, check: HealthCheckSpec): void;
}

interface Finding {
  readonly instance: Instance;
  readonly what: 'alive' | 'kill' | 'ready';
  readonly check: number;
  readonly good: boolean;
}

/**
 * Health and readiness checks of Marathon's instances. What Marathon sees of them waits while it is away; what an agent
 * finds cannot be told while nobody hears it.
 */
export class InstanceProbes {
  private readonly plane: DataPlane;
  private readonly values: MesosValues;
  private readonly watcher: ProbeWatcher;
  private readonly findings = new Slots<Finding>();
  private readonly findingKind: number;

  constructor(plane: DataPlane, values: MesosValues, watcher: ProbeWatcher) {
    this.plane = plane;
    this.values = values;
    this.watcher = watcher;
    this.findingKind = plane.clock.apiKind((number) => this.found(number));
  }

  /** The instance runs in its container from now on. */
  begin(instance: Instance): void {
    const { spec } = instance;
    spec.healthChecks.forEach((check, k) => {
      this.watch(instance, probeOf(check, 1, this.values), 'alive', k, check.onAgent);
      const { maxConsecutiveFailures: most } = check;
      // The counter that is looked at leaves out the failure just seen, so the kill comes one later; 0: never.
      if (most > 0) this.watch(instance, probeOf(check, most + 1, this.values), 'kill', k, check.onAgent);
    });
    spec.readinessChecks.forEach(({ intervalUs, timeoutUs }, k) => {
      const probe = { firstAfterUs: 0, intervalUs, timeoutUs, rise: 1, fall: NEVER, graceUs: 0, isRemote: true };
      this.watch(instance, probe, 'ready', k, false);
    });
  }

  private watch(instance: Instance, spec: ProbeSpec, what: Finding['what'], check: number, onAgent: boolean): void {
    const { clock, machines, probes } = this.plane;
    const probe = probes.watch(instance.container, spec, (_container, good) => {
      if (onAgent && !machines.isReachable(instance.machine)) return;
      clock.after(0, this.findingKind, this.findings.put({ instance, what, check, good }));
    });
    instance.probes.push(probe);
  }

  private found(number: number): void {
    const { instance, what, check, good } = this.findings.take(number);
    if (instance.state === 'ended') return;
    if (what === 'alive') {
      instance.alive[check] = good;
      this.watcher.changed(instance);
    } else if (what === 'kill') {
      if (!good) this.watcher.failed(instance, instance.spec.healthChecks[check]);
    } else if (good) {
      instance.unready = Math.max(0, instance.unready - 1);
      this.watcher.changed(instance);
    }
  }
}

/** Marathon's own checks begin within 5 s, those of executors after their delay. */
export function probeOf(check: HealthCheckSpec, fall: number, values: MesosValues): ProbeSpec {
  const { onAgent, delayUs, intervalUs, timeoutUs, gracePeriodUs } = check;
  return {
    firstAfterUs: onAgent ? delayUs : Math.min(intervalUs, values.marathonHealthFirst),
    intervalUs,
    timeoutUs,
    rise: 1,
    fall,
    graceUs: gracePeriodUs,
    isRemote: !onAgent,
  };
}
