import type { ObjectiveSpec, Streams } from '../../sim/living-spec.ts';
import type { RequestService } from '../../sim/requests/request-service.ts';
import type { Traffic } from '../../sim/requests/traffic.ts';
import type { NodePlace, WeatherSource } from '../../sim/weather/weather-event.ts';
import type { MakeControlLoop, OperatorChange } from './control-loop.ts';
import type { DataPlane, MachineChooser } from './data-plane.ts';
import type { Holdings } from './holdings.ts';
import type { MachineSpec } from './machine-spec.ts';

/** A service whose requests are modelled. */
export interface ModelledService {
  readonly name: string;
  readonly requests: RequestService;
  /** CPU that one busy place uses at full speed. */
  readonly cpuPerRequestMilli: number;
  readonly memPerRequestBytes: number;
  /** Replicas that it will have at first, where they are known: helps to choose the request model. */
  readonly replicasAtStart?: number;
}

export interface TimedOperation {
  readonly atUs: number;
  /** As the user wrote it: `docker node update --availability drain n1`. */
  readonly text: string;
  readonly change: OperatorChange;
}

/** Everything about one run of an orchestrator on the data plane; the seed is the only thing missing. */
export interface OrchestratedSpec {
  readonly orchestrator: string;
  readonly durationUs: number;
  /** Whether services have to start at 0; else the control loop has had `settleUs` before it to bring them up. */
  readonly coldStart: boolean;
  readonly settleUs: number;
  /** Stop earlier, as soon as the control loop is quiet, every job has ended and no change is to come. */
  readonly untilQuiet: boolean;
  readonly epochMs: number;
  /** May be none where the orchestrator buys them itself (`bringsMachines`). */
  readonly machines: readonly MachineSpec[];
  readonly bringsMachines?: boolean;
  readonly services: readonly ModelledService[];
  readonly traffic: (streams: Streams) => readonly Traffic[];
  /** Indices are those of `services`. */
  readonly objectives: readonly ObjectiveSpec[];
  readonly requestModel: 'discrete' | 'fluid' | 'auto';
  readonly weather: (streams: Streams, places: readonly NodePlace[]) => WeatherSource;
  readonly zones: readonly string[];
  /** One way, in microseconds: within a zone, between zones, and from outside. */
  readonly delaysUs: { readonly within: number; readonly between: number; readonly outside: number };
  readonly usdPerGbBetweenZones: number;
  readonly requestBytes: number;
  /** Carbon of a kilowatt-hour, in kilograms. */
  readonly kgPerKWh: number;
  readonly operations: readonly TimedOperation[];
  readonly loop: MakeControlLoop;
  /** Whether tasks may declare more than their machine has; absent: a placement that does is a bug. */
  readonly mayOvercommit?: boolean;
  /** `holdings`: what machines hold by the books. */
  readonly chooser?: (plane: DataPlane, holdings: Holdings) => MachineChooser;
  readonly scrapeUs: number;
  readonly timelinePoints: number;
  /** Requests to the registry: a round trip each layer, and the manifest's. */
  readonly registryRoundTripUs: number;
}
