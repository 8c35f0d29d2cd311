import type { FleetNode, FleetView, NodeDecision, NodePolicy, NodeScaler } from '../../sim/scaling/node-policy.ts';
import { seconds } from '../../sim/time.ts';
import type { PolicyFamily, PolicyOptions } from '../policy-family.ts';
import { clusterAutoscalerOptions } from './cluster-autoscaler-options.ts';
import { ClusterAutoscaler, parsePriorities } from './cluster-autoscaler.ts';
import { buyingOrder } from './claims.ts';
import { FleetSketch } from './fleet-sketch.ts';
import { GroupCount } from './group-count.ts';
import { nodesText, percent } from './phrases.ts';
import { podKinds } from './pod-kinds.ts';

/**
 * Cluster Autoscaler with something in hand: so many empty nodes, or a share of the CPU, stay ready for the next
 * spike (what people build from low-priority placeholder pods). Pods of a spike start at once instead of after a
 * boot; the spare nodes are paid for all day.
 */
export const warmPool: PolicyFamily<NodePolicy> = {
  name: 'warm-pool',
  summary: 'cluster-autoscaler that keeps spare nodes ready',
  source: "overprovisioning with placeholder pods, kubernetes/autoscaler's FAQ",
  options: [
    { name: 'spare', kind: 'count', default: 1, minimum: 0, meaning: 'Empty nodes to keep, ready or on their way.' },
    {
      name: 'headroom',
      kind: 'share',
      default: 0,
      minimum: 0,
      maximum: 0.9,
      meaning: 'Share of the CPU of all nodes to keep free.',
    },
    {
      name: 'group',
      kind: 'text',
      default: '',
      meaning: 'The group whose nodes are kept; empty: any, and the cheapest is bought.',
    },
    ...clusterAutoscalerOptions,
  ],
  make: (options, name) => {
    parsePriorities(options.priorities as string);
    return {
      name,
      summary: 'cluster-autoscaler that keeps spare nodes ready',
      source: "overprovisioning with placeholder pods, kubernetes/autoscaler's FAQ",
      periodUs: options.scan as number,
      ...(options.frequent ? { onPendingUs: seconds(1) } : {}),
      make: ({ random }) => new WarmPool(options, new ClusterAutoscaler(options, random)),
    };
  },
};

/** Free and total CPU, and the nodes nothing runs on or will. */
interface Slack {
  freeMilli: number;
  totalMilli: number;
  empty: number;
}

class WarmPool implements NodeScaler {
  private readonly spare: number;
  private readonly headroom: number;
  private readonly group: string;
  private readonly inner: NodeScaler;

  constructor(options: PolicyOptions, inner: NodeScaler) {
    this.spare = options.spare as number;
    this.headroom = options.headroom as number;
    this.group = options.group as string;
    this.inner = inner;
  }

  decide(view: FleetView): readonly NodeDecision[] {
    const slack = this.slackOf(view);
    const decisions = this.inner.decide(view).filter((decision) => this.allows(decision, view, slack));
    return decisions.length > 0 ? decisions : this.fill(view, slack);
  }

  /** Machines of the pool: of its group, or of any. */
  private isOfPool(group: string): boolean {
    return this.group === '' || this.group === group;
  }

  private slackOf(view: FleetView): Slack {
    const sketch = new FleetSketch(view);
    sketch.seat(podKinds(view.pending));
    const slack: Slack = { freeMilli: 0, totalMilli: 0, empty: 0 };
    view.nodes.forEach((node, place) => {
      if (node.state !== 'ready' && node.state !== 'coming') return;
      if (!this.isOfPool(view.groups[node.group].name)) return;
      const pods = sketch.podsAt(place);
      slack.totalMilli += node.spec.cpuMilli;
      slack.freeMilli += node.spec.cpuMilli - pods.reduce((sum, pod) => sum + pod.request.cpuMilli, 0);
      if (pods.length === 0) slack.empty++;
    });
    return slack;
  }

  /** Whether enough would be left without the node; if so, it is taken out of the slack. */
  private allows(decision: NodeDecision, view: FleetView, slack: Slack): boolean {
    if (decision.kind !== 'remove') return true;
    const node = view.nodes.find((one) => one.id === decision.node);
    if (node === undefined || node.state !== 'ready' || !this.isOfPool(view.groups[node.group].name)) return true;
    const after = slackWithout(slack, node);
    if (after.empty < this.spare || after.freeMilli < this.headroom * after.totalMilli) return false;
    Object.assign(slack, after);
    return true;
  }

  private fill(view: FleetView, slack: Slack): NodeDecision[] {
    const counts = new GroupCount(view);
    for (const g of buyingOrder(view, 'cheapest')) {
      const { name, template } = view.groups[g];
      if (!this.isOfPool(name) || counts.canAdd(g) < 1) continue;
      const missingMilli = this.headroom * slack.totalMilli - slack.freeMilli;
      const forHeadroom = missingMilli > 0 ? Math.ceil(missingMilli / (template.cpuMilli * (1 - this.headroom))) : 0;
      const wanted = Math.max(this.spare - slack.empty, forHeadroom);
      if (wanted < 1) return [];
      const count = Math.min(wanted, counts.canAdd(g));
      const free = slack.totalMilli > 0 ? slack.freeMilli / slack.totalMilli : 0;
      const why =
        `${nodesText(slack.empty)} spare of ${this.spare} and ${percent(free)} of CPU free of ` +
        `${percent(this.headroom)}: ${wanted} more needed, ${count} of ${name} ordered`;
      return [{ kind: 'add', group: g, count, why }];
    }
    return [];
  }
}

function slackWithout(slack: Slack, node: FleetNode): Slack {
  return {
    // Pods of the node take the room of others, so the free CPU shrinks by the whole node.
    freeMilli: slack.freeMilli - node.spec.cpuMilli,
    totalMilli: slack.totalMilli - node.spec.cpuMilli,
    empty: slack.empty - (node.pods.length === 0 ? 1 : 0),
  };
}
