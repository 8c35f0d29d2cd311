import type { Admission } from '../../api/api-server.ts';
import type { PodSpec, Toleration } from '../../objects/pod.ts';
import { SharedSpecs } from './shared-spec.ts';

/**
 * Lets pods stay for 300 s on a node that is not ready or not reachable, unless they say something about that themselves
 * (`plugin/pkg/admission/defaulttolerationseconds`).
 */
export function defaultTolerationSeconds(): Admission {
  const specs = new SharedSpecs();
  return (pod) => specs.change(pod, '', withTolerations);
}

const ADDED: readonly Toleration[] = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map((key) => ({
  key,
  operator: 'Exists',
  value: '',
  effect: 'NoExecute',
  tolerationSeconds: 300,
}));

function withTolerations(spec: PodSpec): PodSpec {
  const missing = ADDED.filter(
    ({ key }) =>
      !spec.tolerations.some(
        (one) => (one.key === key || one.key === '') && (one.effect === 'NoExecute' || one.effect === ''),
      ),
  );
  return missing.length === 0 ? spec : { ...spec, tolerations: [...spec.tolerations, ...missing] };
}
