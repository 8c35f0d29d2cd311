import { countOf } from '../../reporting/format.ts';
import type { Engine } from '../engine/engine.ts';
import { OWNER_LABEL, ROLE_LABEL, RUN_LABEL, SINCE_LABEL } from '../labels.ts';
import { ownerOf, ownerState } from './lock-owner.ts';

/** What one run has on engines. */
export interface RunOnEngines {
  readonly runId: string;
  /** Names of the engines that have something of it. */
  readonly engines: readonly string[];
  readonly containers: number;
  readonly networks: number;
  readonly lock?: RunLock;
}

export interface RunLock {
  readonly host: string;
  readonly pid: number;
  /** ISO 8601; empty: the lock does not say. */
  readonly since: string;
  /** Of the process that holds it; `unknown`: it is on another machine. */
  readonly state: 'self' | 'alive' | 'dead' | 'unknown';
}

/** All runs that have containers, networks or a lock on these engines, in order of their ids. Rejects when one does not answer. */
export async function runsOn(engines: readonly Engine[]): Promise<RunOnEngines[]> {
  const runs = new Map<string, { engines: Set<string>; containers: number; networks: number; lock?: RunLock }>();
  const at = (runId: string, engine: Engine) => {
    let run = runs.get(runId);
    if (run === undefined) runs.set(runId, (run = { engines: new Set(), containers: 0, networks: 0 }));
    run.engines.add(engine.name);
    return run;
  };
  for (const engine of engines) {
    for (const { labels } of await engine.list({ [RUN_LABEL]: '' })) {
      const runId = labels[RUN_LABEL];
      if (!runId) continue;
      const run = at(runId, engine);
      if (labels[ROLE_LABEL] !== 'lock') run.containers++;
      const owner = ownerOf(labels[OWNER_LABEL] ?? '');
      if (labels[ROLE_LABEL] === 'lock' && owner !== undefined)
        run.lock = { host: owner.host, pid: owner.pid, since: labels[SINCE_LABEL] ?? '', state: ownerState(owner) };
    }
    for (const { labels } of await engine.listNetworks({ [RUN_LABEL]: '' }))
      if (labels[RUN_LABEL]) at(labels[RUN_LABEL], engine).networks++;
  }
  return [...runs]
    .map(([runId, run]) => ({ runId, ...run, engines: [...run.engines] }))
    .sort((a, b) => (a.runId < b.runId ? -1 : 1));
}

/** `3f2a…: 12 containers, 2 networks on docker; process 4711 of this machine, which has ended, held it since 2026-…`. */
export function runOnEnginesText(run: RunOnEngines): string {
  const { lock } = run;
  const parts = [
    ...(run.containers > 0 ? [countOf(run.containers, 'container')] : []),
    ...(run.networks > 0 ? [countOf(run.networks, 'network')] : []),
    ...(lock !== undefined ? ['a lock'] : []),
  ];
  return `${run.runId}: ${parts.join(', ')} on ${run.engines.join(', ')}${lock === undefined ? '' : `; ${lockText(lock)}`}`;
}

/** `process 4711 of host eve holds it since 2026-11-22T11:00:00Z`. */
export function lockText({ host, pid, since, state }: RunLock): string {
  const who = `process ${pid} of ${state === 'unknown' ? `host ${host}` : 'this machine'}`;
  const when = since === '' ? '' : ` since ${since}`;
  return state === 'dead' ? `${who}, which has ended, held it${when}` : `${who} holds it${when}`;
}
