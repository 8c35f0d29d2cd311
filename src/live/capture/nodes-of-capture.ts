import { NODE_LABEL } from '../labels.ts';
import type { NodeSpec } from '../../sim/node-spec.ts';
import type { CapturedHistory } from './captured-history.ts';
import type { CapturedStay } from './rows-of-capture.ts';

/**
 * The machines of a captured history, each with a label that pods can ask for. An engine lets its containers' limits add
 * up to more than it has, and a simulated node does not: such a node is given what they added up to, and a note says so.
 */
export function nodesOfCapture(
  history: CapturedHistory,
  traces: readonly (readonly CapturedStay[])[],
): { readonly nodes: readonly NodeSpec[]; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const nodes = history.nodes.map((node, place): NodeSpec => {
    const here = traces.map((stays) => stays.filter((stay) => stay.container.node === place));
    const most = (amount: (stay: CapturedStay) => number): number =>
      Math.max(...here.map((stays) => highestSum(stays, amount)));
    const cpuMilli = Math.max(
      node.cpuMilli,
      most((stay) => stay.cpuMilli),
    );
    const memBytes = Math.max(
      node.memBytes,
      most((stay) => stay.memBytes),
    );
    const { name } = node;
    if (cpuMilli > node.cpuMilli || memBytes > node.memBytes)
      notes.push(
        `what containers ask for on ${name} adds up to more than its part of the engine (${cores(node.cpuMilli)} cores, ${mebibytes(node.memBytes)} MiB); in captured-nodes.csv it has ${cores(cpuMilli)} cores and ${mebibytes(memBytes)} MiB, so that the recorded placement fits`,
      );
    return { name, cpuMilli, memBytes, labels: { [NODE_LABEL]: name } };
  });
  return { nodes, notes };
}

/**
 * The most that is held at once. At one instant what ends gives back before others take; what lasts no time takes all the
 * same.
 */
function highestSum(stays: readonly CapturedStay[], amount: (stay: CapturedStay) => number): number {
  const changes = stays
    .flatMap((stay) => [
      { atUs: stay.fromUs, phase: 1, by: amount(stay) },
      { atUs: stay.untilUs, phase: stay.untilUs === stay.fromUs ? 2 : 0, by: -amount(stay) },
    ])
    .sort((a, b) => a.atUs - b.atUs || a.phase - b.phase);
  let held = 0;
  let highest = 0;
  for (const { by } of changes) {
    held += by;
    highest = Math.max(highest, held);
  }
  return highest;
}

const cores = (milli: number): string => String(milli / 1000);
const mebibytes = (bytes: number): string => String(Math.round(bytes / 2 ** 20));
