/**
 * Objects as the API server holds them: names and shapes of the Kubernetes API (v1.36), defaults filled in, so that a
 * field with a default is never missing. Three things differ from the JSON: times are microseconds of the run (`…Us`),
 * every object has a number besides its uid, and what no part of Baton reads is left out. Quantities stay text.
 *
 * Objects never change: whoever changes one puts a new object into the store (`api/object-store.ts`). Parts that stay
 * the same are shared, so whatever is worked out of a `spec` or a template may be remembered by its identity (WeakMap).
 */

export type Labels = Readonly<Record<string, string>>;

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  /** Empty for objects without a namespace. */
  readonly namespace: string;
  /** Given by the store; a dump's own uid is kept. */
  readonly uid: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly ownerReferences: readonly OwnerReference[];
  /** When it was created, in microseconds of the run; may be negative for what a dump says is older than the run. */
  readonly creationUs: number;
  /** When it was told to go; absent: it was not. */
  readonly deletionUs?: number;
  /** Seconds it may take for that. */
  readonly deletionGracePeriodSeconds?: number;
  readonly finalizers?: readonly string[];
  /** Raised whenever the spec changes. */
  readonly generation: number;
}

/** What every object has. */
export interface KubernetesObject {
  readonly kind: string;
  /** Its number among all objects of the run, from 1, in order of creation: what events and columns carry. */
  readonly id: number;
  readonly metadata: ObjectMeta;
}

export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values: readonly string[];
}

/** Absent (undefined) matches nothing, an empty one everything; see `objects/label-selector.ts`. */
export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

/** A number, or a percentage such as "25%". */
export type IntOrPercent = number | string;

/** Amounts by resource name, as quantities: `{ cpu: '500m', memory: '1Gi' }`. */
export type ResourceList = Readonly<Record<string, string>>;
