import type { DataPlane } from '../../data-plane/data-plane.ts';
import type { HealthCheckSpec } from '../swarm-spec.ts';
import type { AgentTask } from './agent-task.ts';

/**
 * The engines' health checks (moby daemon/health.go): the first probe comes one interval after the start; within the
 * start period probes come more often and failures do not count until one has succeeded.
 */
export class HealthChecks {
  private readonly plane: DataPlane;
  private readonly told: (run: AgentTask, healthy: boolean) => void;
  /** Tasks that are asked at the pace of the start period. */
  private readonly starting = new Map<number, AgentTask>();
  private readonly startOver: number;

  constructor(plane: DataPlane, told: (run: AgentTask, healthy: boolean) => void) {
    this.plane = plane;
    this.told = told;
    this.startOver = plane.clock.kind((task) => this.startPeriodIsOver(task));
  }

  begin(run: AgentTask): void {
    const spec = run.task.of.spec.healthCheck;
    if (spec === undefined) return;
    const { startPeriodUs, startIntervalUs, intervalUs } = spec;
    const isSlow = startPeriodUs === 0 || startIntervalUs >= intervalUs;
    const fromUs = this.plane.clock.nowUs;
    const toUs = fromUs + (isSlow ? intervalUs : startIntervalUs);
    this.plane.chronicle.timer({ fromUs, toUs, timer: 'healthcheck interval', about: run.task.name });
    if (isSlow) {
      this.watch(run, spec, intervalUs);
      return;
    }
    this.starting.set(run.task.id, run);
    this.watch(run, spec, startIntervalUs);
    this.plane.clock.after(startPeriodUs, this.startOver, run.task.id);
  }

  stop(run: AgentTask): void {
    if (run.probe >= 0) this.plane.probes.stop(run.probe);
    run.probe = -1;
    this.starting.delete(run.task.id);
  }

  private startPeriodIsOver(task: number): void {
    const run = this.starting.get(task);
    if (run !== undefined) this.goOnAtUsualPace(run);
  }

  private goOnAtUsualPace(run: AgentTask): void {
    this.stop(run);
    const spec = run.task.of.spec.healthCheck;
    if (spec !== undefined) this.watch(run, spec, spec.intervalUs);
  }

  private watch(run: AgentTask, spec: HealthCheckSpec, intervalUs: number): void {
    const { retries, timeoutUs, startPeriodUs } = spec;
    run.probe = this.plane.probes.watch(
      run.container,
      {
        firstAfterUs: intervalUs,
        intervalUs,
        timeoutUs,
        rise: 1,
        fall: retries,
        graceUs: startPeriodUs,
        isRemote: false,
      },
      (_, healthy) => {
        if (run.isLost) return;
        if (this.starting.has(run.task.id)) this.goOnAtUsualPace(run);
        this.told(run, healthy);
      },
    );
  }
}
