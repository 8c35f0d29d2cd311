import type { Labels } from '../objects/meta.ts';
import type { Node } from '../objects/node.ts';
import type { Pod } from '../objects/pod.ts';
import { explainDecision, type DecisionExplanation } from '../scheduler/reference/explain-decision.ts';
import type { ReferenceCore } from '../scheduler/reference/reference-core.ts';
import type { CoreDecision, SchedulingCore, SelectorSource } from '../scheduler/scheduling-core.ts';
import type { SchedulerProfile } from '../scheduler/scheduler-profile.ts';

/** Looks at a decision before it is taken; `explain` says why it will be what it will be. */
export type DecisionWatcher = (pod: Pod, explain: () => DecisionExplanation) => void;

/**
 * Decides as the core inside of it, which is fast, and keeps a reference core that knows the same, for whoever wants a
 * decision explained. Keeping it costs little, since it works nothing out before it is asked.
 */
export class ExplainingCore implements SchedulingCore {
  private readonly inside: SchedulingCore;
  private readonly reference: ReferenceCore;
  private readonly watcher: DecisionWatcher;

  constructor(inside: SchedulingCore, reference: ReferenceCore, watcher: DecisionWatcher) {
    this.inside = inside;
    this.reference = reference;
    this.watcher = watcher;
  }

  get profile(): SchedulerProfile {
    return this.inside.profile;
  }

  get nodeCount(): number {
    return this.inside.nodeCount;
  }

  get start(): number {
    return this.inside.start;
  }

  set start(start: number) {
    this.inside.start = start;
  }

  decide(pod: Pod): CoreDecision {
    this.reference.refresh();
    this.watcher(pod, () => {
      this.reference.start = this.inside.start;
      return explainDecision(this.reference, pod);
    });
    return this.inside.decide(pod);
  }

  fitsWithout(pod: Pod, nodeName: string, gone: readonly Pod[]): boolean {
    return this.inside.fitsWithout(pod, nodeName, gone);
  }

  reasonsWithout(pod: Pod, nodeName: string, gone: readonly Pod[]): readonly string[] {
    return this.inside.reasonsWithout(pod, nodeName, gone);
  }

  podsOn(nodeName: string): readonly Pod[] {
    return this.inside.podsOn(nodeName);
  }

  addNode(node: Node): void {
    this.both((core) => core.addNode(node));
  }

  updateNode(node: Node): void {
    this.both((core) => core.updateNode(node));
  }

  removeNode(name: string): void {
    this.both((core) => core.removeNode(name));
  }

  addPod(pod: Pod, nodeName: string): void {
    this.both((core) => core.addPod(pod, nodeName));
  }

  removePod(pod: Pod): void {
    this.both((core) => core.removePod(pod));
  }

  nominate(pod: Pod, nodeName: string | undefined): void {
    this.both((core) => core.nominate(pod, nodeName));
  }

  setNamespace(name: string, labels: Labels): void {
    this.both((core) => core.setNamespace(name, labels));
  }

  setSelector(source: SelectorSource): void {
    this.both((core) => core.setSelector(source));
  }

  private both(act: (core: SchedulingCore) => void): void {
    act(this.inside);
    act(this.reference);
  }
}
