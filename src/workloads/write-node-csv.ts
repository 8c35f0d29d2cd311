import { stringify } from 'csv-stringify/browser/esm/sync';
import type { NodeSpec } from '../sim/node-spec.ts';
import { bytesText, cpuText } from './quantity-text.ts';
import { NODE_FIELDS } from './readers/node-csv.ts';
import { listText, pairsText } from './text-lists.ts';

/**
 * Machines as the text of our own machine list; `nodeCsv` reads the same machines back. Equal machines in a row that
 * are called `name-0`, `name-1`, ... become one line with a count.
 */
export function writeNodeCsv(nodes: readonly NodeSpec[]): string {
  const records: string[][] = [];
  for (let from = 0; from < nodes.length;) {
    const { name } = nodes[from];
    const rest = restOf(nodes[from]);
    const count = name.endsWith('-0') ? alikeFrom(nodes, from, rest) : 0;
    records.push(count === 0 ? [name, '', ...rest] : [name.slice(0, -2), String(count), ...rest]);
    from += Math.max(1, count);
  }
  // Quotes also what a reader could take for a comment, a line end or a byte order mark.
  return stringify([[...NODE_FIELDS], ...records], { quoted_match: /^[#\uFEFF]|[\r\n]/ });
}

/** The columns after name and count. */
function restOf(node: NodeSpec): string[] {
  return [
    cpuText(node.cpuMilli),
    bytesText(node.memBytes),
    node.storageBytes === undefined ? '' : bytesText(node.storageBytes),
    node.gpuCount ? String(node.gpuCount) : '',
    node.gpuCount ? (node.gpuModel ?? '') : '',
    node.zone ?? '',
    pairsText(node.labels ?? {}),
    listText(node.taints ?? [], ';'),
    node.podLimit === undefined ? '' : String(node.podLimit),
    pairsText(node.extended ?? {}),
  ];
}

/** How many machines from here on are alike and numbered on from 0. */
function alikeFrom(nodes: readonly NodeSpec[], from: number, rest: readonly string[]): number {
  const prefix = nodes[from].name.slice(0, -2);
  let count = 1;
  for (let next = nodes[from + 1]; next?.name === `${prefix}-${count}`; next = nodes[from + count]) {
    const texts = restOf(next);
    if (!texts.every((text, k) => text === rest[k])) break;
    count++;
  }
  return count;
}
