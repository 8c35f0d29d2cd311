/** Something that a component did or found, as `kubectl get events` would show it. */
export interface ClusterEvent {
  readonly timeUs: number;
  /** `default-scheduler`, `kubelet`, `deployment-controller`, `horizontal-pod-autoscaler`, ... */
  readonly component: string;
  readonly type: 'Normal' | 'Warning';
  /** `Scheduled`, `FailedScheduling`, `SuccessfulRescale`, `NodeNotReady`, ... */
  readonly reason: string;
  /** `Pod default/web-7`. */
  readonly about: string;
  readonly message: string;
}

/** A choice with its reasons: what an autoscaler, controller or scheduler decided. */
export interface Decision {
  readonly component: string;
  readonly about: string;
  /** "4 -> 7 replicas". */
  readonly what: string;
  /** What was observed and the formula with its numbers. */
  readonly why: string;
  readonly limitedBy?: string;
}

/** A timer that runs: for the report to say which one everyone was waiting for. */
export interface TimerSpan {
  readonly fromUs: number;
  readonly toUs: number;
  /** `node-monitor-grace-period`, `tolerationSeconds`, `stabilizationWindow`, ... */
  readonly timer: string;
  readonly about: string;
}

/** Where components write down what they do. The run keeps, folds or shows it. */
export interface Chronicle {
  event(component: string, type: 'Normal' | 'Warning', reason: string, about: string, message: string): void;
  decision(decision: Decision): void;
  /** A span told again with the same beginning takes the place of the one before: it ended earlier, or goes on. */
  timer(span: TimerSpan): void;
}
