import type { DataPlane } from '../../data-plane/data-plane.ts';
import type { EcsTask } from '../tasks/ecs-task.ts';
import { deploymentLimits } from './deployment-limits.ts';
import type { Service } from './service.ts';

/** A deployment that neither limit lets go on, told once. */
export function tellStuck({ chronicle, books }: DataPlane, service: Service, stuck: boolean): void {
  const { file, desiredCount } = service;
  if (stuck && !service.isStuck) {
    const { lower, upper } = deploymentLimits(desiredCount, file.minimumHealthyPercent, file.maximumPercent);
    const text = `(service ${file.name}) was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.`;
    chronicle.event('ecs', 'Warning', 'SERVICE_DEPLOYMENT_STUCK', file.name, text);
    const why = `at least ${lower} must stay healthy and at most ${upper} may be there, of ${desiredCount}`;
    books.happened('deployment-stuck', file.name, why);
  }
  service.isStuck = stuck;
}

export function tellUnhealthy({ chronicle }: DataPlane, service: Service, task: EcsTask): void {
  const { name } = service.file;
  const what =
    task.target === 'unhealthy'
      ? `(target-group ${service.balanced[0]?.name ?? ''}) target is unhealthy due to (reason Health checks failed)`
      : 'failed container health checks';
  chronicle.event('ecs', 'Warning', 'SERVICE_TASK_UNHEALTHY', name, `(service ${name}) (task ${task.name}) ${what}`);
}
