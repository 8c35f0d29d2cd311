import type { ChangeText } from '../../orchestrators/kubernetes/changes/change-text.ts';
import type { KubernetesText } from './kubernetes-schema.ts';

/** A file that the plan names; what it holds counts in the run's id. */
export interface PlannedFile {
  readonly file: string;
  /** Manifests that follow the scenario in its own file, behind a line of three dashes. */
  readonly behindScenario?: true;
}

/** A step with its file found. */
export interface StepPlan {
  readonly at: number;
  readonly text: string;
  readonly change: ChangeText;
}

/**
 * One Kubernetes scenario as plain data: units read, files found, alternatives taken; nothing in it but what decides
 * the result. It goes into the run's id and to workers.
 */
export interface KubernetesPlan extends Omit<
  KubernetesText,
  'name' | 'description' | 'seeds' | 'manifests' | 'steps' | 'orchestrator' | 'policies'
> {
  readonly manifests: readonly PlannedFile[];
  readonly steps: readonly StepPlan[];
  readonly policies: Omit<KubernetesText['policies'], 'name' | 'scheduler'> & {
    /** A name, or the file with its configuration. */
    readonly scheduler: string | PlannedFile;
  };
}
