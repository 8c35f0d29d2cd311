/** A replay as it stands, for whoever draws it: plain data, complete in itself. */
export interface ReplayView {
  readonly simUs: number;
  readonly durationUs: number;
  readonly wallMs: number;
  readonly speed: number;
  /** Why simulated time stands still now; absent: it goes on. */
  readonly held?: 'beginning' | 'checkpoint' | 'late';
  readonly heldMs: number;
  /** Of the oldest step that is not done, in wall milliseconds; 0: nothing is late. */
  readonly lateMs: number;
  readonly steps: {
    readonly all: number;
    readonly done: number;
    readonly failed: number;
    readonly missed: number;
    /** Begun and not done. */
    readonly underWay: number;
  };
  readonly nodes: readonly NodeView[];
  readonly services: readonly ServiceView[];
  readonly engines: readonly EngineView[];
  readonly checkpoints: { readonly done: number; readonly equal: number };
  /** Absent: no traffic is sent. */
  readonly traffic?: { readonly sent: number; readonly served: number; readonly failed: number };
  /** The newest, oldest first, at most ten. */
  readonly troubles: readonly { readonly wallMs: number; readonly simUs: number; readonly what: string }[];
}

/** Running containers, paused ones included: by the script, and as far as is known. */
export interface NodeView {
  readonly name: string;
  readonly engine: string;
  readonly isUp: boolean;
  readonly isCutOff: boolean;
  readonly speed: number;
  readonly expected: number;
  readonly actual: number;
}

export interface ServiceView {
  readonly name: string;
  readonly expected: number;
  readonly actual: number;
  readonly readyExpected: number;
  readonly readyActual: number;
}

export interface EngineView {
  readonly name: string;
  readonly isAway: boolean;
  /** Calls under way. */
  readonly busy: number;
}
