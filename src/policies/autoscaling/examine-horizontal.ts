import type {
  HorizontalDecision,
  HorizontalPolicy,
  ReplicaSample,
  ServiceObservation,
  ServicePoint,
} from '../../sim/scaling/horizontal-policy.ts';
import { stream, type RandomStream } from '../../sim/random.ts';
import { seconds } from '../../sim/time.ts';

/**
 * The exam of every horizontal policy, on random histories that include what a bad day brings: no points, no numbers, no
 * replicas, a count outside of its bounds. Returns what is wrong, one sentence each; at most one for each rule.
 *
 * The rules: a count that is finite, whole and not negative; a reason in one line; the same answers to the same history;
 * nothing of what it is shown is changed.
 */
export function examineHorizontal(policy: HorizontalPolicy, seed: number): string[] {
  const faults = new Map<string, string>();
  const note = (rule: string, sentence: string) => {
    if (!faults.has(rule)) faults.set(rule, `${policy.name}, seed ${seed}: ${sentence}`);
  };
  if (!(policy.periodUs >= 1 && Number.isInteger(policy.periodUs)))
    note('period', `its period is ${policy.periodUs} us`);
  const chance = stream(seed, 'examine-horizontal');
  const first = policy.make({ random: stream(seed, 'policy') });
  const second = policy.make({ random: stream(seed, 'policy') });
  const history = new History(chance, Math.max(seconds(1), Math.min(policy.periodUs, seconds(600))) || seconds(15));
  let current = 1 + chance.below(5);
  for (let step = 0; step < 120; step++) {
    const seen = history.next(current);
    // Every eighth observation is compared with its copy: text of a whole history costs more than all decisions.
    const before = step % 8 === 7 ? JSON.stringify(seen) : undefined;
    let decision: HorizontalDecision;
    try {
      decision = first.decide(seen);
    } catch (error) {
      note('throws', `it throws at step ${step}: ${String(error)}`);
      break;
    }
    if (before !== undefined && JSON.stringify(seen) !== before)
      note('changes', `it changes what it is shown at step ${step}`);
    const again = second.decide(seen);
    if (JSON.stringify(again) !== JSON.stringify(decision))
      note(
        'repeats',
        `at step ${step} the same history gives ${JSON.stringify(decision)} and ${JSON.stringify(again)}`,
      );
    const { replicas, why, limitedBy } = decision;
    if (!(Number.isInteger(replicas) && replicas >= 0)) {
      note('count', `it asks for ${replicas} replicas at step ${step}`);
      break;
    }
    if (why.trim() === '' || /\n|NaN|undefined|Infinity/.test(`${why} ${limitedBy ?? ''}`))
      note(
        'why',
        `its reason at step ${step} is "${why}"${limitedBy === undefined ? '' : ` limited by "${limitedBy}"`}`,
      );
    current = Math.min(Math.max(replicas, seen.minReplicas), seen.maxReplicas);
  }
  return [...faults.values()];
}

const STATES: readonly ReplicaSample['state'][] = [
  'pending',
  'starting',
  'ready',
  'ready',
  'ready',
  'unready',
  'terminating',
];

/** Observations of one service that follow one another. */
class History {
  readonly #chance: RandomStream;
  readonly #periodUs: number;
  readonly #points: ServicePoint[] = [];
  readonly #minReplicas: number;
  readonly #maxReplicas: number;
  #nowUs = 0;

  constructor(chance: RandomStream, periodUs: number) {
    this.#chance = chance;
    this.#periodUs = periodUs;
    this.#minReplicas = chance.below(3);
    this.#maxReplicas = this.#minReplicas + 1 + chance.below(30);
  }

  next(current: number): ServiceObservation {
    const chance = this.#chance;
    this.#nowUs += this.#periodUs;
    // Now and then the pipeline is silent, and now and then the service is calm, so that it also shrinks.
    if (chance.next() < 0.9) this.#points.push(this.#point(chance.next() < 0.5 ? 1 : 20));
    if (this.#points.length > 200) this.#points.shift();
    // Somebody else may have set the count.
    const asked = chance.next() < 0.05 ? chance.below(40) : current;
    return {
      nowUs: this.#nowUs,
      service: 'web',
      current: asked,
      minReplicas: this.#minReplicas,
      maxReplicas: this.#maxReplicas,
      replicas: Array.from({ length: chance.next() < 0.1 ? 0 : asked }, () => this.#replica()),
      points: chance.next() < 0.05 ? [] : [...this.#points],
      scrapeUs: seconds(15),
      deploying: chance.next() < 0.1,
      workMeanUs: chance.next() < 0.05 ? 0 : 50_000,
      concurrency: 1 + chance.below(8),
    };
  }

  #point(load: number): ServicePoint {
    const chance = this.#chance;
    const ready = chance.below(8);
    const rate = chance.next() < 0.1 ? 0 : chance.next() * load * 10;
    return {
      timeUs: this.#nowUs - seconds(1),
      spanUs: this.#periodUs,
      requestsPerSecond: rate,
      servedPerSecond: rate * 0.9,
      failedPerSecond: rate * 0.1,
      inFlight: chance.below(load * 5),
      cpuShare: ready === 0 ? NaN : chance.next() * 1.5,
      memShare: ready === 0 ? NaN : chance.next(),
      ready,
      p99Us: chance.below(1e6),
    };
  }

  #replica(): ReplicaSample {
    const chance = this.#chance;
    const state = STATES[chance.below(STATES.length)];
    const startedUs = state === 'pending' ? -1 : Math.max(0, this.#nowUs - chance.below(seconds(900)));
    const sampled = state !== 'pending' && chance.next() < 0.8;
    return {
      state,
      startedUs,
      changedUs: chance.next() < 0.1 ? -1 : startedUs,
      sampledUs: sampled ? this.#nowUs - chance.below(seconds(60)) : -1,
      cpuUsageMilli: sampled ? chance.next() * 1500 : NaN,
      cpuRequestMilli: chance.next() < 0.01 ? 0 : 1000,
      memUsageBytes: sampled ? chance.below(2 ** 31) : NaN,
      memRequestBytes: 2 ** 30,
    };
  }
}
