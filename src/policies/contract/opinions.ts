import type { RandomStream } from '../../sim/random.ts';
import type { ExamRun } from './exam-run.ts';
import { Failed } from './fault.ts';
import { breaksPrefers } from './prefers-exam.ts';

/** Scores remembered while their node does not change: what a policy that reads only the node must say again. */
export class Opinions {
  private readonly run: ExamRun;
  private readonly known = new Map<number, Map<number, number>>();

  constructor(run: ExamRun) {
    this.run = run;
  }

  changed(node: number): void {
    this.known.delete(node);
  }

  /** The policy's score; throws when it has said otherwise before and nothing it may read has changed. */
  ask(shape: number, node: number): number {
    const { run } = this;
    run.pod.readBeyondShape = false;
    const value: unknown = run.score!(shape, node);
    if (typeof value !== 'number' || Number.isNaN(value))
      throw new Failed('scores with numbers', `the score of node ${node} is ${String(value)}; give a number`);
    if (run.pod.readBeyondShape) return value;
    let scores = this.known.get(node);
    if (!scores) this.known.set(node, (scores = new Map<number, number>()));
    const before = scores.get(shape);
    if (before !== undefined && before !== value)
      throw new Failed(
        'reads only the node',
        `the same pod on node ${node} scored ${before} and later ${value} although the node had not changed; ` +
          "a score that reads other nodes or keeps a memory must say reads: 'cluster'",
      );
    scores.set(shape, value);
    return value;
  }
}

/** Asks `asked` about every node that fits, and compares with `columns`, if it has that form, and with what it says it prefers. */
export function checkScores(
  asked: ExamRun,
  columns: ExamRun | undefined,
  pod: { slot: number; shape: number },
  opinions: Opinions,
  random: RandomStream,
): void {
  const { policy, cluster } = asked;
  if (policy.choose || !asked.score || policy.reads === 'cluster') return;
  const probed = random.below(cluster.count);
  for (let node = 0; node < cluster.count; node++) {
    if (!asked.fits(pod, node)) continue;
    const value = opinions.ask(pod.shape, node);
    const again = columns?.score?.(pod.shape, node);
    if (again !== undefined && again !== value)
      throw new Failed('columns equal score', `for node ${node} score gives ${value} but columns give ${again}`);
    if (node !== probed) continue;
    const wrong = breaksPrefers(columns ?? asked, pod.shape, node, random);
    if (wrong !== undefined) throw new Failed('prefers what it says', wrong);
  }
}
