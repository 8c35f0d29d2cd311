import type { ApiServer } from '../src/orchestrators/kubernetes/api/api-server.ts';
import { KubernetesRun } from '../src/orchestrators/kubernetes/kubernetes-run.ts';
import type { KubernetesSpec } from '../src/orchestrators/kubernetes/kubernetes-spec.ts';
import { quantityMilli } from '../src/orchestrators/kubernetes/objects/quantity.ts';
import type { Pod } from '../src/orchestrators/kubernetes/objects/pod.ts';
import { podResources } from '../src/orchestrators/kubernetes/objects/pod-resources.ts';
import type { RunResult } from '../src/sim/result.ts';

const MINUTE_US = 60e6;

/** Runs a cluster and looks at it every minute; throws at what no cluster may show. */
export function runChecked(
  spec: KubernetesSpec,
  seed: number,
): { readonly run: KubernetesRun; readonly result: RunResult } {
  const run = new KubernetesRun(spec, { seed });
  const check = new Checks(run, spec);
  for (let untilUs = MINUTE_US; untilUs <= spec.durationUs; untilUs += MINUTE_US) {
    const before = run.plane.clock.events;
    run.runUntil(untilUs);
    check.look(run.plane.clock.events - before);
  }
  return { run, result: run.run() };
}

class Checks {
  private readonly api: ApiServer;
  private readonly placedByHand: ReadonlySet<string>;
  private readonly isLimited: boolean;
  /** ReplicaSets that had another number of pods than they want, a minute ago. */
  private wrong = new Set<string>();

  constructor(run: KubernetesRun, spec: KubernetesSpec) {
    this.api = run.api;
    const pods = spec.objects.filter((one) => one.kind === 'Pod') as unknown as Pod[];
    this.placedByHand = new Set(pods.flatMap((pod) => pod.spec.nodeName ?? []));
    this.isLimited = spec.objects.some(({ kind }) => kind === 'ResourceQuota' || kind === 'LimitRange');
  }

  look(events: number): void {
    this.roomOnNodes();
    if (!this.isLimited) this.replicaSets();
    const things = 20 + this.api.pods.size + this.api.nodes.size;
    // Leases, probes and scrapes are some events a minute for each node and pod; a loop without delay is thousands.
    if (events > 4000 * things) throw new Error(`${events} events in a minute for ${things} things${this.when}`);
  }

  private get when(): string {
    return ` at ${this.api.nowUs / 1e6} s`;
  }

  private roomOnNodes(): void {
    const used = new Map<string, { cpu: number; memory: number; pods: number }>();
    for (const { spec, status } of this.api.pods.all()) {
      if (spec.nodeName === undefined || status.phase === 'Succeeded' || status.phase === 'Failed') continue;
      let sum = used.get(spec.nodeName);
      if (sum === undefined) used.set(spec.nodeName, (sum = { cpu: 0, memory: 0, pods: 0 }));
      const asked = podResources(spec);
      sum.cpu += asked.cpuMilli;
      sum.memory += asked.memBytes;
      sum.pods++;
    }
    for (const node of this.api.nodes.all()) {
      const { name } = node.metadata;
      const sum = used.get(name);
      if (sum === undefined || this.placedByHand.has(name)) continue;
      const { cpu = '0', memory = '0', pods = '0' } = node.status.allocatable;
      const over =
        sum.cpu > quantityMilli(cpu) ||
        sum.memory > quantityMilli(memory) / 1000 ||
        sum.pods > quantityMilli(pods) / 1000;
      if (over)
        throw new Error(
          `node ${name} is overbooked${this.when}: ${JSON.stringify(sum)} of ${JSON.stringify(node.status.allocatable)}`,
        );
    }
  }

  private replicaSets(): void {
    const now = new Set<string>();
    for (const set of this.api.store('ReplicaSet').all()) {
      const { uid, name } = set.metadata;
      const pods = this.api.podsOf(uid);
      const there = pods.filter(
        ({ metadata, status }) =>
          metadata.deletionUs === undefined && status.phase !== 'Succeeded' && status.phase !== 'Failed',
      ).length;
      // Pods that tolerate everything go to a node under pressure again and again, which evicts them: many are made.
      const isBusy = pods.some(({ metadata }) => metadata.creationUs > this.api.nowUs - MINUTE_US);
      if (there === set.spec.replicas || isBusy) continue;
      const what = `ReplicaSet ${name} wants ${set.spec.replicas} pods and has ${there}`;
      if (this.wrong.has(what)) throw new Error(`${what}${this.when}, and a minute ago`);
      now.add(what);
    }
    this.wrong = now;
  }
}
