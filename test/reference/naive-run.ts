import type { NodeSpec } from '../../src/sim/node-spec.ts';
import type { PodRow } from '../../src/sim/pod-source.ts';
import { NaiveNode } from './naive-cluster.ts';

/** A run of the slow reference, which shares no code with the engine. */
export interface NaiveOptions {
  readonly nodes: readonly NodeSpec[];
  readonly rows: readonly PodRow[];
  readonly score: (pod: PodRow['request'], node: NaiveNode) => number;
  readonly key: (row: PodRow) => number;
  /** Serve the user with the smallest dominant share first. */
  readonly byShare: boolean;
  readonly strict: boolean;
  readonly arrivalsFirst: boolean;
}

interface Entry {
  readonly members: number[];
  readonly key: number;
}

/** Who started when and where, `pod 3 at 5 on 0`, in the order of starts; every waiting pod is tried at every event. */
export function naiveRun(options: NaiveOptions): string[] {
  const { rows } = options;
  const nodes = options.nodes.map((spec, id) => new NaiveNode(spec, id));
  const ends: { atUs: number; pod: number; node: number }[] = [];
  const gangs = new Map<string, number[]>();
  const started: string[] = [];
  const held = new Map<string, [number, number, number]>();
  let waiting: Entry[] = [];
  let arrived = 0;

  for (;;) {
    const end = ends.reduce<(typeof ends)[0] | undefined>(
      (first, one) => (first && first.atUs <= one.atUs ? first : one),
      undefined,
    );
    const arrivalUs = rows[arrived]?.arrivesUs ?? Infinity;
    const endUs = end?.atUs ?? Infinity;
    if (arrivalUs === Infinity && endUs === Infinity) return started;
    if (endUs < arrivalUs || (endUs === arrivalUs && !options.arrivalsFirst)) {
      ends.splice(ends.indexOf(end!), 1);
      nodes[end!.node].pods.delete(end!.pod);
      charge(end!.pod, -1);
      pass(endUs);
    } else {
      const pod = arrived++;
      const members = join(pod);
      if (members === undefined || !couldEverFit(members)) continue;
      waiting.push({ members, key: options.key(rows[members[0]]) });
      pass(arrivalUs);
    }
  }

  function join(pod: number): number[] | undefined {
    const { gang, gangSize } = rows[pod];
    if (gang === undefined) return [pod];
    const members = [...(gangs.get(gang) ?? []), pod];
    gangs.set(gang, members);
    return members.length === gangSize ? members : undefined;
  }

  function couldEverFit(members: readonly number[]): boolean {
    const empty = options.nodes.map((spec, id) => new NaiveNode(spec, id));
    return members.every((pod) => {
      const node = empty.find((one) => one.fits(rows[pod].request));
      node?.pods.set(pod, { request: rows[pod].request, devices: node.devicesFor(rows[pod].request)! });
      return node !== undefined;
    });
  }

  function pass(nowUs: number): void {
    for (;;) {
      waiting.sort(
        (one, other) => shareOf(one) - shareOf(other) || one.key - other.key || one.members[0] - other.members[0],
      );
      const next = (options.strict ? waiting.slice(0, 1) : waiting).find((entry) => start(entry, nowUs));
      if (next === undefined) return;
      waiting = waiting.filter((entry) => entry !== next);
    }
  }

  function start({ members }: Entry, nowUs: number): boolean {
    const chosen: NaiveNode[] = [];
    for (const pod of members) {
      const { request } = rows[pod];
      const fitting = nodes.filter((node) => node.fits(request));
      if (fitting.length === 0) {
        chosen.forEach((node, k) => node.pods.delete(members[k]));
        return false;
      }
      const scores = fitting.map((node) => options.score(request, node));
      const node = fitting[scores.indexOf(Math.max(...scores))];
      node.pods.set(pod, { request, devices: node.devicesFor(request)! });
      chosen.push(node);
    }
    members.forEach((pod, k) => {
      started.push(`pod ${pod} at ${nowUs} on ${chosen[k].id}`);
      charge(pod, 1);
      if (rows[pod].runsUs < Infinity) ends.push({ atUs: nowUs + rows[pod].runsUs, pod, node: chosen[k].id });
    });
    return true;
  }

  function charge(pod: number, sign: number): void {
    const { user, request } = rows[pod];
    const amounts = held.get(user!) ?? [0, 0, 0];
    amounts[0] += sign * request.cpuMilli;
    amounts[1] += sign * request.memBytes;
    amounts[2] += sign * (request.gpuCount ?? 0) * (request.gpuMilli ?? 1000);
    held.set(user!, amounts);
  }

  function shareOf({ members }: Entry): number {
    if (!options.byShare) return 0;
    const amounts = held.get(rows[members[0]].user!) ?? [0, 0, 0];
    const total = (amount: (spec: NodeSpec) => number): number =>
      options.nodes.reduce((sum, spec) => sum + amount(spec), 0);
    const totals = [
      total((spec) => spec.cpuMilli),
      total((spec) => spec.memBytes),
      total((spec) => 1000 * (spec.gpuCount ?? 0)),
    ];
    return Math.max(...amounts.map((amount, k) => (totals[k] > 0 ? amount / totals[k] : 0)));
  }
}
