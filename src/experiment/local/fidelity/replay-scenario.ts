import { DEFAULT_PROFILE } from '../../../orchestrators/kubernetes/scheduler/default-profile.ts';
import type { SchedulerProfile } from '../../../orchestrators/kubernetes/scheduler/scheduler-profile.ts';
import type { SchedulingCore } from '../../../orchestrators/kubernetes/scheduler/scheduling-core.ts';
import { nodeOf, podOf } from './vector-objects.ts';
import type { Scenario } from './vector-files.ts';

/** A decision that differs from the real scheduler's. */
export interface Difference {
  readonly scenario: string;
  readonly pod: string;
  /** A node, or the message of a refusal. */
  readonly expected: string;
  readonly got: string;
}

/** How many decisions of a scenario (or a family) were compared, and which differ. */
export interface Comparison {
  readonly decisions: number;
  readonly differences: readonly Difference[];
}

/**
 * Lets a core decide about every pod of a scenario and compares node and message. Each pod is then put where the real
 * scheduler put it, so that one difference does not cause others.
 */
export function replayScenario(scenario: Scenario, coreOf: (profile: SchedulerProfile) => SchedulingCore): Comparison {
  const core = coreOf({ ...DEFAULT_PROFILE, percentageOfNodesToScore: scenario.percentageOfNodesToScore });
  let id = 0;
  const nodes = new Set<string>();
  for (const raw of scenario.nodes) {
    const node = nodeOf(raw, (id += 1));
    core.addNode(node);
    nodes.add(node.metadata.name);
  }
  for (const raw of scenario.existingPods) {
    const pod = podOf(raw, (id += 1));
    // A pod on a node that nobody knows is not seen by any decision.
    if (pod.spec.nodeName !== undefined && nodes.has(pod.spec.nodeName)) core.addPod(pod, pod.spec.nodeName);
  }
  const differences: Difference[] = [];
  scenario.pods.forEach((raw, i) => {
    const pod = podOf(raw, (id += 1));
    const expected = scenario.expect[i];
    const decision = core.decide(pod);
    const got = decision.nodeName ?? decision.refusal?.message() ?? '';
    const wanted = expected.node ?? expected.message ?? '';
    if ((decision.nodeName === undefined) !== (expected.node === null) || got !== wanted)
      differences.push({ scenario: scenario.id, pod: expected.pod, expected: wanted, got });
    if (expected.node !== null && nodes.has(expected.node)) core.addPod(pod, expected.node);
  });
  return { decisions: scenario.pods.length, differences };
}
