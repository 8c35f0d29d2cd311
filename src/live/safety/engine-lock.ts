import { EngineFault } from '../engine/engine-fault.ts';
import type { ContainerSummary, Engine } from '../engine/engine.ts';
import { OWNER_LABEL, ROLE_LABEL, RUN_LABEL, SINCE_LABEL } from '../labels.ts';
import { ownerOf, ownerState, ownerText, thisOwner, type LockOwner } from './lock-owner.ts';

/** One container of this name can be on an engine, so whoever makes it has the lock. It is never started. */
export const LOCK_NAME = 'baton-lock';

export interface LockOptions {
  /** Of ours; on every engine already. */
  readonly image: string | ((engine: Engine) => string);
  /** Default: this process. */
  readonly owner?: LockOwner;
  /** Milliseconds since 1970; default now. */
  readonly nowMs?: number;
}

export interface EngineLocks {
  /** Gives all of them back; tells what could not be removed, in sentences. */
  release(): Promise<string[]>;
  /** Engines whose lock was left by a dead process of the same run and taken over. */
  readonly takenOver: readonly string[];
}

/** An engine is held by somebody else. */
export class LockHeld extends Error {
  override readonly name = 'LockHeld';
  readonly engine: string;
  /** The run that holds it; absent: a container of that name that is none of ours. */
  readonly runId: string | undefined;

  constructor(engine: string, message: string, runId?: string) {
    super(message);
    this.engine = engine;
    this.runId = runId;
  }
}

/**
 * Takes the locks of all these engines, or of none. In the order of the engines' own ids, whatever they are called, so
 * that two runs that want the same two cannot wait for each other. The lock of a process of this machine that has ended
 * is taken over by the same run alone; another run must be cleaned first. Rejects with `LockHeld` or an `EngineFault`.
 */
export async function lockEngines(
  engines: readonly Engine[],
  runId: string,
  options: LockOptions,
): Promise<EngineLocks> {
  const known = await Promise.all(engines.map(async (engine) => ({ engine, id: (await engine.info()).id })));
  known.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  for (let i = 1; i < known.length; i++)
    if (known[i].id === known[i - 1].id && known[i].id !== '')
      throw new EngineFault(
        'unsupported',
        known[i].engine.name,
        `${known[i - 1].engine.name} and ${known[i].engine.name} are the same engine; name it once, and give it the nodes of both`,
      );
  const held: { engine: Engine; id: string }[] = [];
  const takenOver: string[] = [];
  const release = async (): Promise<string[]> => {
    const sentences: string[] = [];
    for (const { engine, id } of held.splice(0).reverse())
      try {
        await engine.remove(id);
      } catch (error) {
        sentences.push(`the lock on ${engine.name} could not be removed: ${(error as Error).message}`);
      }
    return sentences;
  };
  try {
    for (const { engine } of known) {
      const { id, wasTakenOver } = await lockOne(engine, runId, options);
      held.push({ engine, id });
      if (wasTakenOver) takenOver.push(engine.name);
    }
  } catch (error) {
    await release();
    throw error;
  }
  return { release, takenOver };
}

async function lockOne(
  engine: Engine,
  runId: string,
  options: LockOptions,
): Promise<{ id: string; wasTakenOver: boolean }> {
  const owner = options.owner ?? thisOwner();
  let wasTakenOver = false;
  // Again for the lock of a dead process that is taken away, and for one that has gone between two calls.
  for (let tries = 0; ; tries++) {
    try {
      const id = await engine.createContainer({
        name: LOCK_NAME,
        image: typeof options.image === 'string' ? options.image : options.image(engine),
        labels: {
          [RUN_LABEL]: runId,
          [ROLE_LABEL]: 'lock',
          [OWNER_LABEL]: ownerText(owner),
          [SINCE_LABEL]: new Date(options.nowMs ?? Date.now()).toISOString(),
        },
      });
      return { id, wasTakenOver };
    } catch (error) {
      if (!(error instanceof EngineFault) || error.kind !== 'conflict') throw error;
      const lock = await lockOn(engine);
      // A call whose answer was lost may have made it: then it is ours already.
      if (lock !== undefined && lock.labels[OWNER_LABEL] === ownerText(owner) && lock.labels[RUN_LABEL] === runId)
        return { id: lock.id, wasTakenOver };
      const isLast = tries >= 2;
      if (lock === undefined) {
        // It may have been released between the two calls.
        if (tries === 0) continue;
        throw new LockHeld(
          engine.name,
          `a container called ${LOCK_NAME} that is none of Baton's is on ${engine.name}, and its name is needed; rename or remove it`,
        );
      }
      const ownerOfLock = ownerOf(lock.labels[OWNER_LABEL] ?? '');
      const isDead = ownerOfLock !== undefined && ownerState(ownerOfLock) === 'dead';
      if (lock.labels[RUN_LABEL] !== runId || !isDead || isLast) throw heldBy(engine, lock, ownerOfLock, runId);
      // By id: if another process of this run takes it over at the same time, its new lock is not touched.
      await engine.remove(lock.id);
      wasTakenOver = true;
    }
  }
}

async function lockOn(engine: Engine): Promise<ContainerSummary | undefined> {
  const locks = await engine.list({ [ROLE_LABEL]: 'lock', [RUN_LABEL]: '' });
  return locks.find(({ name, labels }) => name === LOCK_NAME && labels[ROLE_LABEL] === 'lock' && labels[RUN_LABEL]);
}

function heldBy(
  engine: Engine,
  { labels }: ContainerSummary,
  owner: LockOwner | undefined,
  wantedFor: string,
): LockHeld {
  const run = labels[RUN_LABEL];
  const since = labels[SINCE_LABEL] === undefined ? '' : ` since ${labels[SINCE_LABEL]}`;
  const state = owner === undefined ? 'unknown' : ownerState(owner);
  const who = owner === undefined ? 'somebody' : `process ${owner.pid} of host ${owner.host}`;
  const what = run === wantedFor ? `this run is being replayed on ${engine.name} already` : `${engine.name} is in use`;
  const sentence =
    state === 'dead'
      ? `${what}: run ${run} held it${since}, and its process has ended without cleaning; remove what it left with: baton replay --clean ${run}`
      : state === 'unknown'
        ? `${what}: run ${run}, ${who}, holds it${since}; end it there, or if it has ended: baton replay --clean ${run}`
        : `${what}: run ${run}, ${who}, holds it${since}; wait for its end, or end it (kill ${owner!.pid})`;
  return new LockHeld(engine.name, sentence, run);
}
