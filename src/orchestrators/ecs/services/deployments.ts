import type { ProcessBehaviour } from '../../data-plane/process-behaviour.ts';
import type { TaskDefinition } from '../files/ecs-files.ts';
import type { EcsWorld } from '../world.ts';
import { failureThreshold } from './circuit-breaker.ts';
import { primaryOf, type Deployment, type Service } from './service.ts';

/** Deployments of services: begun, completed, failed, rolled back (Developer Guide, deployment-circuit-breaker). */
export class Deployments {
  private readonly world: EcsWorld;
  private readonly begun: (service: Service) => void;
  private made = 0;

  /** `begun`: a service has a new PRIMARY. */
  constructor(world: EcsWorld, begun: (service: Service) => void) {
    this.world = world;
    this.begun = begun;
  }

  begin(service: Service, definition: TaskDefinition, behaviour: ProcessBehaviour, isRollback = false): Deployment {
    const deployment: Deployment = {
      id: ++this.made,
      definition,
      behaviour,
      isRollback,
      status: 'PRIMARY',
      rollout: 'IN_PROGRESS',
      failedTasks: 0,
      hasRun: false,
      startFailures: 0,
      nextStartUs: -Infinity,
    };
    for (const before of service.deployments) before.status = 'ACTIVE';
    service.deployments = [...service.deployments, deployment];
    service.isSteady = false;
    service.isStuck = false;
    service.rebalancing = undefined;
    const { name } = service.file;
    this.world.plane.chronicle.event(
      'ecs',
      'Normal',
      'SERVICE_DEPLOYMENT_IN_PROGRESS',
      name,
      `(service ${name}) deployment ${deployment.id} of ${definition.family}:${definition.revision} in progress.`,
    );
    this.begun(service);
    return deployment;
  }

  /** All tasks are of the PRIMARY deployment and healthy. */
  completed(service: Service): void {
    const primary = primaryOf(service);
    primary.rollout = 'COMPLETED';
    service.lastCompleted = primary;
    for (const other of service.deployments) if (other !== primary) other.status = 'INACTIVE';
    service.deployments = [primary];
    const { name } = service.file;
    this.world.plane.chronicle.event(
      'ecs',
      'Normal',
      'SERVICE_DEPLOYMENT_COMPLETED',
      name,
      `(service ${name}) (deployment ${primary.id}) deployment completed.`,
    );
  }

  /** One more task of it has failed, as the circuit breaker counts. */
  failed(service: Service, deployment: Deployment, why: string): void {
    if (deployment !== primaryOf(service) || deployment.rollout !== 'IN_PROGRESS') return;
    deployment.failedTasks++;
    const { breaker, name } = service.file;
    // What is rolled back to has worked before: it is tried on, since nothing would be left to go back to. AWS does not say.
    if (breaker === undefined || deployment.isRollback) return;
    const threshold = failureThreshold(breaker.threshold, service.desiredCount, this.world.values);
    if (deployment.failedTasks < threshold) return;
    deployment.rollout = 'FAILED';
    const { chronicle, books } = this.world.plane;
    const text = `(service ${name}) (deployment ${deployment.id}) deployment failed: ${why}.`;
    chronicle.event('ecs', 'Warning', 'SERVICE_DEPLOYMENT_FAILED', name, text);
    books.happened('deployment-failed', name, text);
    const last = service.lastCompleted;
    const canRollBack = breaker.rollback && last !== undefined;
    chronicle.decision({
      component: 'ecs-circuit-breaker',
      about: name,
      what: canRollBack ? `rolls back to ${last.definition.family}:${last.definition.revision}` : 'deployment FAILED',
      why: `${deployment.failedTasks} failed tasks of a threshold of ${threshold}: ${why}`,
    });
    if (canRollBack) this.begin(service, last.definition, last.behaviour, true);
  }

  /** A task of it is healthy, which clears the count where files say so. */
  healthy(service: Service, deployment: Deployment): void {
    if (service.file.breaker?.resetOnHealthyTask === true) deployment.failedTasks = 0;
  }
}
