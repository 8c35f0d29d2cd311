import type { ApiServer } from '../../api/api-server.ts';
import type { LabelSelector, Labels } from '../../objects/meta.ts';
import type { Pod } from '../../objects/pod.ts';
import { matchesSelector } from '../../objects/label-selector.ts';

/**
 * Pods by selector without looking at all of them: for each pair `namespace, label=value` that was asked for, the pods
 * that carry it, kept up to date from then on.
 */
export class MatchingPods {
  private readonly api: ApiServer;
  private readonly carriers = new Map<string, Set<number>>();
  /** Names of the labels that were asked for. */
  private readonly keys = new Set<string>();

  constructor(api: ApiServer) {
    this.api = api;
  }

  /** Pods of the namespace that the selector matches, in order of creation; without a selector none. */
  of(namespace: string, selector: LabelSelector | undefined): Pod[] {
    if (selector === undefined) return [];
    const [pair] = Object.entries(selector.matchLabels ?? {});
    const found: Pod[] = [];
    if (pair === undefined) {
      for (const pod of this.api.pods.all())
        if (pod.metadata.namespace === namespace && matchesSelector(selector, pod.metadata.labels)) found.push(pod);
      return found;
    }
    for (const id of this.carriersOf(namespace, pair[0], pair[1])) {
      const pod = this.api.pods.get(id);
      if (pod !== undefined && matchesSelector(selector, pod.metadata.labels)) found.push(pod);
    }
    return found;
  }

  /** From the first question on; a cluster without autoscalers pays nothing. */
  private watchPods(): void {
    this.api.pods.watch((pod, before) => {
      if (pod?.metadata.labels === before?.metadata.labels) return;
      if (before !== undefined) this.note(before, false);
      if (pod !== undefined) this.note(pod, true);
    });
  }

  private carriersOf(namespace: string, key: string, value: string): Set<number> {
    const name = carrierKey(namespace, key, value);
    let ids = this.carriers.get(name);
    if (ids === undefined) {
      if (this.carriers.size === 0) this.watchPods();
      this.carriers.set(name, (ids = new Set()));
      this.keys.add(key);
      for (const { id, metadata } of this.api.pods.all())
        if (metadata.namespace === namespace && metadata.labels[key] === value) ids.add(id);
    }
    return ids;
  }

  private note(pod: Pod, present: boolean): void {
    const labels: Labels = pod.metadata.labels;
    for (const key of this.keys) {
      if (!(key in labels)) continue;
      const ids = this.carriers.get(carrierKey(pod.metadata.namespace, key, labels[key]));
      if (present) ids?.add(pod.id);
      else ids?.delete(pod.id);
    }
  }
}

function carrierKey(namespace: string, key: string, value: string): string {
  return `${namespace}\n${key}\n${value}`;
}
