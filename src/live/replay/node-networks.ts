import { createHash } from 'node:crypto';
import { EngineFault } from '../engine/engine-fault.ts';
import type { Engine } from '../engine/engine.ts';
import { NODE_LABEL, ROLE_LABEL, RUN_LABEL } from '../labels.ts';

/** A network for each simulated node of one engine, made when its first container comes. */
export interface NodeNetworks {
  /** Its id. Rejects with the engine's fault. */
  of(node: string): Promise<string>;
  /** The node has gone: its network is removed if no other node shares it. */
  release(node: string): Promise<void>;
  /** The engine was away, and may have lost them: they are looked up again. */
  forget(): void;
}

/** Address pools of an engine as it comes hold about thirty networks, and others may use some. */
export const MOST_NETWORKS = 24;

/**
 * Where the engine has no addresses for another network, or has enough of ours, a node shares the network of another one;
 * a node is cut off container by container anyway. `call` makes the calls, so that they count as the engine's.
 */
export function createNodeNetworks(
  runId: string,
  call: <T>(what: (engine: Engine) => Promise<T>) => Promise<T>,
  most: number = MOST_NETWORKS,
): NodeNetworks {
  /** Networks made, by the node each was made for. */
  const own = new Map<string, Promise<string>>();
  const sharing = new Map<string, string>();
  const releasing = new Map<string, Promise<void>>();
  const make = async (node: string): Promise<string> => {
    const name = networkName(runId, node);
    const labels = { [RUN_LABEL]: runId, [NODE_LABEL]: node, [ROLE_LABEL]: 'node' };
    // One is there already when a replay is resumed, or when the answer to its making was lost.
    const there = async (): Promise<string | undefined> =>
      (await call((engine) => engine.listNetworks(labels))).find((network) => network.name === name)?.id;
    try {
      return (await there()) ?? (await call((engine) => engine.createNetwork({ name, labels })));
    } catch (error) {
      const made = error instanceof EngineFault && error.kind === 'conflict' ? await there() : undefined;
      if (made !== undefined) return made;
      throw error;
    }
  };
  const share = (node: string): Promise<string> | undefined => {
    const hosts = [...own.keys()];
    if (hosts.length === 0) return undefined;
    const host = hosts[sharing.size % hosts.length];
    sharing.set(node, host);
    return own.get(host);
  };
  /** The network, or that of another node where the engine had no room for it; the other's may be on its way too. */
  const orShared = async (node: string, first: Promise<string>): Promise<string> => {
    for (let network = first; ;)
      try {
        return await network;
      } catch (error) {
        const other = error instanceof EngineFault && error.kind === 'no-room' ? found(node) : undefined;
        if (other === undefined) throw error;
        network = other;
      }
  };
  const found = (node: string): Promise<string> | undefined => own.get(sharing.get(node) ?? node) ?? share(node);
  const remove = async (network: Promise<string>): Promise<void> => {
    try {
      const id = await network;
      await call((engine) => engine.removeNetwork(id));
    } catch {
      // It is removed with everything else at the end.
    }
  };
  return {
    of: async (node) => {
      await releasing.get(node);
      const known = own.get(sharing.get(node) ?? node) ?? (own.size >= most ? share(node) : undefined);
      if (known !== undefined) return orShared(node, known);
      sharing.delete(node);
      const fresh = make(node);
      own.set(node, fresh);
      // Before anybody who waits for it looks for another one.
      fresh.catch(() => own.get(node) === fresh && own.delete(node));
      return orShared(node, fresh);
    },
    release: async (node) => {
      sharing.delete(node);
      const network = own.get(node);
      if (network === undefined || [...sharing.values()].includes(node)) return;
      own.delete(node);
      const removal = remove(network);
      releasing.set(node, removal);
      await removal;
      releasing.delete(node);
    },
    forget: () => {
      own.clear();
      sharing.clear();
    },
  };
}

/** `baton-<first 8 of the run's id>-<node>`; names that engines do not take are written otherwise, and stay different. */
function networkName(runId: string, node: string): string {
  const plain = node.replaceAll(/[^a-zA-Z0-9_.-]/g, '-').slice(0, LONGEST);
  const mark = plain === node ? '' : `-${createHash('sha256').update(node).digest('hex').slice(0, 8)}`;
  return `baton-${runId.slice(0, 8)}-${plain}${mark}`;
}

const LONGEST = 100;
