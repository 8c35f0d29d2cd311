import type { LivingResult } from '../../sim/monitoring/living-result.ts';
import type { TrafficPlan } from '../traffic/traffic-plan.ts';

/** Written into every script; another number means that its fields mean something else. */
export const SCRIPT_FORMAT = 'baton-replay-script/1';

/**
 * What one simulated run did, as steps that a container engine can carry out, and what the run predicts of them. Plain
 * data: it can be kept in a file, read again, and replayed without the simulator. All times are simulated microseconds
 * from the start of the run; pods, nodes and services are named by their places in the lists.
 */
export interface ReplayScript {
  readonly format: typeof SCRIPT_FORMAT;
  /** The run's id (`RunPlan.id`); containers carry it as a label. */
  readonly runId: string;
  /** For people: the scenario or workload. */
  readonly title: string;
  readonly policy: string;
  readonly seed: number;
  /** Its times hold what an engine was measured to add; boots and work are the scenario's own all the same. */
  readonly isCalibrated?: true;
  /** Of the run's journal. */
  readonly fingerprint: string;
  readonly durationUs: number;
  readonly nodes: readonly ScriptNode[];
  readonly services: readonly ScriptService[];
  readonly pods: readonly ScriptPod[];
  /** In order of time; at one instant in the order in which they are to be done. */
  readonly steps: readonly ScriptStep[];
  readonly predicted: ScriptPrediction;
  /** The run's requests; absent: there were none, or nobody wants them sent. */
  readonly traffic?: TrafficPlan;
  /** Sentences: what of the run the script does not hold, and why. */
  readonly notes: readonly string[];
}

export interface ScriptNode {
  readonly name: string;
  readonly zone?: string;
  readonly cpuMilli: number;
  readonly memBytes: number;
  /** Whether it is there when the run begins. */
  readonly isThereAtStart: boolean;
}

/** A service whose pods answer requests. */
export interface ScriptService {
  readonly name: string;
  /** Requests that one pod serves at once, and how many more may wait at it; null: no limit. */
  readonly concurrency: number;
  readonly queueLimit: number | null;
  /** Mean own work on a request, in microseconds of simulated time; null: not known. */
  readonly workMeanUs: number | null;
  /** CPU that a busy place uses, in millicores; 0: it only waits. */
  readonly cpuPerRequestMilli: number;
  readonly balancing: string;
}

export interface ScriptPod {
  /** Unique in the script: lower-case letters, digits, `-` and `.`, at most 63 characters. */
  readonly name: string;
  /** Who made it: a service, a Deployment (`shop/web`), a job's name, a user. */
  readonly workload: string;
  /** Place in `services`; absent: it answers no requests. */
  readonly service?: number;
  /** Its version's work on a request over the service's; absent: 1. */
  readonly workFactor?: number;
  /** Share of its answers that are errors by its version; absent: 0. */
  readonly errorShare?: number;
  /** What the scenario says it runs; absent: it does not say. */
  readonly image?: string;
  /** What it requests. */
  readonly cpuMilli: number;
  readonly memBytes: number;
  /** Hard limits; absent: none. */
  readonly cpuLimitMilli?: number;
  readonly memLimitBytes?: number;
  /** CPU and memory that it uses all the time, besides requests, as the scenario has it; absent: nothing is known. */
  readonly cpuUseMilli?: number;
  readonly memUseBytes?: number;
  /** From the start of its container to its being ready, by the scenario alone (no calibration): image and boot. */
  readonly bootUs: number;
  /** It ends by itself so long after it is ready; absent: it runs until it is stopped. */
  readonly runsUs?: number;
  readonly exitCode?: number;
  readonly restart: 'never' | 'on-failure' | 'always';
}

/**
 * One thing to do, or to expect. A container exists from `start` to `gone`. `ready`, `unready`, `finish` and `node-*` but
 * `node-speed`, `node-cut-off` and `node-back` ask nothing of the engine by themselves: what follows for containers is
 * said in steps of their own, at the same time.
 */
export type ScriptStep = { readonly atUs: number } &
  /** Its container is made and started on the node. */
  (
    | { readonly do: 'start'; readonly pod: number; readonly node: number }
    /** Expected: it is ready for requests now. */
    | { readonly do: 'ready'; readonly pod: number }
    /** Expected: it runs and is not ready. */
    | { readonly do: 'unready'; readonly pod: number }
    /** Balancers are to send it requests from now on, if it is ready; or no longer. */
    | {
        readonly do: 'rotate-in';
        readonly pod: number;
        /** Its share of requests relative to the others, above 0; absent: 1. May be said again with another. */
        readonly weight?: number;
      }
    | { readonly do: 'rotate-out'; readonly pod: number }
    /** Told to end (SIGTERM); killed when it has not after the grace. */
    | { readonly do: 'stop'; readonly pod: number; readonly graceUs: number; readonly why: string }
    /** Expected: it has come to its own end, or to the one that it was told to come to (`stop`); its container stays. */
    | { readonly do: 'finish'; readonly pod: number }
    /** Its process dies at once (SIGKILL); the container stays. */
    | { readonly do: 'kill'; readonly pod: number; readonly why: string }
    /** Its process is started again in the same container. */
    | {
        readonly do: 'restart';
        readonly pod: number;
        /** From here to its being ready, by the scenario alone; absent: as at its first start. */
        readonly bootUs?: number;
      }
    /** It hangs, and goes on. */
    | { readonly do: 'pause'; readonly pod: number; readonly why: string }
    | { readonly do: 'resume'; readonly pod: number }
    /** What it requests has changed, and its limits with it. */
    | {
        readonly do: 'resize';
        readonly pod: number;
        readonly cpuMilli: number;
        readonly memBytes: number;
        readonly cpuLimitMilli?: number;
        readonly memLimitBytes?: number;
      }
    /** It is out of the books: its container is removed, whatever state it is in. */
    | { readonly do: 'gone'; readonly pod: number }
    | { readonly do: 'node-added'; readonly node: number }
    | { readonly do: 'node-removed'; readonly node: number }
    /** The machine stops, or works again; its pods' `kill` and `restart` follow. */
    | { readonly do: 'node-down'; readonly node: number; readonly why: string }
    | { readonly do: 'node-up'; readonly node: number }
    /** Nobody reaches it over the network, or everybody does again. */
    | { readonly do: 'node-cut-off'; readonly node: number; readonly why: string }
    | { readonly do: 'node-back'; readonly node: number }
    /** Its CPU works at this share of its speed from now on, above 0; 1: as it should. */
    | { readonly do: 'node-speed'; readonly node: number; readonly speed: number; readonly why: string }
  );

export type StepKind = ScriptStep['do'];

/** What the run says of itself, to be held against what is measured. */
export interface ScriptPrediction {
  /** Of a run without services and requests absent. */
  readonly living?: Pick<LivingResult, 'timeline' | 'services' | 'objectives' | 'happenings' | 'decisions'>;
  /** The run's metrics by name. */
  readonly metrics: Readonly<Record<string, number>>;
}
