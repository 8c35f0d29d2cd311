import type { Resources } from '../../../data-plane/machine-spec.ts';

export const CONSTRAINT_OPERATORS = ['UNIQUE', 'CLUSTER', 'GROUP_BY', 'LIKE', 'UNLIKE', 'MAX_PER', 'IS'] as const;
export type ConstraintOperator = (typeof CONSTRAINT_OPERATORS)[number];

/** `["hostname", "UNIQUE"]`. */
export interface Constraint {
  readonly field: string;
  readonly operator: ConstraintOperator;
  /** '' where none is written. */
  readonly value: string;
}

export interface HealthCheckSpec {
  readonly protocol: string;
  /** Made by an executor on the agent, not by Marathon over the network. */
  readonly onAgent: boolean;
  readonly gracePeriodUs: number;
  readonly intervalUs: number;
  readonly timeoutUs: number;
  readonly maxConsecutiveFailures: number;
  readonly delayUs: number;
}

export interface ReadinessCheckSpec {
  readonly name: string;
  readonly intervalUs: number;
  readonly timeoutUs: number;
}

/** When a lost instance is replaced and forgotten; `disabled`: never. */
export type UnreachableStrategy = { readonly inactiveAfterUs: number; readonly expungeAfterUs: number } | 'disabled';

export interface UpgradeStrategy {
  readonly minimumHealthCapacity: number;
  readonly maximumOverCapacity: number;
}

/** One Marathon app with all defaults (docs/docs/rest-api/public/api/v2/types/app.raml). */
export interface AppSpec {
  /** Absolute: `/shop/web`. */
  readonly id: string;
  /** Which Marathon runs it. */
  readonly framework: string;
  readonly role: string;
  readonly resources: Resources;
  /** Hard limit of CPU, in millicores; Infinity: only shares. */
  readonly cpuLimitMilli: number;
  /** Bytes; Infinity: none at all. */
  readonly memLimitBytes: number;
  readonly instances: number;
  readonly image: string;
  readonly forcePullImage: boolean;
  /** Host ports that it asks for; 0: any. */
  readonly hostPorts: readonly number[];
  readonly requirePorts: boolean;
  /** Ports under which others reach it. */
  readonly servicePorts: readonly number[];
  readonly constraints: readonly Constraint[];
  /** `*`: unreserved resources. Empty: all. */
  readonly acceptedResourceRoles: readonly string[];
  readonly dependencies: readonly string[];
  readonly upgradeStrategy: UpgradeStrategy;
  readonly backoffUs: number;
  readonly backoffFactor: number;
  readonly maxLaunchDelayUs: number;
  readonly healthChecks: readonly HealthCheckSpec[];
  readonly readinessChecks: readonly ReadinessCheckSpec[];
  readonly killSelection: 'YOUNGEST_FIRST' | 'OLDEST_FIRST';
  readonly unreachableStrategy: UnreachableStrategy;
  readonly taskKillGraceUs: number;
  readonly isResident: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Everything but the number of instances as text: another text is another version, which restarts the app. */
  readonly configuration: string;
}
