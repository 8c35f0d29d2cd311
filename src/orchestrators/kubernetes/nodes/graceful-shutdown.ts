import type { ControlPlane } from '../api/control-plane.ts';
import type { Pod } from '../objects/pod.ts';
import type { NodeOptions } from './node-options.ts';
import type { NodeReports } from './node-reports.ts';
import type { NodeRuntime } from './node-runtime.ts';
import type { PodRuns } from './pod-runs.ts';
import { CRITICAL_PRIORITY } from './qos.ts';

/**
 * Graceful node shutdown (`pkg/kubelet/nodeshutdown`): the node is not ready at once and takes no more pods; its pods
 * are told to end within what the shutdown leaves them, critical ones in the last part of it.
 */
export class GracefulShutdown {
  private readonly plane: ControlPlane;
  private readonly options: NodeOptions;
  private readonly reports: NodeReports;
  private readonly runs: PodRuns;
  private readonly criticalKind: number;

  constructor(plane: ControlPlane, options: NodeOptions, reports: NodeReports, runs: PodRuns) {
    this.plane = plane;
    this.options = options;
    this.reports = reports;
    this.runs = runs;
    this.criticalKind = plane.clock.kind((nodeId) => {
      const runtime = reports.byId.get(nodeId);
      if (runtime?.shuttingDown === true && runtime.online)
        this.stop(runtime, options.shutdownGraceCriticalUs, () => true);
    });
  }

  /** Begins to shut a node down, if its kubelet is heard. */
  begin(runtime: NodeRuntime): void {
    if (runtime.shuttingDown || !runtime.heard) return;
    const { shutdownGraceUs, shutdownGraceCriticalUs } = this.options;
    runtime.shuttingDown = true;
    this.reports.post(runtime);
    const regularUs = Math.max(0, shutdownGraceUs - shutdownGraceCriticalUs);
    this.stop(runtime, regularUs, (pod) => pod.spec.priority < CRITICAL_PRIORITY);
    this.plane.clock.after(regularUs, this.criticalKind, runtime.id);
  }

  private stop(runtime: NodeRuntime, withinUs: number, which: (pod: Pod) => boolean): void {
    const withinSeconds = Math.floor(withinUs / 1e6);
    for (const { id } of runtime.pods.values()) {
      const pod = this.plane.api.pods.get(id);
      if (pod === undefined || !which(pod)) continue;
      this.runs.evict(id, Math.min(pod.spec.terminationGracePeriodSeconds, withinSeconds), {
        reason: 'Terminated',
        message: 'Pod was terminated in response to imminent node shutdown.',
        disruptionTarget: 'TerminationByKubelet',
      });
    }
  }
}
