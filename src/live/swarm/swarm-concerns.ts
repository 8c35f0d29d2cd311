import { readStack } from '../../orchestrators/swarm/compose/read-stack.ts';
import { listOf } from '../../reporting/format.ts';
import { isJob } from './pinned-steps.ts';
import type { SwarmApi } from './swarm-api.ts';
import { RUN_LABEL } from '../labels.ts';
import { runsOnSwarm, cleanCommand } from './clean-swarm.ts';
import type { SwarmReplay } from './swarm-replay.ts';
import { isReady, type SwarmTarget } from './swarm-target.ts';
import { wantedAfter, wantedAtFirst } from './wanted-stack.ts';

/** What speaks against a replay on this swarm, and what should be known of it, as sentences. */
export interface SwarmConcerns {
  readonly refusals: readonly string[];
  readonly notes: readonly string[];
}

export async function swarmConcerns(replay: SwarmReplay, target: SwarmTarget, api: SwarmApi): Promise<SwarmConcerns> {
  const refusals: string[] = [];
  const notes: string[] = [];
  const [runs, services, tasks] = await Promise.all([runsOnSwarm(api), api.services(), api.tasks()]);
  for (const run of runs)
    refusals.push(
      `run ${run} has left something on this swarm, or is still going on; remove it with: ${cleanCommand(run)}`,
    );
  const others = new Map(
    services.filter(({ Spec }) => Spec.Labels[RUN_LABEL] === undefined).map(({ ID, Spec }) => [ID, Spec.Name]),
  );
  for (const { change, text } of replay.mode === 'free' ? replay.steps : []) {
    if (change.verb !== 'drain') continue;
    const node = target.nodes.find(({ Description }) => Description.Hostname === change.machine);
    const there = tasks.filter(
      ({ NodeID, ServiceID, DesiredState }) =>
        NodeID === node?.ID && DesiredState === 'running' && others.has(ServiceID),
    );
    const names = [...new Set(there.map(({ ServiceID }) => others.get(ServiceID)!))].sort();
    if (names.length > 0)
      refusals.push(
        `"${text}" would send away tasks of others (${listOf(names, 5)}); choose another node, or replay with --swarm pinned, which drains nothing`,
      );
  }
  const away = target.nodes.filter((node) => !isReady(node)).map(({ Description }) => Description.Hostname);
  if (away.length > 0)
    notes.push(`${listOf(away, 5)}: not ready or not active, so the simulation has them and the swarm does not`);
  if (others.size > 0)
    notes.push(
      `${others.size} services of others are on this swarm; the simulation knows nothing of them, and they decide ties and room`,
    );
  noteWhatIsNotReplayed(replay, notes);
  return { refusals, notes };
}

function noteWhatIsNotReplayed({ files, steps, mode }: SwarmReplay, notes: string[]): void {
  let wanted = wantedAtFirst(files);
  const all = new Map(wanted);
  for (const { change } of steps) {
    wanted = wantedAfter(wanted, change);
    for (const [name, spec] of wanted) all.set(name, spec);
  }
  const published = [...all.values()].filter(({ ports }) => ports.length > 0).map(({ name }) => name);
  if (published.length > 0)
    notes.push(`ports are not published, so that nothing gets in another's way: ${listOf(published, 5)}`);
  const handedOn = readStack(files).notes.flatMap(
    (one) => one.match(/\b(?:volumes|secrets|configs|env_file)(?= \(line)/g) ?? [],
  );
  if (handedOn.length > 0)
    notes.push(
      `${listOf([...new Set(handedOn)])} of the file are not given to containers; where an image needs them, give another one with --image`,
    );
  const jobs = [...all.values()].filter(isJob).map(({ name }) => name);
  if (mode === 'pinned' && jobs.length > 0)
    notes.push(`jobs run where the swarm puts them, since what is done cannot be moved: ${listOf(jobs, 5)}`);
}
