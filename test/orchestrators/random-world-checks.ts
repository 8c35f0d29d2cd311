import { OrchestratedRun } from '../../src/orchestrators/data-plane/orchestrated-run.ts';
import type { KubernetesRun } from '../../src/orchestrators/kubernetes/kubernetes-run.ts';
import type { RunResult } from '../../src/sim/result.ts';
import { DURATION_S, type RandomWorld } from './random-world.ts';

const LOOK_US = 15e6;

/** Carries a run out, looking at it every few seconds. Throws at what no cluster may show. */
export function runWatched(run: OrchestratedRun | KubernetesRun): void {
  for (let untilUs = LOOK_US; untilUs < DURATION_S * 1e6; untilUs += LOOK_US) {
    run.runUntil(untilUs);
    if (run instanceof OrchestratedRun) look(run);
  }
  while (run.step());
}

/** Nobody serves on a dead machine, and nobody holds more than there is. */
function look(run: OrchestratedRun): void {
  const fail = (what: string): never => {
    throw new Error(`${what} at ${run.clock.nowUs / 1e6} s`);
  };
  run.machines.specs.forEach(({ name, cpuMilli, memBytes }, machine) => {
    const { works } = run.machines.state(machine);
    let cpu = 0;
    let mem = 0;
    for (const { resources } of run.ledger.held(machine)) {
      cpu += resources.cpuMilli;
      mem += resources.memBytes;
    }
    if (cpu > cpuMilli || mem > memBytes) fail(`${name} holds ${cpu} mCPU and ${mem} bytes by the books`);
    for (const { order, state, answers } of run.containers.on(machine))
      if (!works && (answers || state !== 'exited')) fail(`${order.name} is ${state} on ${name}, which is down`);
  });
}

/** What is wrong with a result, as sentences. */
export function faultsOf(result: RunResult, world: RandomWorld): string[] {
  const faults: string[] = [];
  const { counts, living } = result;
  const { arrived, finished, running, pending, refused, killed } = counts;
  if (arrived !== finished + running + pending + refused + killed) faults.push(`tasks: ${JSON.stringify(counts)}`);
  for (const one of living!.services) {
    const { service, atEnd } = one;
    const sum = one.served + one.failed + one.timedOut + one.inFlight;
    if (Math.abs(sum - one.arrived) > 1e-6 * (1 + one.arrived))
      faults.push(`${service}: ${one.arrived} requests came, ${sum} went`);
    for (const [field, value] of Object.entries(one))
      if (typeof value === 'number' && (value < -1e-9 || value === Infinity))
        faults.push(`${service}: ${field} is ${value}`);
    if (atEnd === undefined) faults.push(`${service}: nobody knows how it ended`);
    else if (atEnd.ready !== atEnd.desired && !world.losesMachines)
      faults.push(`${service}: ${atEnd.ready} of ${atEnd.desired} ready at the end`);
  }
  for (const [name, value] of Object.entries(result.metrics))
    if (value === undefined || value === Infinity || value < -1e-6) faults.push(`metric ${name} is ${value}`);
  for (const name of world.services)
    if (!living!.services.some(({ service }) => service === name)) faults.push(`${name} is missing`);
  for (const incident of living!.incidents ?? []) {
    const text = JSON.stringify(incident);
    if (/null|NaN|undefined/.test(text)) faults.push(`an incident says ${text.slice(0, 300)}`);
  }
  const words = JSON.stringify([living!.happenings, living!.decisions, living!.notes, living!.events, living!.waiting]);
  for (const bad of ['undefined', 'NaN', '[object Object]']) {
    const at = words.indexOf(bad);
    if (at >= 0) faults.push(`says ${words.slice(Math.max(0, at - 60), at + 60)}`);
  }
  return faults;
}
