import { CALL_WORDS, type EngineCall } from './engine-call.ts';
import { EngineFault, type EngineFaultKind } from './engine-fault.ts';

interface FaultOptions {
  /** How many calls fail; default 1. */
  readonly times?: number;
  /** So many calls go well first; default 0. */
  readonly after?: number;
  /** `before`: nothing is done; `after`: it is done, and only the answer is lost. Default `before`. */
  readonly when?: 'before' | 'after';
  /** Only calls about this container, network or image (id, name or reference). */
  readonly subject?: string;
}

/** Makes calls of a fake engine fail or hang. */
export interface FakeFaults {
  failNext(call: EngineCall, fault: EngineFaultKind | EngineFault, options?: FaultOptions): void;
  /** The next calls get no answer, until the engine goes away or is closed. */
  hangNext(call: EngineCall, options?: FaultOptions): void;
  clearFaults(): void;
}

type Planned = { fault: EngineFaultKind | EngineFault | 'hang'; call: EngineCall; times: number; after: number } & Pick<
  FaultOptions,
  'when' | 'subject'
>;

/** What has been planned for a call: taken once, as it begins. */
type TakeFault = (call: EngineCall, subjects: readonly string[]) => TakenFault | undefined;
interface TakenFault {
  readonly fault: EngineFault | 'hang';
  readonly when: 'before' | 'after';
}

export function fakeFaults(engine: string): FakeFaults & { readonly take: TakeFault } {
  let planned: Planned[] = [];
  const plan = (call: EngineCall, fault: Planned['fault'], options: FaultOptions = {}): void => {
    planned.push({ times: 1, after: 0, ...options, call, fault });
  };
  return {
    failNext: plan,
    hangNext: (call, options) => plan(call, 'hang', options),
    clearFaults: () => {
      planned = [];
    },
    take: (call, subjects) => {
      const next = planned.find(
        (one) => one.call === call && (one.subject === undefined || subjects.includes(one.subject)),
      );
      if (next === undefined) return undefined;
      if (next.after > 0) {
        next.after--;
        return undefined;
      }
      next.times--;
      if (next.times <= 0) planned = planned.filter((one) => one !== next);
      const { fault, when = 'before' } = next;
      return { fault: typeof fault === 'string' && fault !== 'hang' ? madeUp(fault, engine, call) : fault, when };
    },
  };
}

const STATUS: Partial<Record<EngineFaultKind, number>> = {
  'not-found': 404,
  'no-image': 404,
  conflict: 409,
  unsupported: 400,
  denied: 403,
  'no-room': 500,
  failed: 500,
};

const madeUp = (kind: EngineFaultKind, engine: string, call: EngineCall): EngineFault =>
  new EngineFault(
    kind,
    engine,
    `${engine}: could not ${CALL_WORDS[call]}: a fault was planned (${kind})`,
    STATUS[kind],
  );
