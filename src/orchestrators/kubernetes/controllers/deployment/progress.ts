import type { Deployment, ReplicaSet } from '../../objects/workloads.ts';

type Status = Deployment['status'];

/** This and more seconds without progress never run out. */
const NO_DEADLINE = 2 ** 31 - 1;

/** What a Deployment's status counts (`calculateStatus` in `pkg/controller/deployment/sync.go`). */
export function countedStatus(
  newSet: ReplicaSet | undefined,
  sets: readonly ReplicaSet[],
): Pick<Status, 'replicas' | 'updatedReplicas' | 'readyReplicas' | 'availableReplicas'> {
  let [replicas, readyReplicas, availableReplicas] = [0, 0, 0];
  for (const { status } of sets) {
    replicas += status.replicas;
    readyReplicas += status.readyReplicas;
    availableReplicas += status.availableReplicas;
  }
  return { replicas, updatedReplicas: newSet?.status.replicas ?? 0, readyReplicas, availableReplicas };
}

/** Whether all replicas are new and available, and nothing else is there (`DeploymentComplete`). */
export function isComplete(replicas: number, status: Omit<Status, 'progressing' | 'progressedUs'>): boolean {
  return status.updatedReplicas === replicas && status.replicas === replicas && status.availableReplicas === replicas;
}

/** The status with its condition Progressing (`syncRolloutStatus` in `pkg/controller/deployment/progress.go`). */
export function progressedStatus(deployment: Deployment, counted: Status, nowUs: number): Status {
  const was = deployment.status;
  if (!hasDeadline(deployment)) return counted;
  if (was.progressing === 'Complete' && counted.replicas === counted.updatedReplicas) return counted;
  if (isComplete(deployment.spec.replicas, counted))
    return { ...counted, progressing: 'Complete', progressedUs: nowUs };
  const progressed =
    counted.updatedReplicas > was.updatedReplicas ||
    counted.replicas - counted.updatedReplicas < was.replicas - was.updatedReplicas ||
    counted.readyReplicas > was.readyReplicas ||
    counted.availableReplicas > was.availableReplicas;
  if (progressed) return { ...counted, progressing: 'Progressing', progressedUs: nowUs };
  if (was.progressing === 'Progressing' && deadlineUs(deployment) < nowUs)
    return { ...counted, progressing: 'ProgressDeadlineExceeded' };
  return counted;
}

/** When to look whether the deadline has passed (a second after it); undefined: never. */
export function nextCheckUs(deployment: Deployment, status: Status): number | undefined {
  if (!hasDeadline(deployment) || status.progressing !== 'Progressing') return undefined;
  return deadlineUs({ ...deployment, status }) + 1_000_000;
}

/** When the deadline passes, without progress until then. */
export function deadlineUs({ spec, status }: Deployment): number {
  return status.progressedUs + spec.progressDeadlineSeconds * 1_000_000;
}

function hasDeadline({ spec }: Deployment): boolean {
  return spec.progressDeadlineSeconds < NO_DEADLINE;
}
