import { quantityValue } from '../../kubernetes/objects/quantity.ts';
import type { AppHelper, AppProcess, AppService } from '../app-model.ts';
import { modelKey, modelValue } from '../machine-keys.ts';
import type { RawPart } from '../raw-part.ts';
import { amount, readContainer, type PodVolume } from './read-container.ts';

/** The pod itself, among names of services. */
export const SELF = '';

const EXPRESSIONS: Readonly<Record<string, AppService['placement']['constraints'][number]['operator']>> = {
  In: 'in',
  NotIn: 'not-in',
  Exists: 'exists',
  DoesNotExist: 'not-exists',
  Gt: 'greater',
  Lt: 'less',
};
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

/** What a pod's spec says of a service: all but replicas, names and neighbours. */
export interface PodPart {
  readonly main: AppProcess;
  readonly helpers: readonly AppHelper[];
  readonly rest: Pick<AppService, 'hostNetwork' | 'stopGraceUs' | 'replaceAfterUs'>;
  readonly placement: AppService['placement'];
  readonly priorityClass: string | undefined;
}

/** `claims`: sizes of claims by name; `templates`: claims that each replica has. `isOwn`: whether a selector picks the pod itself. */
export function readPod(
  spec: RawPart,
  claims: ReadonlyMap<string, number | undefined>,
  templates: RawPart,
  neighbours: (selector: RawPart) => string | undefined,
): PodPart {
  const isHostNetwork = spec.child('hostNetwork').flag() ?? false;
  const volumes = volumesOf(spec.child('volumes'), claims, templates);
  const [first, ...others] = spec.child('containers').items();
  const inits = spec.child('initContainers').items();
  const helper = (part: RawPart, runs: AppHelper['runs']): AppHelper => ({
    ...readContainer(part, volumes, isHostNetwork),
    name: String(part.child('name').value),
    runs,
  });
  const grace = spec.child('terminationGracePeriodSeconds').number();
  // What every pod has, or what has no counterpart anywhere.
  spec.take('dnsPolicy', 'schedulerName', 'enableServiceLinks', 'restartPolicy');
  const tolerated = tolerationsOf(spec.child('tolerations'));
  return {
    main: readContainer(first, volumes, isHostNetwork),
    helpers: [
      ...inits.map((part) => helper(part, part.child('restartPolicy').text() === 'Always' ? 'beside' : 'before')),
      ...others.map((part) => helper(part, 'beside')),
    ],
    rest: {
      hostNetwork: isHostNetwork,
      ...(grace !== undefined && { stopGraceUs: grace * 1e6 }),
      ...(tolerated.replaceAfterUs !== undefined && { replaceAfterUs: tolerated.replaceAfterUs }),
    },
    placement: placementOf(spec, tolerated.marks, neighbours),
    priorityClass: spec.child('priorityClassName').text(),
  };
}

function volumesOf(
  part: RawPart,
  claims: ReadonlyMap<string, number | undefined>,
  templates: RawPart,
): Map<string, PodVolume> {
  const volumes = new Map<string, PodVolume>();
  const size = (bytes: number | undefined): { sizeBytes?: number } => (bytes === undefined ? {} : { sizeBytes: bytes });
  for (const one of part.items()) volumes.set(one.child('name').text() ?? '', volumeOf(one, claims));
  for (const one of templates.items()) {
    const name = one.at('metadata.name').text() ?? '';
    const bytes = amount(one.at('spec.resources.requests.storage'), quantityValue);
    one.take('apiVersion', 'kind');
    one.at('spec.accessModes').take();
    volumes.set(name, { mount: { kind: 'named', source: name, perReplica: true, ...size(bytes) } });
  }
  return volumes;
}

function volumeOf(part: RawPart, claims: ReadonlyMap<string, number | undefined>): PodVolume {
  const claim = part.at('persistentVolumeClaim.claimName').text();
  if (claim !== undefined) {
    const bytes = claims.get(claim);
    return { mount: { kind: 'named', source: claim, ...(bytes !== undefined && { sizeBytes: bytes }) } };
  }
  const path = part.at('hostPath.path').text();
  if (path !== undefined) {
    part.at('hostPath.type').take();
    return { mount: { kind: 'bind', source: path } };
  }
  const secret = part.at('secret.secretName').text();
  if (secret !== undefined) return { secret };
  const config = part.at('configMap.name').text();
  if (config !== undefined) return { config };
  const empty = part.child('emptyDir');
  if (!empty.isPresent) return 'other';
  const bytes = amount(empty.child('sizeLimit'), quantityValue);
  const isMemory = empty.child('medium').text() === 'Memory';
  if (empty.entries().length === 0) empty.take();
  return {
    mount: { kind: isMemory ? 'memory' : 'temporary', source: '', ...(bytes !== undefined && { sizeBytes: bytes }) },
  };
}

function tolerationsOf(part: RawPart): { marks: string[]; replaceAfterUs?: number } {
  const marks: string[] = [];
  let replaceAfterUs: number | undefined;
  for (const one of part.items()) {
    const key = one.child('key').text() ?? '';
    const effect = one.child('effect').text() ?? '';
    const value = one.child('value').text();
    const isEqual = (one.child('operator').text() ?? 'Equal') === 'Equal';
    const seconds = one.child('tolerationSeconds').number();
    if (seconds !== undefined && /^node\.kubernetes\.io\/(not-ready|unreachable)$/.test(key))
      replaceAfterUs = seconds * 1e6;
    else marks.push(`${key}${isEqual && key !== '' ? `=${value ?? ''}` : ''}${effect === '' ? '' : `:${effect}`}`);
  }
  return { marks, ...(replaceAfterUs !== undefined && { replaceAfterUs }) };
}

function placementOf(
  spec: RawPart,
  tolerates: string[],
  neighbours: (selector: RawPart) => string | undefined,
): AppService['placement'] {
  const node = spec.at('affinity.nodeAffinity');
  const terms = node.at('requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms').items();
  // Terms are alternatives; only one of them can be told to others.
  const required = terms.length === 1 ? terms[0].child('matchExpressions').items().map(constraintOf) : [];
  const selector = Object.entries(spec.child('nodeSelector').textMap()).map(([name, value]) => {
    const key = modelKey('kubernetes', name) ?? `label:${name}`;
    return { key, operator: 'in' as const, values: [modelValue(key, value)] };
  });
  const affinity = node
    .child('preferredDuringSchedulingIgnoredDuringExecution')
    .items()
    .flatMap((one) => {
      const expressions = one.at('preference.matchExpressions').items();
      const weight = one.child('weight').number() ?? 1;
      return expressions.length === 1 ? [{ ...constraintOf(expressions[0]), weight }] : [];
    });
  const pods = podTerms(spec, neighbours);
  const spread = spec
    .child('topologySpreadConstraints')
    .items()
    .map((one) => {
      const skew = one.child('maxSkew').number() ?? 1;
      // Over its own replicas, which is what everyone means.
      one.take('labelSelector', 'matchLabelKeys');
      return {
        key: keyOf(one.child('topologyKey')),
        isHard: one.child('whenUnsatisfiable').text() !== 'ScheduleAnyway',
        ...(skew !== 1 && { maxSkew: skew }),
      };
    });
  return {
    constraints: [...selector, ...required],
    spread: [...spread, ...pods.spread],
    ...(pods.isAlone && { maxPerMachine: 1 }),
    affinity,
    neighbours: pods.neighbours,
    tolerates,
  };
}

const keyOf = (part: RawPart): string => {
  const name = part.text() ?? '';
  return modelKey('kubernetes', name) ?? `label:${name}`;
};

function constraintOf(part: RawPart): AppService['placement']['constraints'][number] {
  const name = part.child('key').text() ?? '';
  const operator = EXPRESSIONS[part.child('operator').text() ?? 'In'];
  const values = part.child('values').texts();
  if (name === CONTROL_PLANE && (operator === 'exists' || operator === 'not-exists'))
    return { key: 'role', operator: 'in', values: [operator === 'exists' ? 'manager' : 'worker'] };
  const key = modelKey('kubernetes', name) ?? `label:${name}`;
  return { key, operator, values: values.map((value) => modelValue(key, value)) };
}

/** Terms about other pods: apart from itself is spread, or one a machine; the rest are neighbours. */
function podTerms(spec: RawPart, neighbours: (selector: RawPart) => string | undefined) {
  const found: AppService['placement']['neighbours'][number][] = [];
  const spread: AppService['placement']['spread'][number][] = [];
  let isAlone = false;
  const look = (term: RawPart, isApart: boolean, isHard: boolean): void => {
    const other = neighbours(term.child('labelSelector'));
    if (other === undefined || (other === SELF && !isApart)) return;
    const key = keyOf(term.child('topologyKey'));
    if (other !== SELF) found.push({ service: other, key, isApart, isHard });
    else if (isHard && key === 'hostname') isAlone = true;
    else spread.push({ key, isHard });
  };
  for (const [kind, isApart] of [
    ['podAffinity', false],
    ['podAntiAffinity', true],
  ] as const) {
    const part = spec.child('affinity').child(kind);
    for (const term of part.child('requiredDuringSchedulingIgnoredDuringExecution').items()) look(term, isApart, true);
    for (const one of part.child('preferredDuringSchedulingIgnoredDuringExecution').items()) {
      one.take('weight');
      look(one.child('podAffinityTerm'), isApart, false);
    }
  }
  return { neighbours: found, spread, isAlone };
}
