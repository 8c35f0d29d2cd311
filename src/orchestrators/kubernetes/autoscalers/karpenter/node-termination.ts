import { seconds } from '../../../../sim/time.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { ControlPlane } from '../../api/control-plane.ts';
import type { Node } from '../../objects/node.ts';
import type { Pod } from '../../objects/pod.ts';
import type { NodeBirth } from '../shared/node-birth.ts';
import { isReschedulable } from './karpenter-fleet.ts';

const COMPONENT = 'karpenter';
export const DO_NOT_DISRUPT = 'karpenter.sh/do-not-disrupt';
const POLL_US = seconds(1);
/** Refused evictions are tried again after a wait that doubles up to this. */
const LONGEST_WAIT_US = seconds(10);

/**
 * Nodes that go: what runs there is evicted, for as long as it takes, and then the machine is given back.
 *
 * Source: karpenter, pkg/controllers/node/termination.
 */
export class NodeTermination {
  private readonly plane: ControlPlane;
  private readonly birth: NodeBirth;
  private readonly evict: (pod: Pod) => boolean;
  private readonly kind: number;
  private readonly going = new Map<number, { readonly node: Node; nextTryUs: number; waitUs: number }>();

  constructor(plane: ControlPlane, birth: NodeBirth, evict: (pod: Pod) => boolean) {
    this.plane = plane;
    this.birth = birth;
    this.evict = evict;
    this.kind = plane.clock.apiKind((id) => this.go(id));
  }

  start(node: Node): void {
    if (this.going.has(node.id)) return;
    this.going.set(node.id, { node, nextTryUs: 0, waitUs: POLL_US });
    this.plane.clock.after(0, this.kind, node.id);
  }

  private go(id: number): void {
    const found = this.going.get(id);
    const { api, clock, chronicle } = this.plane;
    if (found === undefined) return;
    const { name } = found.node.metadata;
    if (api.nodes.get(id) === undefined) return void this.going.delete(id);
    let left = 0;
    let refused = false;
    for (const pod of api.pods.all()) {
      if (pod.spec.nodeName !== name) continue;
      if (pod.metadata.deletionUs !== undefined) {
        left++;
        continue;
      }
      if (!isReschedulable(pod)) continue;
      left++;
      if (pod.metadata.annotations[DO_NOT_DISRUPT] === 'true' || clock.nowUs < found.nextTryUs) continue;
      if (this.evict(pod)) chronicle.event(COMPONENT, 'Normal', 'Evicted', aboutOf(pod), 'Evicted pod');
      else refused = true;
    }
    if (left === 0) {
      this.going.delete(id);
      this.birth.giveBack(name);
      chronicle.event(COMPONENT, 'Normal', 'Terminated', `Node ${name}`, 'drained and given back');
      return;
    }
    if (refused) {
      found.nextTryUs = clock.nowUs + found.waitUs;
      found.waitUs = Math.min(LONGEST_WAIT_US, found.waitUs * 2);
    }
    clock.after(POLL_US, this.kind, id);
  }
}
