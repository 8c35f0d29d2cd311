import type { NewObject } from '../../../orchestrators/kubernetes/api/api-server.ts';
import { FaultList } from '../../../orchestrators/kubernetes/manifests/fields/fault-list.ts';
import { Field } from '../../../orchestrators/kubernetes/manifests/fields/field.ts';
import { ReportBook } from '../../../orchestrators/kubernetes/manifests/fields/manifest-reports.ts';
import { readMetadata } from '../../../orchestrators/kubernetes/manifests/kinds/metadata.ts';
import { readNode } from '../../../orchestrators/kubernetes/manifests/kinds/node.ts';
import { readPod } from '../../../orchestrators/kubernetes/manifests/kinds/pod.ts';
import type { ObjectMeta } from '../../../orchestrators/kubernetes/objects/meta.ts';
import type { Node } from '../../../orchestrators/kubernetes/objects/node.ts';
import type { Pod } from '../../../orchestrators/kubernetes/objects/pod.ts';

/** A node of a scenario with the API server's defaults; `id` is its number. */
export function nodeOf(raw: object, id: number): Node {
  const field = fieldOf(raw);
  const metadata = readMetadata(field.child('metadata'), { namespaced: false }, '');
  return { ...readNode(field, metadata), id, metadata: withDefaults(metadata, id) };
}

/** A pod of a scenario with the API server's defaults, but as nobody has changed it on its way in. */
export function podOf(raw: object, id: number): Pod {
  const field = fieldOf(raw);
  const metadata = readMetadata(field.child('metadata'), { namespaced: true }, 'default');
  return { ...readPod(field, metadata), id, metadata: withDefaults(metadata, id) };
}

/**
 * The raw object for the readers of manifests. What they find fault with is let pass: the real scheduler was given
 * these objects without an API server that checks them.
 */
function fieldOf(raw: object): Field {
  const place = 'a scenario';
  const document = { file: place, data: raw, begins: place, at: () => place, source: () => undefined };
  const state = {
    faults: new FaultList(),
    reports: new ReportBook(),
    texts: new Map<string, string>(),
    parts: new Map<string, unknown>(),
    newestUs: 0,
  };
  return new Field({ document, state, faults: 0 }, raw);
}

function withDefaults(given: NewObject<Pod>['metadata'], id: number): ObjectMeta {
  return {
    uid: `uid-${id}`,
    labels: {},
    annotations: {},
    ownerReferences: [],
    creationUs: 0,
    generation: 1,
    ...given,
  };
}
