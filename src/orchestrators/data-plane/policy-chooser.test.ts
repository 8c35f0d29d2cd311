import { describe, expect, test } from 'vitest';
import { placementPolicies, placementPolicy } from '../../policies/placement/index.ts';
import { typicalPods } from '../../policies/placement/typical-pods.ts';
import { FINISH, PLACE, type JournalBatch } from '../../sim/journal.ts';
import type { PodRow } from '../../sim/pod-source.ts';
import { type RandomStream, stream } from '../../sim/random.ts';
import { Simulation } from '../../sim/simulation.ts';
import { bareMachines, silentBooks } from './container-fixture.ts';
import { machineSpec } from './data-plane-fixture.ts';
import type { MachineSpec, Resources } from './machine-spec.ts';
import { PolicyChooser } from './policy-chooser.ts';
import { TaskLedger } from './task-ledger.ts';

const GIB = 2 ** 30;
const USERS = ['web', 'batch', 'cache'];

function randomMachines(random: RandomStream): MachineSpec[] {
  return Array.from({ length: 2 + random.below(12) }, (_, k) =>
    machineSpec(`n${k}`, {
      cpuMilli: 1000 * (2 + random.below(7)),
      memBytes: GIB * (2 + random.below(15)),
      diskBytes: 1e9 * (10 + random.below(10)),
      gpuCount: random.below(3) === 0 ? random.below(5) : 0,
      zone: ['', 'a', 'b'][random.below(3)],
    }),
  );
}

function randomTasks(random: RandomStream): { resources: Resources; user: string; row: Partial<PodRow> }[] {
  const kinds = Array.from({ length: 6 }, (_, k): Resources => ({
    cpuMilli: 250 * random.below(9),
    memBytes: (GIB / 4) * (1 + random.below(8)),
    diskBytes: random.below(2) * 1e9,
    gpuCount: k === 0 ? 1 + random.below(2) : 0,
  }));
  let atUs = 0;
  return Array.from({ length: 120 }, () => {
    atUs += random.below(3) * 1e6;
    const row = { arrivesUs: atUs, runsUs: 1e6 * (1 + random.below(60)) };
    return { resources: kinds[random.below(kinds.length)], user: USERS[random.below(USERS.length)], row };
  });
}

describe('a placement policy that chooses machines', () => {
  test.each(placementPolicies.map((policy) => [policy.name, policy] as const))(
    '%s decides as it does in a simulation',
    (_, policy) => {
      let decisions = 0;
      for (let seed = 0; seed < 8; seed++) {
        const random = stream(seed, 'chooser-test');
        const machines = randomMachines(random);
        const tasks = randomTasks(random);
        const requests = tasks.map(({ resources: { diskBytes, gpuCount, ...rest } }) => ({
          ...rest,
          storageBytes: diskBytes,
          ...(gpuCount > 0 && { gpuCount }),
        }));
        const typical = typicalPods(requests);
        const ledger = new TaskLedger(silentBooks());
        const workloads = new Map(USERS.map((user) => [user, ledger.addWorkload(user, 'service', -1)]));
        const { machines: park } = bareMachines(machines);
        // Each decision has its own time: those of one instant see each other.
        const clock = { nowUs: 0 };
        const plane = { clock, machines: park, streams: (name: string) => stream(seed, name) };
        const chooser = new PolicyChooser(policy.create, plane, ledger, typical);
        const everyone = machines.map((_one, machine) => machine);
        const taskOf = new Map<number, number>();
        const numberOf = (pod: number): number => {
          let task = taskOf.get(pod);
          if (task === undefined) {
            const { user, resources } = tasks[pod];
            task = ledger.addTask(workloads.get(user)!, `task-${pod}`, resources);
            taskOf.set(pod, task);
          }
          return task;
        };
        const journal = {
          write: ({ count, kind, pod, node }: JournalBatch) => {
            for (let k = 0; k < count; k++) {
              if (kind[k] === PLACE) ledger.place(numberOf(pod[k]), node[k]);
              else if (kind[k] === FINISH) ledger.end(numberOf(pod[k]), 'finished');
            }
          },
        };
        let next = 0;
        const simulation: Simulation = new Simulation({
          seed,
          nodes: machines.map(({ zone, diskBytes, ...rest }) => ({
            ...rest,
            storageBytes: diskBytes,
            ...(zone !== '' && { zone }),
          })),
          pods: {
            next(row) {
              if (next === tasks.length) return false;
              const { user, row: times } = tasks[next];
              Object.assign(row, times, { user, name: `task-${next}`, request: requests[next] });
              next++;
              return true;
            },
          },
          placement: policy.create,
          typicalPods: typical,
          journal,
          onDecision(sim, slot, node) {
            sim.flushJournal();
            const pod = sim.pods.number[slot];
            numberOf(pod);
            const { resources } = tasks[pod];
            clock.nowUs++;
            const chosen = chooser.choose(everyone, { name: `task-${pod}`, resources });
            if (node < 0) return;
            expect(chosen, `seed ${seed}, decision ${decisions}`).toBe(node);
            decisions++;
          },
        });
        simulation.run();
      }
      expect(decisions).toBeGreaterThan(150);
    },
  );

  const small: Resources = { cpuMilli: 500, memBytes: GIB, diskBytes: 0, gpuCount: 0 };

  test('tasks that are chosen for at one instant and placed together see each other', () => {
    const { machines: park } = bareMachines(['n1', 'n2', 'n3'].map((name) => machineSpec(name)));
    const clock = { nowUs: 0 };
    const plane = { clock, machines: park, streams: (purpose: string) => stream(1, purpose) };
    const chooser = new PolicyChooser(placementPolicy('worst-fit'), plane, new TaskLedger(silentBooks()));
    const choose = (name: string) => chooser.choose([0, 1, 2], { name, resources: small });
    expect(['a', 'b', 'c'].map(choose)).toEqual([0, 1, 2]);
    // Asked again, it is chosen for anew; and what has not been placed by then was not meant.
    expect(choose('b')).toBe(1);
    clock.nowUs++;
    expect(choose('d')).toBe(0);
  });

  function chooserFor(name: string, machines: readonly MachineSpec[]) {
    const { clock, machines: park } = bareMachines(machines);
    const ledger = new TaskLedger(silentBooks());
    const plane = { clock, machines: park, streams: (purpose: string) => stream(1, purpose) };
    const chooser = new PolicyChooser(placementPolicy(name), plane, ledger);
    const web = ledger.addWorkload('web', 'service', -1);
    const put = (task: string, machine: number): number => {
      const number = ledger.addTask(web, task, small);
      ledger.place(number, machine);
      return number;
    };
    return { park, ledger, chooser, put };
  }

  test('looks at the candidates only, and ties go to the lowest number', () => {
    const { chooser, put } = chooserFor('best-fit', [machineSpec('a'), machineSpec('b'), machineSpec('c')]);
    put('web.1', 1);
    const task = { name: 'web.2', resources: small };
    expect(chooser.name).toBe('best-fit');
    expect(chooser.choose([0, 1, 2], task)).toBe(1);
    expect(chooser.choose([2, 0], task)).toBe(0);
    expect(chooser.choose([], task)).toBe(-1);
  });

  test('machines that are bought count, and what the others hold is not forgotten', () => {
    const { park, chooser, ledger, put } = chooserFor('worst-fit', [machineSpec('a')]);
    const first = put('web.1', 0);
    park.buy(machineSpec('b'), 0);
    const task = { name: 'web.2', resources: small };
    expect(chooser.choose([0, 1], task)).toBe(1);
    put('web.3', 1);
    put('web.4', 1);
    expect(chooser.choose([0, 1], task)).toBe(0);
    put('web.5', 0);
    put('web.6', 0);
    expect(chooser.choose([0, 1], task)).toBe(1);
    ledger.end(first, 'stopped');
    expect(chooser.choose([0, 1], task)).toBe(0);
  });

  test('where the orchestrator allows more than there is, the least full machine is taken', () => {
    const tiny = { cpuMilli: 600 };
    const { chooser, put } = chooserFor('best-fit', [machineSpec('a', tiny), machineSpec('b', tiny)]);
    put('web.1', 0);
    put('web.2', 0);
    put('web.3', 1);
    expect(chooser.choose([0, 1], { name: 'web.4', resources: small })).toBe(1);
  });

  test('what a policy cannot be used without is said in a sentence', () => {
    expect(() => chooserFor('fgd', [machineSpec('a')])).toThrow(/needs a workload whose pods are known beforehand/);
    expect(() => chooserFor('best-fit', [machineSpec('a', { gpuCount: 40 })])).toThrow(/machine "a" has 40 GPUs/);
  });
});
