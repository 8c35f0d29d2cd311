import type { NewObject } from '../../api/api-server.ts';
import { ownerReference } from '../../api/api-server.ts';
import type { RandomStream } from '../../../../sim/random.ts';
import type { Labels } from '../../objects/meta.ts';
import type { Pod } from '../../objects/pod.ts';
import type { Job } from '../../objects/workloads.ts';
import { generatedName } from '../shared/generated-names.ts';
import { podFromTemplate } from '../shared/pod-control.ts';
import { COMPLETION_INDEX, INDEX_FAILURES } from './job-indexes.ts';

/** On a pod until its end has been counted. */
export const TRACKING = 'batch.kubernetes.io/job-tracking';
const FINALIZERS: readonly string[] = [TRACKING];

/** A pod of a job; `index`: of an indexed one, with the failures that it had before. */
export function jobPod(
  job: Job,
  names: RandomStream,
  nowUs: number,
  index?: { readonly index: number; readonly failures: number | undefined },
): NewObject<Pod> {
  const { template } = job.spec;
  const { namespace, name } = job.metadata;
  const labels = { ...template.metadata.labels, ...jobLabels(job) };
  const { annotations } = template.metadata;
  if (index === undefined)
    return podFromTemplate(template, ownerReference(job, 'batch/v1'), {
      namespace,
      name: generatedName(`${name}-`, names),
      nowUs,
      labels,
      finalizers: FINALIZERS,
    });
  const text = String(index.index);
  return podFromTemplate(template, ownerReference(job, 'batch/v1'), {
    namespace,
    name: generatedName(`${name}-${text}-`, names),
    nowUs,
    labels: { ...labels, [COMPLETION_INDEX]: text },
    annotations: {
      ...annotations,
      [COMPLETION_INDEX]: text,
      ...(index.failures !== undefined && { [INDEX_FAILURES]: String(index.failures) }),
    },
    finalizers: FINALIZERS,
  });
}

/** The labels by which a job knows its pods. */
export function jobLabels({ metadata }: Job): Labels {
  return {
    'batch.kubernetes.io/controller-uid': metadata.uid,
    'batch.kubernetes.io/job-name': metadata.name,
    'controller-uid': metadata.uid,
    'job-name': metadata.name,
  };
}
