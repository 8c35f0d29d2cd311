import type { ContainerDefinition, TaskDefinition } from './ecs-files.ts';

/** The container that is the workload itself, beside its sidecars: the one that is balanced, else the first essential one with a port, else the first essential one. */
export function mainContainer({ containers }: Pick<TaskDefinition, 'containers'>, balanced = ''): ContainerDefinition {
  const essential = containers.filter((one) => one.essential);
  return (
    containers.find(({ name }) => name === balanced) ?? essential.find(({ ports }) => ports.length > 0) ?? essential[0]
  );
}
