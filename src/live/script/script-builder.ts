import { podNames } from './pod-names.ts';
import type { ScriptNode, ScriptPod, ScriptService, ScriptStep } from './replay-script.ts';

/** A pod whose facts are still being found out. */
export type PodDraft = { -readonly [Field in keyof ScriptPod]: ScriptPod[Field] };

/** The parts of a script while its run goes on. */
export class ScriptBuilder {
  readonly nodes: ScriptNode[] = [];
  readonly services: ScriptService[] = [];
  readonly pods: PodDraft[] = [];
  readonly steps: ScriptStep[] = [];
  /** How often each sentence was noted. */
  private readonly noted = new Map<string, number>();
  private readonly nameOf = podNames();

  /** Returns its place. */
  addPod(pod: PodDraft): number {
    this.pods.push({ ...pod, name: this.nameOf(pod.name) });
    return this.pods.length - 1;
  }

  /** Something that the script does not hold; said once, however often it happens. */
  note(sentence: string): void {
    this.noted.set(sentence, (this.noted.get(sentence) ?? 0) + 1);
  }

  get notes(): string[] {
    return [...this.noted].map(([sentence, times]) => (times === 1 ? sentence : `${sentence} (${times} times)`));
  }
}
