import type { PlacementFactory, PlacementPolicy } from '../../sim/policy.ts';
import { stream } from '../../sim/random.ts';
import { ExamRun, type PlacedPod } from './exam-run.ts';
import { examWorld, pick, type ExamWorld } from './exam-world.ts';
import { Failed, type ContractRule, type Fault } from './fault.ts';
import { checkScores, Opinions } from './opinions.ts';

export interface ExamOptions {
  /** Each seed is a cluster and a history; default 1 to 20. */
  readonly seeds?: readonly number[];
  /** Events in each history, about two thirds of them arrivals; default 60. */
  readonly events?: number;
}

/**
 * The exam that every placement policy passes: on random clusters and histories it places whatever can be placed,
 * where it fits, changes nothing, answers the same to the same history, and what it declares is true, so that its
 * decisions through every index equal those of a scan. Returns the first fault against each rule; none means passed.
 */
export function examine(factory: PlacementFactory, options: ExamOptions = {}): Fault[] {
  const seeds = options.seeds ?? Array.from({ length: 20 }, (_, k) => k + 1);
  const faults = new Map<ContractRule, Fault>();
  for (const seed of seeds) {
    const world = examWorld(seed);
    for (const nodes of [world.nodes, []]) {
      const fault = faultOf(() => walk(factory, { ...world, nodes }, seed, options.events ?? 60), seed);
      if (fault && !faults.has(fault.rule)) faults.set(fault.rule, fault);
    }
  }
  return [...faults.values()];
}

function faultOf(exam: () => void, seed: number): Fault | undefined {
  try {
    exam();
    return undefined;
  } catch (error) {
    if (error instanceof Failed) return { rule: error.rule, sentence: `seed ${seed}: ${error.message}`, seed };
    const message = error instanceof Error ? error.message : String(error);
    return { rule: 'does not throw', sentence: `seed ${seed}: it threw "${message}"`, seed };
  }
}

/** One history, walked in step by the definition (`score` and a scan) and by everything that must equal it. */
function walk(factory: PlacementFactory, world: ExamWorld, seed: number, events: number): void {
  const naive = new ExamRun(factory, world, seed, 'scan', false);
  checkShape(naive.policy);
  const others = companions(naive).map(([rule, index, withColumns]) => ({
    rule,
    index,
    run: new ExamRun(factory, world, seed, index, withColumns),
  }));
  const runs = [naive, ...others.map((other) => other.run)];
  const random = stream(seed, 'exam/history');
  // Asked again and again about every node, so it must not be the one whose decisions are compared.
  const asked = new ExamRun(factory, world, seed, 'scan', false);
  runs.push(asked);
  const opinions = new Opinions(asked);
  const columns = others.find((other) => other.rule === 'columns equal score')?.run;
  const placed: PlacedPod[] = [];

  const arrive = (request = pick(random, world.requests)): boolean => {
    const pod = naive.arrive(request);
    for (const run of runs) if (run !== naive) run.arrive(request);
    checkScores(asked, columns, pod, opinions, random);
    const node = decide(naive, pod);
    for (const { rule, index, run } of others) {
      const other = decide(run, pod);
      if (other !== node) throw new Failed(rule, difference(rule, index, pod.shape, naive, node, other));
    }
    if (node < 0) {
      for (const run of runs) run.forget(pod);
      return false;
    }
    const devices = takeDevices(naive, pod.shape, node);
    for (const { run } of others)
      if (takeDevices(run, pod.shape, node) !== devices)
        throw new Failed('answers the same again', `it took other GPU devices of node ${node} the second time`);
    const bound = { ...pod, node, devices };
    for (const run of runs) run.bind(bound);
    opinions.changed(node);
    placed.push(bound);
    return true;
  };

  for (let event = 0; event < events; event++) {
    const what = random.below(20);
    if (what < 13 || placed.length === 0) arrive();
    else if (what < 19) {
      const [pod] = placed.splice(random.below(placed.length), 1);
      for (const run of runs) run.leave(pod);
      opinions.changed(pod.node);
    } else {
      const node = random.below(world.nodes.length);
      const ready = naive.cluster.ready[node] === 0;
      for (const run of runs) run.setReady(node, ready);
      opinions.changed(node);
    }
  }
  // To the brim: at last nothing fits any more, and the policy must say so.
  for (const request of world.requests)
    if (request.cpuMilli + request.memBytes > 0) for (let more = 0; more < 12 && arrive(request); more++);
}

function checkShape(policy: PlacementPolicy): void {
  if (typeof policy.name !== 'string' || policy.name === '')
    throw new Failed('is a policy', 'it has no name; give it one, such as name: "mine"');
  if (!policy.score && !policy.choose && !policy.columns)
    throw new Failed('is a policy', `"${policy.name}" has neither score(pod, node) nor choose(pod, candidates)`);
}

type Companion = readonly [rule: ContractRule, index: 'scan' | 'block-maxima' | 'kd-tree', withColumns: boolean];

function companions({ policy, hasBothForms }: ExamRun): Companion[] {
  const all: Companion[] = [['answers the same again', 'scan', false]];
  if (policy.choose) return all;
  if (hasBothForms) all.push(['columns equal score', 'scan', true]);
  if (policy.reads === 'cluster') return all;
  all.push(['index equals scan', 'block-maxima', true]);
  if (policy.prefers !== undefined) all.push(['index equals scan', 'kd-tree', true]);
  return all;
}

function decide(run: ExamRun, pod: { slot: number; shape: number }): number {
  run.snapshot.take();
  let node: number;
  try {
    node = run.placer.choose(pod.shape, pod.slot);
  } catch (error) {
    if (error instanceof Error && /does not fit|must return a node id/.test(error.message))
      throw new Failed('chooses a node that fits', error.message);
    if (error instanceof Error && /it must return a number/.test(error.message))
      throw new Failed('scores with numbers', error.message);
    throw error;
  }
  if (!run.snapshot.holds())
    throw new Failed('leaves the cluster alone', 'choosing a node changed a column; policies may only read');
  if (node >= 0 && !run.fits(pod, node))
    throw new Failed('chooses a node that fits', `it chose node ${node}, on which the pod does not fit`);
  if (node < 0) {
    for (let other = 0; other < run.cluster.count; other++)
      if (run.fits(pod, other))
        throw new Failed('places what can be placed', `it gave up although the pod fits on node ${other}`);
  }
  return node;
}

function takeDevices(run: ExamRun, shape: number, node: number): number {
  const devices = run.placer.devices(shape, node);
  const { cluster, shapes } = run;
  let taken = 0;
  for (let device = 0; device < 32; device++) {
    if ((devices & (1 << device)) === 0) continue;
    taken++;
    const there = device < cluster.gpuCount[node];
    const left = there ? cluster.deviceFreeMilli[cluster.deviceFirst[node] + device] : 0;
    if (left < shapes.gpuMilli[shape])
      throw new Failed(
        'takes devices that fit',
        `it took GPU ${device} of node ${node}, which has ${left} milli-GPU left, for a pod that needs ${shapes.gpuMilli[shape]}`,
      );
  }
  if (taken !== shapes.gpuCount[shape])
    throw new Failed('takes devices that fit', `it took ${taken} GPUs for a pod that needs ${shapes.gpuCount[shape]}`);
  return devices;
}

function difference(
  rule: ContractRule,
  index: string,
  shape: number,
  naive: ExamRun,
  node: number,
  other: number,
): string {
  const pod = `shape ${shape} (${naive.shapes.requests[shape].cpuMilli} millicores)`;
  if (rule === 'answers the same again')
    return (
      `for ${pod} it chose node ${node}, and ${other} when made anew with the same random stream and history; ` +
      'keep memory in the factory and draw only from context.random'
    );
  if (rule === 'columns equal score') return `for ${pod} score leads to node ${node} but columns lead to ${other}`;
  return (
    `for ${pod} a scan chose node ${node} but the ${index} index chose ${other}; a score that reads more than ` +
    "the node and the pod's request must say reads: 'cluster'"
  );
}
