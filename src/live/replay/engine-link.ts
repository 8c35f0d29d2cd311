import { clockAhead } from '../engine/clock-ahead.ts';
import { EngineFault } from '../engine/engine-fault.ts';
import type { Engine, EngineInfo } from '../engine/engine.ts';
import { createCallSlots } from '../engine/call-slots.ts';
import { createNodeNetworks, type NodeNetworks } from './node-networks.ts';
import type { TimeSource } from './time-source.ts';
import { sentenceOf } from '../sentence-of.ts';

/** One engine during a replay: calls to it, and whether it is there at all. */
export interface EngineLink {
  readonly engine: Engine;
  readonly info: EngineInfo;
  /** Names of the simulated nodes that it stands for. */
  readonly nodes: string[];
  readonly networks: NodeNetworks;
  readonly isAway: boolean;
  /** Changes when it is lost and when it is back: what was ordered before is void then. */
  readonly epoch: number;
  /** Calls under way. */
  readonly busy: number;
  /**
   * Makes a call; rejects with a fault at once while the engine is away. `low`: when nothing else waits; `now`: beside all
   * others, for what is measured by it.
   */
  call<T>(what: (engine: Engine) => Promise<T>, priority?: 'now' | 'step' | 'low'): Promise<T>;
  /** Something came to an end that should not; finds out whether the engine is still there. */
  suspect(): Promise<void>;
  /** It is there again, and knows what it should. */
  arrive(): void;
  /** What its clock shows, in milliseconds since 1970, by the clock of this machine. */
  toLocalMs(engineMs: number): number;
}

export interface LinkOptions {
  readonly runId: string;
  readonly callsAtOnce: number;
  readonly time: TimeSource;
  /** The replay is over. */
  readonly signal: AbortSignal;
  readonly onAway: (link: EngineLink, why: string) => void;
  /** It answers again. Calls `arrive` when it knows what is to be done; rejects when it was lost again before that. */
  readonly onBack: (link: EngineLink) => Promise<void>;
  /** Takes what goes on beside all else; its failure is the replay's. */
  readonly aside: (task: Promise<void>) => void;
}

const FIRST_LOOK_MS = 200;
const LONGEST_LOOK_MS = 500;

/** Asks the engine who it is; rejects with its fault when it does not say. */
export async function linkEngine(engine: Engine, options: LinkOptions): Promise<EngineLink> {
  const { time, signal } = options;
  const askedMs = time.dateMs();
  const info = await engine.info();
  const { aheadMs } = clockAhead(info, askedMs, time.dateMs());
  const slots = createCallSlots(options.callsAtOnce);
  let isAway = false;
  let epoch = 0;

  const lose = (why: string): void => {
    if (isAway || signal.aborted) return;
    isAway = true;
    epoch++;
    options.onAway(link, why);
    // Nobody waits for an engine when the replay is over, but what is wrong with the search is told.
    lookForIt().catch((error: unknown) => options.aside(Promise.reject(error as Error)));
  };
  const lookForIt = async (): Promise<void> => {
    for (let waitMs = FIRST_LOOK_MS; link.isAway; waitMs = Math.min(LONGEST_LOOK_MS, waitMs * 1.5)) {
      await time.sleep(waitMs, signal);
      if (signal.aborted) return;
      try {
        await engine.ping();
        await options.onBack(link);
        return;
      } catch (error) {
        // Not yet.
        if (!(error instanceof EngineFault)) throw error;
      }
    }
  };
  const link: EngineLink = {
    engine,
    info,
    nodes: [],
    networks: createNodeNetworks(options.runId, (what) => link.call(what)),
    get isAway() {
      return isAway;
    },
    get epoch() {
      return epoch;
    },
    get busy() {
      return slots.busy;
    },
    call: async (what, priority) => {
      const away = (): EngineFault =>
        new EngineFault('unreachable', engine.name, `${engine.name} is away; nothing can be asked of it`);
      if (isAway) throw away();
      try {
        if (priority === 'now') return await what(engine);
        return await slots.run(() => (isAway ? Promise.reject(away()) : what(engine)), priority);
      } catch (error) {
        if (error instanceof EngineFault && error.kind === 'unreachable') lose(error.message);
        else if (error instanceof EngineFault && error.kind === 'timeout') await link.suspect();
        throw error;
      }
    },
    suspect: async () => {
      if (isAway) return;
      try {
        await engine.ping();
      } catch (error) {
        lose(sentenceOf(error));
      }
    },
    arrive: () => {
      link.networks.forget();
      isAway = false;
      epoch++;
    },
    toLocalMs: (engineMs) => engineMs - aheadMs,
  };
  return link;
}
