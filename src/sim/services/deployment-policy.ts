/** The replicas of one version of a service. */
export interface VersionCounts {
  /** Pods that exist and are not being stopped: pending, starting, ready or unready. */
  readonly total: number;
  readonly ready: number;
  readonly stopping: number;
  /** Requests answered by it, and failed or too late, since it began to serve in this deployment. */
  readonly served: number;
  readonly bad: number;
  /** Mean time of its good answers in that time; 0 when there were none. */
  readonly meanUs: number;
  /** Replicas of it that ended before they were ever ready, or failed their checks later, since the deployment began; absent: not counted. */
  readonly failures?: number;
}

export interface DeploymentView {
  readonly nowUs: number;
  readonly beganUs: number;
  /** Replicas asked for. */
  readonly desired: number;
  readonly old: VersionCounts;
  readonly new: VersionCounts;
  /** Share of traffic that goes to the new version on purpose; undefined: by number of replicas. */
  readonly trafficShare: number | undefined;
}

/** What a deployment does next; asked after each change of a replica and every second. */
export interface DeploymentStep {
  /** Replicas of the new version to start now, and of the old one to stop now; those that are not ready are stopped first. */
  readonly start: number;
  readonly stop: number;
  /** Sends this share of traffic to the new version; undefined: by number of replicas. */
  readonly trafficShare?: number;
  /** `finished`: only new replicas are left; `rolled-back`: the new version is given up, old replicas are restored. */
  readonly end?: 'finished' | 'roll-back';
  readonly why: string;
}

/** How a service changes from one version to the next. */
export interface DeploymentPolicy {
  readonly name: string;
  readonly summary?: string;
  readonly source?: string;
  /** Made anew for each deployment, so it may remember its stages. */
  make(): { step(view: DeploymentView): DeploymentStep };
}
