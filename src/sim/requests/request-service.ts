import type { DurationSpec } from '../duration-spec.ts';
import type { BalancingPolicy } from './balancing-policy.ts';
import type { ClientSpec } from './traffic.ts';

/** One service as the request model sees it. */
export interface RequestService {
  readonly name: string;
  /** Requests that one replica serves at once. */
  readonly concurrency: number;
  /** Requests that may wait at one replica besides those being served; one more is turned away. Infinity: no limit. */
  readonly queueLimit: number;
  /** The replica's own work on a request at full speed; what it calls comes on top. */
  readonly work: DurationSpec;
  /** What its software was told to do, where `work` was measured to be another; for replays. Absent: `work`. */
  readonly statedWork?: DurationSpec;
  /** Other services called after the own work: stages one after the other, the calls of a stage at the same time. */
  readonly calls: readonly (readonly CallSpec[])[];
  /** Whether a request keeps its place at the replica while it waits for its calls (a thread a request), or not. */
  readonly holdsPlace: boolean;
  readonly balancing: BalancingPolicy;
  /** Age of the load that balancers see; 0: always up to date. */
  readonly staleUs: number;
  /** Independent balancers, each with its own knowledge; requests are dealt to them at random. */
  readonly balancers: number;
  /** A new endpoint's weight rises from a tenth to its full value over this time; 0: at once. */
  readonly slowStartUs: number;
  /**
   * A call that finds no endpoint waits so long for one, in flight and in the order of its coming, as an activator lets it
   * (Knative; KEDA's HTTP add-on); then it fails as `noEndpoint`. Absent or 0: it fails at once.
   */
  readonly holdUs?: number;
}

/** One call from a service to another. */
export interface CallSpec {
  /** Index of the service called. */
  readonly service: number;
  /** Chance that the call is made at all, 0 to 1. */
  readonly chance: number;
  /** Copies of the call made at once, all of which must answer (fan-out). */
  readonly fanOut: number;
  readonly client: ClientSpec;
  /** Whether its failure fails the caller. */
  readonly required: boolean;
}
