import type { NodeSpec } from '../../sim/node-spec.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import type { RandomStream } from '../../sim/random.ts';
import type { FleetNode, FleetPod, FleetView, NodeDecision, NodeGroupView } from '../../sim/scaling/node-policy.ts';
import { whyBarred } from '../../sim/shapes.ts';
import { minutes, seconds } from '../../sim/time.ts';
import { Room } from './room.ts';

const GIB = 1024 * 1024 * 1024;
const BOOT_US = minutes(2);

interface ExamNode {
  readonly id: number;
  readonly group: number;
  state: FleetNode['state'];
  sinceUs: number;
  pods: FleetPod[];
}

interface ExamGroup extends Omit<NodeGroupView, 'size' | 'upcoming' | 'available'> {
  quota: number;
}

/**
 * A small fleet for examining node policies: random groups, pods that come, go and wait, machines that boot, fail and
 * are drained. It is far simpler than the simulator, so that a fault it finds is easy to read.
 */
export class ExamFleet {
  readonly groups: readonly ExamGroup[];
  readonly nodes: ExamNode[] = [];
  pending: FleetPod[] = [];
  nowUs = 0;
  private readonly random: RandomStream;
  private nextPod = 0;
  private nextNode = 0;

  constructor(random: RandomStream) {
    this.random = random;
    this.groups = Array.from({ length: 1 + random.below(4) }, (_, g) => randomGroup(random, g));
    this.groups.forEach((group, g) => {
      const size = group.min + random.below(group.max - group.min + 1);
      for (let k = 0; k < size; k++) this.order(g, 'ready');
    });
    this.arrive(random.below(20));
  }

  view(): FleetView {
    const nodes = this.nodes.map((node) => this.viewOf(node));
    return {
      nowUs: this.nowUs,
      groups: this.groups.map((group, g) => ({
        ...group,
        size: this.sizeOf(g),
        upcoming: this.nodes.filter((node) => node.group === g && node.state === 'coming').length,
        available: Math.max(0, group.quota - this.sizeOf(g)),
      })),
      nodes,
      pending: [...this.pending],
      fitsTemplate: (pod, g) => fitsIn(pod, this.groups[g].template, new Room(this.groups[g].template)),
      fitsNode: (pod, node) => node.state === 'ready' && fitsIn(pod, node.spec, Room.of(node)),
    };
  }

  /** Carries out what was decided. */
  apply(decisions: readonly NodeDecision[]): void {
    for (const decision of decisions) {
      if (decision.kind === 'remove') this.drain(decision.node);
      else {
        for (let k = 0; k < decision.count; k++) this.order(decision.group, 'coming');
        if (decision.kind === 'replace') for (const node of decision.nodes) this.drain(node);
      }
    }
  }

  /** Lets time pass: boots end, drained nodes go, pods come, go and are placed, now and then a node or a quota fails. */
  pass(): void {
    const { random } = this;
    this.nowUs += random.below(4) === 0 ? minutes(1 + random.below(6)) : seconds(1 + random.below(30));
    for (const node of this.nodes)
      if (node.state === 'coming' && this.nowUs - node.sinceUs >= BOOT_US) {
        node.state = 'ready';
        node.sinceUs = this.nowUs;
      }
    for (const node of [...this.nodes].filter((one) => one.state === 'leaving')) {
      this.pending.push(...node.pods.map((pod) => ({ ...pod, sinceUs: this.nowUs })));
      this.nodes.splice(this.nodes.indexOf(node), 1);
    }
    for (const node of this.nodes) node.pods = node.pods.filter(() => random.below(12) > 0);
    if (random.below(3) === 0) this.arrive(random.below(12));
    for (const group of this.groups) if (random.below(10) === 0) group.quota = random.below(2) * (group.max + 1);
    const struck = this.nodes.filter((node) => node.state === 'ready' || node.state === 'unready');
    if (struck.length > 0 && random.below(8) === 0) {
      const node = struck[random.below(struck.length)];
      node.state = node.state === 'ready' ? 'unready' : 'ready';
      node.sinceUs = this.nowUs;
    }
    this.place();
  }

  private sizeOf(group: number): number {
    return this.nodes.filter((node) => node.group === group && node.state !== 'leaving').length;
  }

  private viewOf(node: ExamNode): FleetNode {
    const { template } = this.groups[node.group];
    const name = `${this.groups[node.group].name}-${node.id}`;
    const cpu = node.pods.reduce((sum, pod) => sum + pod.request.cpuMilli, 0);
    const mem = node.pods.reduce((sum, pod) => sum + pod.request.memBytes, 0);
    return {
      id: node.id,
      name,
      group: node.group,
      spec: { ...template, name },
      cpuFreeMilli: template.cpuMilli - cpu,
      memFreeBytes: template.memBytes - mem,
      state: node.state,
      sinceUs: node.sinceUs,
      pods: [...node.pods],
    };
  }

  private order(group: number, state: FleetNode['state']): void {
    this.nodes.push({ id: this.nextNode++, group, state, sinceUs: this.nowUs, pods: [] });
  }

  private drain(id: number): void {
    const node = this.nodes.find((one) => one.id === id);
    if (node) node.state = 'leaving';
  }

  private arrive(count: number): void {
    const { random } = this;
    const owner = `service-${random.below(4)}`;
    const request: PodRequest = {
      cpuMilli: 250 * (1 + random.below(10)),
      memBytes: (1 + random.below(8)) * GIB,
      ...(random.below(4) === 0 ? { tolerations: ['special'] } : {}),
    };
    for (let k = 0; k < count; k++)
      this.pending.push({
        id: this.nextPod++,
        request,
        owner,
        priority: random.below(10) === 0 ? -20 : 0,
        sinceUs: this.nowUs,
        movable: random.below(6) > 0,
      });
    this.place();
  }

  private place(): void {
    this.pending = this.pending.filter((pod) => {
      const node = this.nodes.find((one) => {
        const seen = this.viewOf(one);
        return one.state === 'ready' && fitsIn(pod, seen.spec, Room.of(seen));
      });
      if (node === undefined) return true;
      node.pods.push({ ...pod, sinceUs: this.nowUs });
      return false;
    });
  }
}

function randomGroup(random: RandomStream, place: number): ExamGroup {
  const cores = 2 << random.below(4);
  const spot = random.below(3) === 0;
  const min = random.below(3);
  const name = `group-${place}`;
  const max = min + random.below(8);
  const template: NodeSpec = {
    name,
    cpuMilli: cores * 1000,
    memBytes: cores * (2 << random.below(3)) * GIB,
    podLimit: 2 + random.below(30),
    ...(random.below(5) === 0 ? { taints: ['special'] } : {}),
  };
  const usdPerHour = cores * (spot ? 0.02 : 0.05) * (0.8 + 0.4 * random.next());
  return { name, template, zone: '', min, max, usdPerHour, spot, bootMeanUs: BOOT_US, quota: max };
}

function fitsIn(pod: FleetPod, spec: NodeSpec, room: Room): boolean {
  return whyBarred(pod.request, spec) === undefined && room.fits(pod.request);
}
