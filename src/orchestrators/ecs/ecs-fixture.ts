import type { TimedWeather } from '../../sim/weather/timed-weather.ts';
import { fixtureSpec } from '../data-plane/data-plane-fixture.ts';
import type { OrchestratedSpec } from '../data-plane/orchestrated-spec.ts';
import { OrchestratedRun } from '../data-plane/orchestrated-run.ts';
import { PLAIN_PROCESS, type ProcessBehaviour } from '../data-plane/process-behaviour.ts';
import type { EcsLoop } from './ecs-loop.ts';
import { readEcsFiles } from './files/read-files.ts';
import { ecs } from './index.ts';
import type { EcsTask } from './tasks/ecs-task.ts';

/** Files of ECS as objects, for tests: each is a file of its own. */
export function filesOf(...objects: readonly object[]) {
  return objects.map((object, k) => ({ file: `file-${k + 1}.json`, text: JSON.stringify(object, null, 2) }));
}

/** A task definition of one container: 256 CPU units, 512 MiB. */
export function taskDefinition(family: string, container: object = {}, otherwise: object = {}): object {
  return {
    family,
    containerDefinitions: [{ name: 'app', image: `${family}:1`, cpu: 256, memory: 512, ...container }],
    ...otherwise,
  };
}

export function service(name: string, desiredCount: number, otherwise: object = {}): object {
  return { serviceName: name, taskDefinition: name, desiredCount, ...otherwise };
}

export interface EcsRunOptions {
  readonly spec?: Partial<OrchestratedSpec>;
  readonly weather?: readonly TimedWeather[];
  readonly seed?: number;
  readonly constants?: Readonly<Record<string, number>>;
  readonly behaviour?: Readonly<Record<string, Partial<ProcessBehaviour>>>;
}

/** A run of these files that is stepped by the test. */
export class EcsRun {
  readonly run: OrchestratedRun;
  readonly loop: EcsLoop;

  constructor(objects: readonly object[], options: EcsRunOptions = {}) {
    const native = readEcsFiles(filesOf(...objects));
    const make = ecs.loop(native, {
      behaviourOf: (workload) => ({ ...PLAIN_PROCESS, ...options.behaviour?.[workload] }),
      constants: options.constants ?? {},
    });
    const spec = fixtureSpec(make, options.spec ?? {}, options.weather ?? []);
    this.run = new OrchestratedRun(spec, { seed: options.seed ?? 1 });
    this.loop = this.run.loop as EcsLoop;
  }

  /** `looks` after every event. */
  finish(looks?: (run: EcsRun) => void): this {
    while (this.run.step()) looks?.(this);
    return this;
  }

  get nowUs(): number {
    return this.loop.world.plane.clock.nowUs;
  }

  /** What was told since 0: happenings and decisions, a line each. */
  told(): string {
    const living = this.run.result().living!;
    return [
      ...living.happenings.map(({ kind, about, what }) => `${kind} ${about}: ${what}`),
      ...living.decisions.map(({ policy, about, what, why }) => `${policy} ${about}: ${what} (${why})`),
    ].join('\n');
  }

  tasks(name: string): EcsTask[] {
    const found = this.loop.services.find(({ file }) => file.name === name);
    return found === undefined ? [] : [...found.tasks];
  }

  running(name: string): EcsTask[] {
    return this.tasks(name).filter(
      ({ lastStatus, desiredStatus }) => lastStatus === 'RUNNING' && desiredStatus === 'RUNNING',
    );
  }
}
