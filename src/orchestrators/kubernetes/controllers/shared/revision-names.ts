import type { Pod, PodTemplate } from '../../objects/pod.ts';
import { REVISION_HASH, revisionHash, templateKey } from './template-revision.ts';

/**
 * The revisions of StatefulSets and DaemonSets: which name each template has, and which template is behind a name
 * (upstream they are ControllerRevision objects). A dump's pods carry names made by another hash; these are kept.
 */
export class RevisionNames {
  private readonly byOwner = new Map<number, { names: Map<string, string>; templates: Map<string, PodTemplate> }>();

  /**
   * Name of the template's revision. The first time an owner is seen, its template takes the name that its pods carry:
   * those with the template's images, the newest first.
   */
  nameOf(owner: { readonly id: number }, prefix: string, template: PodTemplate, pods: readonly Pod[]): string {
    let known = this.byOwner.get(owner.id);
    const key = templateKey(template);
    if (known === undefined) {
      this.byOwner.set(owner.id, (known = { names: new Map(), templates: new Map() }));
      const carried = nameAmong(template, pods);
      if (carried !== undefined) known.names.set(key, carried);
      for (const pod of pods) {
        const name = pod.metadata.labels[REVISION_HASH];
        if (name !== undefined && name !== carried && !known.templates.has(name))
          known.templates.set(name, templateOf(pod));
      }
    }
    let name = known.names.get(key);
    if (name === undefined) known.names.set(key, (name = `${prefix}${revisionHash(key)}`));
    if (!known.templates.has(name)) known.templates.set(name, template);
    return name;
  }

  /** The template behind a name. */
  templateOf(owner: { readonly id: number }, name: string): PodTemplate | undefined {
    return this.byOwner.get(owner.id)?.templates.get(name);
  }

  forget(ownerId: number): void {
    this.byOwner.delete(ownerId);
  }
}

function nameAmong(template: PodTemplate, pods: readonly Pod[]): string | undefined {
  const carrying = pods.filter(({ metadata }) => metadata.labels[REVISION_HASH] !== undefined);
  const images = imagesOf(template.spec);
  const alike = carrying.filter(({ spec }) => imagesOf(spec) === images);
  let newest: Pod | undefined;
  for (const pod of alike)
    if (newest === undefined || pod.metadata.creationUs >= newest.metadata.creationUs) newest = pod;
  return newest?.metadata.labels[REVISION_HASH];
}

function imagesOf(spec: PodTemplate['spec']): string {
  return [...spec.initContainers, ...spec.containers].map(({ name, image }) => `${name}=${image}`).join();
}

/** A template that would make such a pod: what a dump does not hold is taken from the pod itself. */
function templateOf(pod: Pod): PodTemplate {
  const { nodeName: _, ...spec } = pod.spec;
  const { [REVISION_HASH]: __, ...labels } = pod.metadata.labels;
  return { metadata: { labels, annotations: pod.metadata.annotations }, spec };
}
