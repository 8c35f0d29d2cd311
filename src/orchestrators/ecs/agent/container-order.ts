import type { ContainerDefinition } from '../files/ecs-files.ts';

/** A container of a task on its machine. */
export interface ContainerCourse {
  readonly definition: ContainerDefinition;
  state: 'waiting' | 'creating' | 'created' | 'starting' | 'running' | 'stopping' | 'stopped';
  health: 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY';
  exitCode: number;
}

/** Whether all that a container depends on has come so far (Developer Guide, task_definition_parameters: dependsOn). */
export function isMet({ dependsOn }: ContainerDefinition, containers: readonly ContainerCourse[]): boolean {
  return dependsOn.every(({ container, condition }) => {
    const other = containers.find(({ definition }) => definition.name === container);
    if (other === undefined) return true;
    const hasStarted = ['running', 'stopping', 'stopped'].includes(other.state);
    switch (condition) {
      case 'START':
        return hasStarted;
      case 'COMPLETE':
        return other.state === 'stopped';
      case 'SUCCESS':
        return other.state === 'stopped' && other.exitCode === 0;
      case 'HEALTHY':
        return other.health === 'HEALTHY';
      default:
        return condition satisfies never;
    }
  });
}

/** Whether what it depends on has ended otherwise than it must. */
export function isNever({ dependsOn }: ContainerDefinition, containers: readonly ContainerCourse[]): boolean {
  return dependsOn.some(({ container, condition }) => {
    const other = containers.find(({ definition }) => definition.name === container);
    if (other?.state !== 'stopped') return false;
    return (condition === 'SUCCESS' && other.exitCode !== 0) || (condition === 'HEALTHY' && other.health !== 'HEALTHY');
  });
}

/** What may be stopped now: those on which no container that is still there depends. */
export function stoppable<C extends ContainerCourse>(containers: readonly C[]): C[] {
  const isOver = ({ state }: C): boolean => state === 'stopped';
  return containers.filter(
    (one) =>
      !isOver(one) &&
      one.state !== 'stopping' &&
      !containers.some(
        (other) =>
          !isOver(other) && other.definition.dependsOn.some(({ container }) => container === one.definition.name),
      ),
  );
}
