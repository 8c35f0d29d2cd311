import { durationSampler, type DurationSpec } from '../../../sim/duration-spec.ts';
import { seconds } from '../../../sim/time.ts';
import type { ControlPlane } from '../api/control-plane.ts';
import type { KubernetesSpec } from '../kubernetes-spec.ts';
import type { Node } from '../objects/node.ts';
import type { Container, Pod } from '../objects/pod.ts';
import { ofContainer, podAnnotations } from './annotations.ts';
import type { WorkloadBehaviour } from './workload-behaviour.ts';

/** What a job's process runs for when nobody said it. */
export const JOB_US = seconds(60);
/** The same for init containers. */
export const INIT_US = seconds(1);
/** When a process that fails and has no duration ends. */
const FAILS_AFTER_US = seconds(1);
/** A process of this or a longer time never ends within a run. */
const LONGEST_US = 1e15;

/**
 * How processes behave by their pods' annotations, else by the defaults of the run. What is drawn is drawn from a stream
 * of the pod's name, container and restart, so it does not depend on who decides what in which order.
 *
 * Images have the size that the first pod with them says, else the one that a node's status tells, else the default.
 */
export class AnnotatedBehaviour implements WorkloadBehaviour {
  private readonly plane: ControlPlane;
  private readonly defaults: KubernetesSpec['defaults'];
  private readonly imageSizes = new Map<string, number>();
  private readonly nodeImages = new Map<string, number>();
  /** Names of pods whose run time was nowhere said, by what they are; for the notes. */
  private readonly guessed = { jobs: new Set<string>(), inits: new Set<string>() };

  constructor(plane: ControlPlane, defaults: KubernetesSpec['defaults']) {
    this.plane = plane;
    this.defaults = defaults;
    for (const pod of plane.api.pods.all()) this.notePod(pod);
    for (const node of plane.api.nodes.all()) this.noteNode(node);
    plane.api.pods.watch((pod, before) => {
      if (pod !== undefined && before === undefined) this.notePod(pod);
    });
    plane.api.nodes.watch((node, before) => {
      if (node !== undefined && node.status.images !== before?.status.images) this.noteNode(node);
    });
  }

  imageBytes(image: string): number {
    return this.imageSizes.get(image) ?? this.nodeImages.get(image) ?? this.defaults.imageBytes;
  }

  bootUs(pod: Pod, container: Container, restart: number): number {
    const said = ofContainer(podAnnotations(pod.metadata.annotations).boot, container.name);
    return said === undefined ? this.defaults.bootUs : this.draw(said, pod, container, `boot/${restart}`);
  }

  exit(pod: Pod, container: Container, restart: number): { readonly afterUs: number; readonly exitCode: number } {
    const said = podAnnotations(pod.metadata.annotations);
    const exitCode = ofContainer(said.exitCode, container.name);
    const failureShare = ofContainer(said.failureShare, container.name) ?? (exitCode === undefined ? 0 : 1);
    const fails = failureShare > 0 && this.stream(pod, container, `fails/${restart}`).next() < failureShare;
    return { afterUs: this.runsUs(pod, container, restart, fails), exitCode: fails ? (exitCode ?? 1) : 0 };
  }

  stopUs(pod: Pod, container: Container): number {
    const said = ofContainer(podAnnotations(pod.metadata.annotations).stop, container.name);
    return said === undefined ? this.defaults.stopUs : this.draw(said, pod, container, 'stop');
  }

  /** What was taken for granted, for the result. */
  get notes(): string[] {
    const { jobs, inits } = this.guessed;
    const notes: string[] = [];
    if (jobs.size > 0)
      notes.push(
        `${jobs.size === 1 ? '1 pod' : `${jobs.size} pods`} of jobs ran for ${JOB_US / 1e6} s, since no annotation baton.dev/duration says how long (the first: ${first(jobs)})`,
      );
    if (inits.size > 0)
      notes.push(
        `init containers of ${inits.size === 1 ? '1 pod' : `${inits.size} pods`} ran for ${INIT_US / 1e6} s, since no annotation baton.dev/duration says how long (the first: ${first(inits)})`,
      );
    return notes;
  }

  /** From the start of the process to its end; Infinity: it does not end by itself. */
  private runsUs(pod: Pod, container: Container, restart: number, fails: boolean): number {
    const said = podAnnotations(pod.metadata.annotations).duration;
    const isInit = pod.spec.initContainers.includes(container);
    // A duration without a container's name is that of the work, not of what prepares it.
    const own = isInit ? said?.by.get(container.name) : ofContainer(said, container.name);
    if (own !== undefined) return this.draw(own, pod, container, `duration/${restart}`);
    if (isInit && container.restartPolicy !== 'Always') {
      this.guessed.inits.add(pod.metadata.name);
      return INIT_US;
    }
    if (fails) return FAILS_AFTER_US;
    if (isInit || pod.spec.restartPolicy === 'Always') return Infinity;
    this.guessed.jobs.add(pod.metadata.name);
    return JOB_US;
  }

  private draw(spec: DurationSpec, pod: Pod, container: Container, purpose: string): number {
    const us = spec.kind === 'constant' ? spec.meanUs : durationSampler(spec, this.stream(pod, container, purpose))();
    return us >= LONGEST_US ? Infinity : Math.round(us);
  }

  private stream(pod: Pod, container: Container, purpose: string) {
    const { namespace, name } = pod.metadata;
    return this.plane.streams(`behaviour/${namespace}/${name}/${container.name}/${purpose}`);
  }

  private notePod(pod: Pod): void {
    const { imageBytes } = podAnnotations(pod.metadata.annotations);
    if (imageBytes === undefined) return;
    for (const { name, image } of [...pod.spec.initContainers, ...pod.spec.containers]) {
      const bytes = ofContainer(imageBytes, name);
      if (bytes !== undefined && !this.imageSizes.has(image)) this.imageSizes.set(image, bytes);
    }
  }

  private noteNode(node: Node): void {
    for (const { names, sizeBytes } of node.status.images)
      for (const name of names) if (!this.nodeImages.has(name)) this.nodeImages.set(name, sizeBytes);
  }
}

const first = (names: ReadonlySet<string>): string => `"${[...names][0]}"`;
