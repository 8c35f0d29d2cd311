import { spawnSync } from 'node:child_process';

/** A switch with one cable to each node, all in network namespaces of their own; nothing of the machine's network is touched. */
export interface Switchboard {
  /** `/var/run/netns/...` of a node, counted from 0. */
  namespaceOf(node: number): string;
  addressOf(node: number): string;
  /** Pulls a node's cable out, or puts it back. */
  setCable(node: number, isIn: boolean): void;
  remove(): void;
}

/**
 * The bridge has a namespace of its own: in the machine's it would be filtered by the machine's firewall. Throws with
 * the command that failed.
 */
export function connectNodes(prefix: string, nodes: number): Switchboard {
  const bridge = `${prefix}sw`;
  const name = (node: number): string => `${prefix}n${node}`;
  const made: string[] = [];
  const add = (namespace: string): void => {
    ip('netns', 'add', namespace);
    made.push(namespace);
  };
  const remove = (): void => {
    for (const namespace of made.splice(0)) spawnSync('ip', ['netns', 'delete', namespace]);
  };
  try {
    add(bridge);
    ip('-n', bridge, 'link', 'add', 'br0', 'type', 'bridge');
    for (const link of ['br0', 'lo']) ip('-n', bridge, 'link', 'set', link, 'up');
    for (let node = 0; node < nodes; node++) {
      add(name(node));
      ip('-n', bridge, 'link', 'add', `v${node}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name(node));
      ip('-n', bridge, 'link', 'set', `v${node}`, 'master', 'br0', 'up');
      ip('-n', name(node), 'address', 'add', `${addressOf(node)}/24`, 'dev', 'eth0');
      for (const link of ['eth0', 'lo']) ip('-n', name(node), 'link', 'set', link, 'up');
    }
  } catch (error) {
    remove();
    throw error;
  }
  return {
    namespaceOf: (node) => `/var/run/netns/${name(node)}`,
    addressOf,
    setCable: (node, isIn) => ip('-n', bridge, 'link', 'set', `v${node}`, isIn ? 'up' : 'down'),
    remove,
  };
}

const addressOf = (node: number): string => `10.77.0.${node + 1}`;

function ip(...words: string[]): void {
  const { status, stderr } = spawnSync('ip', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${words.join(' ')}: ${stderr.trim()}`);
}
