/** An expression of the cluster query language (Developer Guide, cluster-query-language). */
export type Query =
  | { readonly kind: 'and' | 'or'; readonly left: Query; readonly right: Query }
  | { readonly kind: 'not'; readonly of: Query }
  | {
      readonly kind: 'compare';
      readonly subject: Subject;
      readonly operator: '==' | '!=' | '>' | '>=' | '<' | '<=';
      readonly value: string;
    }
  | { readonly kind: 'in' | 'not-in'; readonly subject: Subject; readonly values: readonly string[] }
  | { readonly kind: 'exists' | 'not-exists'; readonly subject: Subject }
  | {
      readonly kind: 'matches' | 'not-matches';
      readonly subject: Subject;
      readonly pattern: (text: string) => boolean;
    };

export type Subject =
  | {
      readonly of:
        'agentConnected' | 'agentVersion' | 'ec2InstanceId' | 'registeredAt' | 'runningTasksCount' | 'taskGroup';
    }
  | { readonly of: 'attribute'; readonly name: string };

/** What a query may ask of a container instance. */
export interface Queried {
  readonly agentConnected: boolean;
  readonly agentVersion: string;
  readonly ec2InstanceId: string;
  /** Milliseconds since 1970. */
  readonly registeredAtMs: number;
  readonly runningTasksCount: number;
  attribute(name: string): string | undefined;
  /** Whether a task of the group (`service:web`, `family:batch`) is there. */
  hasTaskOf(group: string): boolean;
}
