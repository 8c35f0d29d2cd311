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
    const name = `baton-${runId.slice(0, 8)}-${node.replaceAll(/[^a-zA-Z0-9_.-]/g, '-')}`;
    const labels = { [RUN_LABEL]: runId, [NODE_LABEL]: node, [ROLE_LABEL]: 'node' };
    // One is there already when a replay is resumed, or when the answer to its making was lost.
    const there = async (): Promise<string | undefined> =>
      (await call((engine) => engine.listNetworks(labels))).find((network) => network.name === name)?.id;
    try {
      return (await there()) ?? (await call((engine) => engine.createNetwork({ name, labels })));
    } catch (error) {
      const found = error instanceof EngineFault && error.kind === 'conflict' ? await there() : undefined;
      if (found !== undefined) return found;
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
      const host = sharing.get(node) ?? node;
      const known = own.get(host) ?? (own.size >= most ? share(node) : undefined);
      if (known !== undefined) return known;
      const fresh = make(node);
      own.set(node, fresh);
      try {
        return await fresh;
      } catch (error) {
        own.delete(node);
        const shared = error instanceof EngineFault && error.kind === 'no-room' ? share(node) : undefined;
        if (shared === undefined) throw error;
        return shared;
      }
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
