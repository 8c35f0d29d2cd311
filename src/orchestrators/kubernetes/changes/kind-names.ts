import { InputError } from '../../../sim/input-error.ts';
import { suggestion } from '../../../sim/nearest-name.ts';
import { KINDS, type Kind } from '../objects/kinds.ts';

/** Short names that kubectl knows (`kubectl api-resources`), besides kinds and their plurals. */
const SHORT: Readonly<Record<string, Kind>> = {
  no: 'Node',
  po: 'Pod',
  deploy: 'Deployment',
  rs: 'ReplicaSet',
  sts: 'StatefulSet',
  ds: 'DaemonSet',
  cj: 'CronJob',
  svc: 'Service',
  hpa: 'HorizontalPodAutoscaler',
  vpa: 'VerticalPodAutoscaler',
  pdb: 'PodDisruptionBudget',
  pc: 'PriorityClass',
  ns: 'Namespace',
  quota: 'ResourceQuota',
  limits: 'LimitRange',
  pvc: 'PersistentVolumeClaim',
  pv: 'PersistentVolume',
  sc: 'StorageClass',
  so: 'ScaledObject',
};

const byName: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...Object.entries(SHORT),
  ...KINDS.flatMap((kind): [string, Kind][] => {
    const name = kind.toLowerCase();
    return [
      [name, kind],
      [pluralOf(name), kind],
    ];
  }),
]);

/** Kinds whose objects belong to no namespace. */
const CLUSTER_WIDE: ReadonlySet<Kind> = new Set<Kind>([
  'Node',
  'PriorityClass',
  'Namespace',
  'PersistentVolume',
  'StorageClass',
  'NodePool',
]);

/** The kind that people call so: `deploy`, `deployments`, `deployment.apps`, `Deployment`. Throws an InputError. */
export function kindCalled(name: string): Kind {
  const [plain] = name.toLowerCase().split('.');
  const kind = byName.get(plain);
  if (kind !== undefined) return kind;
  throw new InputError(`there is no kind of objects called "${name}"${suggestion(plain, byName.keys())}`);
}

export function hasNamespace(kind: Kind): boolean {
  return !CLUSTER_WIDE.has(kind);
}

function pluralOf(name: string): string {
  if (name.endsWith('s')) return `${name}es`;
  return name.endsWith('y') ? `${name.slice(0, -1)}ies` : `${name}s`;
}
