import { aboutOf } from '../../api/about-of.ts';
import type { ControlPlane } from '../../api/control-plane.ts';
import { NODE_GROUP_LABEL } from '../../objects/node-labels.ts';
import type { Pod } from '../../objects/pod.ts';
import type { ClusterSnapshot } from '../shared/cluster-snapshot.ts';
import { daemonPodsFor, imaginedNode } from '../shared/imagined-objects.ts';
import { alikePods, kindKeyOf, podsInWords, type AlikePods } from '../shared/pod-kinds.ts';
import type { ClusterAutoscalerSettings } from './cluster-autoscaler-flags.ts';
import { estimateNodes } from './estimate-nodes.ts';
import type { Expander, ExpanderOption } from './expander.ts';
import type { NodeGroups } from './node-groups.ts';

const COMPONENT = 'cluster-autoscaler';

/**
 * Nodes for pods that fit nowhere: for each group the kinds of pods that an empty node of it would take are packed on
 * as many nodes as they need; the expander picks one group, and that many nodes are ordered.
 *
 * Source: cluster-autoscaler, pkg/core/scaleup/orchestrator/orchestrator.go.
 */
export class ScaleUp {
  private readonly plane: ControlPlane;
  private readonly snapshot: ClusterSnapshot;
  private readonly groups: NodeGroups;
  private readonly expander: Expander;
  private readonly settings: ClusterAutoscalerSettings;
  /** What was told of each pod that got no node, so that it is told once. */
  private told = new Map<number, string>();
  private cursor = 0;

  constructor(
    plane: ControlPlane,
    snapshot: ClusterSnapshot,
    groups: NodeGroups,
    expander: Expander,
    settings: ClusterAutoscalerSettings,
  ) {
    this.plane = plane;
    this.snapshot = snapshot;
    this.groups = groups;
    this.expander = expander;
    this.settings = settings;
  }

  /** Orders nodes for those of the pods that need some; says whether it did. */
  run(pending: readonly Pod[]): boolean {
    const { snapshot } = this;
    const mark = snapshot.mark();
    this.imagineUpcoming();
    const unhelped = this.unhelped(pending);
    const done = unhelped.length > 0 && this.growFor(unhelped);
    snapshot.revert(mark);
    if (unhelped.length === 0) this.told.clear();
    return done;
  }

  /** Nodes that are on their way, empty but for daemons. */
  private imagineUpcoming(): void {
    this.groups.specs.forEach((_, group) => {
      const upcoming = this.groups.upcomingOf(group);
      for (let k = 0; k < upcoming; k++) this.imagine(group, `upcoming-${k}`);
    });
  }

  /** Seats the pods on nodes that are there or will be, most important first; returns those left. */
  private unhelped(pending: readonly Pod[]): Pod[] {
    const { snapshot } = this;
    const hopeless = new Set<string>();
    const left: Pod[] = [];
    for (const pod of [...pending].sort((a, b) => b.spec.priority - a.spec.priority || a.id - b.id)) {
      const kind = kindKeyOf(pod);
      const node = hopeless.has(kind) ? undefined : this.firstFit(pod);
      if (node !== undefined) snapshot.place(pod, node);
      else {
        hopeless.add(kind);
        left.push(pod);
      }
    }
    return left;
  }

  private firstFit(pod: Pod): string | undefined {
    const names = this.snapshot.names();
    for (let k = 0; k < names.length; k++) {
      const at = (this.cursor + k) % names.length;
      if (!this.snapshot.fits(pod, names[at])) continue;
      this.cursor = (at + 1) % names.length;
      return names[at];
    }
    return undefined;
  }

  private growFor(pods: readonly Pod[]): boolean {
    const kinds = alikePods(pods);
    const options: (ExpanderOption & { readonly number: number })[] = [];
    const refusals = new Map<AlikePods, string[]>(kinds.map((kind) => [kind, []]));
    this.groups.specs.forEach((spec, number) => {
      const refusal = this.groups.refusal(number);
      const fitting = refusal === undefined ? this.fitting(number, kinds, refusals) : [];
      if (refusal !== undefined) for (const reasons of refusals.values()) reasons.push(refusal);
      if (fitting.length === 0) return;
      const most = this.mostNodes(number);
      const mark = this.snapshot.mark();
      const estimate = estimateNodes(
        this.snapshot,
        spec.template,
        (k) => this.imagine(number, `new-${k}`),
        fitting,
        most,
      );
      this.snapshot.revert(mark);
      if (estimate.nodes > 0) options.push({ group: spec, number, ...estimate });
    });
    const helped = options.length > 0 ? this.execute(options, pods) : new Set<Pod>();
    this.tellOthers(kinds, refusals, helped);
    return helped.size > 0;
  }

  private execute(options: readonly (ExpanderOption & { readonly number: number })[], pods: readonly Pod[]): Set<Pod> {
    const { chronicle, clock } = this.plane;
    const { option, why } = this.expander.best(options);
    const { number } = options.find(({ group }) => group === option.group)!;
    let ordered = 0;
    const changes: string[] = [];
    for (const [group, count] of this.shared(number, option.nodes)) {
      const before = this.groups.sizeOf(group);
      const got = this.groups.order(group, count);
      if (got === 0) continue;
      ordered += got;
      const { name, max, bootUs } = this.groups.specs[group];
      const change = `${before} -> ${before + got} nodes`;
      changes.push(`{${name} ${before}->${before + got} (max: ${max})}`);
      const about = `NodeGroup ${name}`;
      chronicle.event(
        COMPONENT,
        'Normal',
        'ScaledUpGroup',
        about,
        `Scale-up: setting group ${name} size to ${before + got}`,
      );
      chronicle.timer({ fromUs: clock.nowUs, toUs: clock.nowUs + bootUs, timer: 'node boot', about });
      chronicle.decision({
        component: COMPONENT,
        about,
        what: change,
        why:
          `${podsInWords(pods)} fit on no node there is or will be; ${option.pods.length} of ${pods.length} ` +
          `fit on ${option.nodes} new of ${option.group.name} (${why})`,
        ...(got < option.nodes && { limitedBy: `${got} of ${option.nodes} nodes ordered here` }),
      });
    }
    if (ordered === 0) return new Set();
    for (const pod of option.pods)
      chronicle.event(
        COMPONENT,
        'Normal',
        'TriggeredScaleUp',
        aboutOf(pod),
        `pod triggered scale-up: [${changes.join(' ')}]`,
      );
    return new Set(option.pods);
  }

  /** The kinds that an empty node of the group takes; why not the others is added to `refusals`. */
  private fitting(group: number, kinds: readonly AlikePods[], refusals: ReadonlyMap<AlikePods, string[]>): AlikePods[] {
    const mark = this.snapshot.mark();
    const name = this.imagine(group, 'empty');
    const fitting: AlikePods[] = [];
    for (const kind of kinds) {
      if (this.snapshot.fits(kind.pods[0], name)) fitting.push(kind);
      else refusals.get(kind)?.push(this.snapshot.reasons(kind.pods[0], name).join(', '));
    }
    this.snapshot.revert(mark);
    return fitting;
  }

  /** Adds an empty node of the group, with its daemons, to the thoughts. */
  private imagine(group: number, name: string): string {
    const { snapshot } = this;
    const { template, name: groupName } = this.groups.specs[group];
    const node = imaginedNode(template, `${groupName}/${name}`, snapshot.nextId(), { [NODE_GROUP_LABEL]: groupName });
    snapshot.addNode(node);
    for (const pod of daemonPodsFor(this.plane.api, node, snapshot.nextId)) snapshot.place(pod, node.metadata.name);
    return node.metadata.name;
  }

  private mostNodes(group: number): number {
    const { settings, groups } = this;
    let most = Math.min(groups.specs[group].max - groups.sizeOf(group), settings['max-nodes-per-scaleup']);
    if (settings['max-nodes-total'] > 0) {
      const ordered = groups.specs.reduce((sum, _, k) => sum + groups.sizeOf(k) - groups.nodesOf(k).length, 0);
      most = Math.min(most, settings['max-nodes-total'] - this.plane.api.nodes.size - ordered);
    }
    return most;
  }

  /** The nodes by group: all of one, or spread over groups like it so that their sizes even out. */
  private shared(group: number, nodes: number): Map<number, number> {
    if (!this.settings['balance-similar-node-groups']) return new Map([[group, nodes]]);
    const key = likenessOf(this.groups.specs[group]);
    const alike = this.groups.specs
      .map((_, k) => k)
      .filter((k) => k === group || (likenessOf(this.groups.specs[k]) === key && this.groups.refusal(k) === undefined));
    const shares = new Map<number, number>();
    const sizeOf = (k: number): number => this.groups.sizeOf(k) + (shares.get(k) ?? 0);
    for (let n = 0; n < nodes; n++) {
      const room = alike.filter((k) => sizeOf(k) < this.groups.specs[k].max);
      if (room.length === 0) break;
      const least = room.reduce((best, k) => (sizeOf(k) < sizeOf(best) ? k : best));
      shares.set(least, (shares.get(least) ?? 0) + 1);
    }
    return shares;
  }

  /** Tells of pods that got nothing, once for each reason. */
  private tellOthers(
    kinds: readonly AlikePods[],
    refusals: ReadonlyMap<AlikePods, readonly string[]>,
    helped: ReadonlySet<Pod>,
  ): void {
    const { chronicle } = this.plane;
    const told = new Map<number, string>();
    for (const kind of kinds) {
      const why = counted(refusals.get(kind) ?? []);
      const left = kind.pods.filter((pod) => !helped.has(pod));
      if (left.length === 0 || (helped.size > 0 && refusals.get(kind)?.length !== this.groups.specs.length)) continue;
      if (left.some((pod) => this.told.get(pod.id) !== why))
        chronicle.decision({
          component: COMPONENT,
          about: aboutOf(left[0]),
          what: `no node for ${podsInWords(left)}`,
          why,
        });
      for (const pod of left) {
        told.set(pod.id, why);
        if (this.told.get(pod.id) === why) continue;
        chronicle.event(COMPONENT, 'Normal', 'NotTriggerScaleUp', aboutOf(pod), `pod didn't trigger scale-up: ${why}`);
      }
    }
    this.told = told;
  }
}

/** "2 Insufficient cpu, 1 max node group size reached", as the event says it. */
function counted(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count} ${reason}`).join(', ') || 'no node group';
}

/** What groups that are alike share: capacity, taints and labels but for those that say where and which. */
function likenessOf({ template }: NodeGroups['specs'][number]): string {
  const labels = Object.entries(template.metadata.labels ?? {})
    .filter(([key]) => !/hostname$|\/zone$|\/region$|node-group$|nodepool$/.test(key))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([template.status.capacity, template.spec.taints, labels]);
}
