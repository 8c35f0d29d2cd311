import type { JournalSink } from '../../sim/journal.ts';
import type { TimedWeather } from '../../sim/weather/timed-weather.ts';
import { fixtureSpec } from '../data-plane/data-plane-fixture.ts';
import { OrchestratedRun } from '../data-plane/orchestrated-run.ts';
import type { OrchestratedSpec, TimedOperation } from '../data-plane/orchestrated-spec.ts';
import type { ProcessBehaviour } from '../data-plane/process-behaviour.ts';
import { PLAIN_PROCESS } from '../data-plane/process-behaviour.ts';
import { nomad } from './index.ts';
import type { NomadLoop } from './nomad-loop.ts';
import type { Allocation } from './state/allocation.ts';
import { isTerminal } from './state/allocation.ts';

export interface NomadRunOptions extends Partial<OrchestratedSpec> {
  readonly weather_?: readonly TimedWeather[];
  readonly behaviour?: Readonly<Record<string, Partial<ProcessBehaviour>>>;
  readonly constants?: Readonly<Record<string, number>>;
  readonly seed?: number;
  readonly journal?: JournalSink;
  /** Looked at after every event. */
  readonly each?: (loop: NomadLoop) => void;
}

/** A run of job files on the data plane, for tests. */
export function nomadRun(
  hcl: string,
  { weather_ = [], behaviour = {}, constants = {}, seed = 1, journal, each, ...spec }: NomadRunOptions = {},
): { run: OrchestratedRun; loop: NomadLoop } {
  const native = nomad.read([{ file: 'test.nomad.hcl', text: hcl }]);
  const make = nomad.loop(native, { behaviourOf: (name) => ({ ...PLAIN_PROCESS, ...behaviour[name] }), constants });
  let loop: NomadLoop | undefined;
  const run = new OrchestratedRun(
    fixtureSpec((plane) => (loop = make(plane) as NomadLoop), spec, weather_),
    { seed, ...(journal === undefined ? {} : { journal }) },
  );
  while (run.step()) if (each !== undefined) each(loop!);
  return { run, loop: loop! };
}

/** A service without checks, of tasks that take 500 MHz and 256 MB. */
export function serviceJob(name: string, count: number, more = '', image = `${name}:1`): string {
  return `job "${name}" {
    group "${name}" {
      count = ${count}
      ${more}
      task "main" {
        driver = "docker"
        config { image = "${image}" }
        resources {
          cpu = 500
          memory = 256
        }
      }
    }
  }`;
}

export function standingAllocs(loop: NomadLoop, job: string): Allocation[] {
  return loop.server.state.allocsOf(job).filter((alloc) => !isTerminal(alloc));
}

/** `update` of a workload's image at a time, in seconds. */
export const updateAt = (
  atS: number,
  workload: string,
  image: string,
  as?: { readonly workFactor: number; readonly errorShare: number; readonly crashAfterUs?: number },
): TimedOperation => ({
  atUs: atS * 1e6,
  text: `nomad job run ${workload}`,
  change: { verb: 'update', workload, image, ...(as === undefined ? {} : { as }) },
});
