import type { NewObject } from '../api/api-server.ts';
import type { AnyObject } from '../objects/kinds.ts';
import type { PodTemplate } from '../objects/pod.ts';

/** What an object makes pods of; undefined: it makes none. */
export function podTemplateOf(object: NewObject<AnyObject>): PodTemplate | undefined {
  const it = object as AnyObject;
  switch (it.kind) {
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Job':
      return it.spec.template;
    case 'CronJob':
      return it.spec.jobTemplate.spec.template;
    default:
      return undefined;
  }
}
