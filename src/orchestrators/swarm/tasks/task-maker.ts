import type { Books } from '../../data-plane/data-plane.ts';
import { isGlobal, isGlobalJob, isJob, type Service, type Task } from '../store/objects.ts';
import { TaskState } from '../store/task-state.ts';

/** A new task of the service as it is now. `node`: -1 where the scheduler is to find one. */
export type MakeTask = (service: Service, slot: number, node: number, desired: TaskState) => Task;

/** Makes tasks (SwarmKit manager/orchestrator/task.go, NewTask) and enters them in the books. */
export function taskMaker(books: Books, nowUs: () => number, hostname: (node: number) => string): MakeTask {
  let made = 0;
  return (service, slot, node, desired) => {
    const { spec } = service.current;
    const isOnNode = isGlobal(service) || isGlobalJob(service);
    const name = isOnNode ? `${service.name}.${hostname(node)}` : `${service.name}.${slot}`;
    const { cpuMilli, memBytes, generic } = spec.reservations;
    const gpuCount = generic.find(({ kind }) => kind === 'gpu')?.count ?? 0;
    return {
      id: made++,
      service,
      slot,
      name,
      of: service.current,
      node,
      state: TaskState.new,
      desired,
      message: 'created',
      jobIteration: isJob(service) ? service.jobIteration : -1,
      createdUs: nowUs(),
      appliedUs: nowUs(),
      book: books.addTask(service.workload, name, {
        cpuMilli,
        memBytes,
        diskBytes: 0,
        gpuCount,
      }),
    };
  };
}
