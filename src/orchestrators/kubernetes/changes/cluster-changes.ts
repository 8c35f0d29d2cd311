import { isRefusal, type NewObject } from '../api/api-server.ts';
import { aboutOf } from '../api/about-of.ts';
import type { Component, ControlPlane } from '../api/control-plane.ts';
import type { ClusterChange, ObjectName, TimedChange } from '../kubernetes-spec.ts';
import type { AnyObject, Kind } from '../objects/kinds.ts';
import { HOSTNAME_LABEL } from '../objects/node-labels.ts';
import type { Node, Taint } from '../objects/node.ts';
import type { PodTemplate } from '../objects/pod.ts';
import type { SchedulerConfiguration } from '../scheduler/scheduler-profile.ts';

/** What changes need besides the API server. */
export interface ChangeParts {
  readonly drain: (node: string, timeoutSeconds: number | undefined) => void;
  readonly setMachine: (node: string, works: boolean) => void;
  readonly configureScheduler: (configuration: SchedulerConfiguration) => void;
  /** What is wrong with it, if anything is. */
  readonly setWeight: (plugin: string, weight: number) => string | undefined;
}

const COMPONENT = 'kubectl';
/** What `kubectl rollout restart` writes into the template. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/** Does at their times what people do to the cluster, and writes it down. */
export class ClusterChanges implements Component {
  private readonly plane: ControlPlane;
  private readonly changes: readonly TimedChange[];
  private readonly parts: ChangeParts;
  private readonly kind: number;
  /** What needs no API server. */
  private readonly handsOnKind: number;
  private added = 0;

  constructor(plane: ControlPlane, changes: readonly TimedChange[], parts: ChangeParts) {
    this.plane = plane;
    this.changes = changes;
    this.parts = parts;
    this.kind = plane.clock.apiKind((index) => this.carryOut(this.changes[index]));
    this.handsOnKind = plane.clock.kind((index) => this.carryOut(this.changes[index]));
  }

  begin(): void {
    this.changes.forEach(({ atUs, change: { verb } }, index) => {
      const isHandsOn = verb === 'stop-machine' || verb === 'start-machine';
      this.plane.clock.at(atUs, isHandsOn ? this.handsOnKind : this.kind, index);
    });
  }

  private carryOut({ text, change }: TimedChange): void {
    const fault = this.apply(change);
    if (fault === undefined) this.plane.chronicle.event(COMPONENT, 'Normal', 'Changed', 'cluster', text);
    else this.plane.chronicle.event(COMPONENT, 'Warning', 'ChangeFailed', 'cluster', `${text}: ${fault}`);
  }

  /** Does it; what kept it from that, in words, if anything did. */
  private apply(change: ClusterChange): string | undefined {
    switch (change.verb) {
      case 'apply':
        return joined(change.objects.map((object) => this.put(object)));
      case 'delete':
        return this.delete(change.object, change.graceSeconds);
      case 'scale':
        return this.onObject(change.object, (found) =>
          this.setSpec(change.object.kind, found, { replicas: change.replicas }),
        );
      case 'set-image':
        return this.onTemplate(change.object, (template) => withImage(template, change.container, change.image));
      case 'restart':
        return this.onTemplate(change.object, (template) => this.restarted(template));
      case 'cordon':
      case 'uncordon':
        return this.onNode(change.node, (node) => ({ ...node.spec, unschedulable: change.verb === 'cordon' }));
      case 'drain':
        return this.drain(change.node, change.timeoutSeconds);
      case 'taint':
        return this.onNode(change.node, (node) => ({ ...node.spec, taints: this.tainted(node, change) }));
      case 'label':
        return this.label(change.object, change.labels);
      case 'stop-machine':
      case 'start-machine':
        return this.machine(change.node, change.verb === 'start-machine');
      case 'add-nodes':
        return this.addNodes(change.like, change.count);
      case 'configure-scheduler':
        this.parts.configureScheduler(change.configuration);
        return undefined;
      case 'set-weight':
        return this.parts.setWeight(change.plugin, change.weight);
      default:
        return change satisfies never;
    }
  }

  /** Creates the object, or gives the one that is there the new spec, labels and annotations. */
  private put(object: NewObject<AnyObject>): string | undefined {
    const { api } = this.plane;
    const { kind } = object;
    const there = api.store(kind).named(object.metadata.namespace, object.metadata.name);
    if (there === undefined) {
      const made = api.create(kind, object);
      return isRefusal(made) ? made.refused : undefined;
    }
    const { status: _, metadata, ...rest } = object as NewObject<AnyObject> & { status?: unknown };
    api.update(kind, there.id, {
      ...rest,
      metadata: {
        ...there.metadata,
        labels: metadata.labels ?? there.metadata.labels,
        annotations: metadata.annotations ?? there.metadata.annotations,
        generation: there.metadata.generation + 1,
      },
    });
    return undefined;
  }

  private delete(name: ObjectName, graceSeconds: number | undefined): string | undefined {
    return this.onObject(name, (found) => {
      if (found.kind === 'Pod') this.plane.api.deletePod(found.id, graceSeconds === undefined ? {} : { graceSeconds });
      else this.plane.api.remove(name.kind, found.id);
      return undefined;
    });
  }

  private drain(node: string, timeoutSeconds: number | undefined): string | undefined {
    if (this.plane.api.nodes.named('', node) === undefined) return `there is no node "${node}"`;
    this.parts.drain(node, timeoutSeconds);
    return undefined;
  }

  private machine(node: string, works: boolean): string | undefined {
    if (this.plane.api.nodes.named('', node) === undefined) return `there is no node "${node}"`;
    this.parts.setMachine(node, works);
    return undefined;
  }

  private label(name: ObjectName, changes: Readonly<Record<string, string | null>>): string | undefined {
    return this.onObject(name, (found) => {
      const labels = { ...found.metadata.labels };
      for (const [key, value] of Object.entries(changes)) {
        if (value === null) delete labels[key];
        else labels[key] = value;
      }
      this.plane.api.update(name.kind, found.id, { metadata: { ...found.metadata, labels } });
      return undefined;
    });
  }

  private addNodes(like: string, count: number): string | undefined {
    const { api } = this.plane;
    const model = api.nodes.named('', like);
    if (model === undefined) return `there is no node "${like}"`;
    for (let k = 0; k < count; k++) {
      const name = `${like}-added-${++this.added}`;
      const made = api.create('Node', emptyNodeLike(model, name));
      if (isRefusal(made)) return made.refused;
    }
    return undefined;
  }

  private onObject(name: ObjectName, act: (found: AnyObject) => string | undefined): string | undefined {
    const found = this.plane.api.store(name.kind).named(name.namespace, name.name);
    if (found !== undefined) return act(found);
    const where = name.namespace === '' ? '' : ` in namespace "${name.namespace}"`;
    return `there is no ${name.kind} "${name.name}"${where}`;
  }

  private onNode(name: string, specOf: (node: Node) => Node['spec']): string | undefined {
    const node = this.plane.api.nodes.named('', name);
    if (node === undefined) return `there is no node "${name}"`;
    this.plane.api.update('Node', node.id, { spec: specOf(node) });
    return undefined;
  }

  private setSpec(kind: Kind, found: AnyObject, fields: object): string | undefined {
    const spec = (found as { spec?: object }).spec;
    if (spec === undefined || Object.keys(fields).some((field) => !(field in spec)))
      return `${aboutOf(found)} has no ${Object.keys(fields).join(', ')}`;
    this.plane.api.update(kind, found.id, {
      spec: { ...spec, ...fields },
      metadata: { ...found.metadata, generation: found.metadata.generation + 1 },
    } as never);
    return undefined;
  }

  private onTemplate(name: ObjectName, change: (template: PodTemplate) => PodTemplate | string): string | undefined {
    return this.onObject(name, (found) => {
      const template = (found as { spec?: { template?: PodTemplate } }).spec?.template;
      if (template === undefined) return `${aboutOf(found)} makes no pods`;
      const changed = change(template);
      return typeof changed === 'string' ? changed : this.setSpec(name.kind, found, { template: changed });
    });
  }

  private restarted(template: PodTemplate): PodTemplate {
    const { metadata } = template;
    const at = String(this.plane.epochMs + this.plane.clock.nowUs / 1000);
    return { ...template, metadata: { ...metadata, annotations: { ...metadata.annotations, [RESTARTED_AT]: at } } };
  }

  private tainted(node: Node, taint: Extract<ClusterChange, { verb: 'taint' }>): Taint[] {
    const { key, value, effect } = taint;
    const others = node.spec.taints.filter((one) => one.key !== key || one.effect !== (effect ?? one.effect));
    if (taint.remove === true || effect === undefined) return others;
    const addedUs = effect === 'NoExecute' ? { addedUs: this.plane.clock.nowUs } : {};
    return [...others, { key, value, effect, ...addedUs }];
  }
}

/** A node as this one was when it was new. */
function emptyNodeLike(model: Node, name: string): NewObject<Node> {
  return {
    kind: 'Node',
    metadata: { name, namespace: '', labels: { ...model.metadata.labels, [HOSTNAME_LABEL]: name } },
    spec: {
      unschedulable: false,
      taints: model.spec.taints.filter(({ key }) => !key.startsWith('node.kubernetes.io/')),
    },
    status: {
      capacity: model.status.capacity,
      allocatable: model.status.allocatable,
      conditions: [{ type: 'Ready', status: 'True', changedUs: 0, reason: 'KubeletReady' }],
      images: [],
    },
  };
}

function withImage(template: PodTemplate, container: string, image: string): PodTemplate | string {
  const { containers, initContainers } = template.spec;
  if (!containers.some(({ name }) => name === container || container === '*'))
    return `there is no container "${container}"; it has ${containers.map(({ name }) => name).join(', ')}`;
  const set = <T extends { readonly name: string; readonly image: string }>(one: T): T =>
    one.name === container || container === '*' ? { ...one, image } : one;
  return {
    ...template,
    spec: { ...template.spec, containers: containers.map(set), initContainers: initContainers.map(set) },
  };
}

function joined(faults: readonly (string | undefined)[]): string | undefined {
  const real = faults.filter((one) => one !== undefined);
  return real.length === 0 ? undefined : real.join('; ');
}
