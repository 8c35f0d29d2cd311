import type { ApiServer } from '../../api/api-server.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitRanger } from './limit-ranger.ts';
import { limitsHold } from './limits-hold.ts';
import { matchLabelKeys } from './match-label-keys.ts';
import { priorityAdmission } from './priority.ts';
import { resourceQuota } from './resource-quota.ts';

/**
 * Everything that looks at a pod before it is let in, in the order of the API server
 * (`pkg/kubeapiserver/options/plugins.go`); what the
 * result must keep, and quotas, come last, behind webhooks that others add. Pods that a dump says were
 * given a node were let in before the run began: limits, classes and quotas do not concern them, but they count.
 */
export function registerAdmissions(api: ApiServer): void {
  api.admissions.push(matchLabelKeys(), limitRanger(api), priorityAdmission(api), defaultTolerationSeconds());
  api.lastAdmissions.push(limitsHold(), resourceQuota(api));
}
