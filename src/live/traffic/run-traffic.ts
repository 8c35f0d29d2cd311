import { fileSource } from '../../experiment/local/file-source.ts';
import { specHere } from '../../experiment/local/execute-kubernetes.ts';
import { WorkloadCache } from '../../experiment/local/open-inputs.ts';
import { policiesOf } from '../../experiment/local/policies-of-plan.ts';
import type { RunPlan } from '../../experiment/run-plan.ts';
import { withoutCalibration } from '../../experiment/scenario/calibration-plan.ts';
import { livingSpecOf } from '../../experiment/scenario/living-spec-of.ts';
import { ScenarioFault } from '../../experiment/scenario/scenario-fault.ts';
import type { KubernetesSpec } from '../../orchestrators/kubernetes/kubernetes-spec.ts';
import { InputError } from '../../sim/input-error.ts';
import type { LivingSpec } from '../../sim/living-spec.ts';
import { type TrafficPlan, trafficPlanOf } from './traffic-plan.ts';

/** The requests of a run with a scenario; undefined where it has none. Reads the files that it names; throws an InputError. */
export async function trafficOfRun(plan: RunPlan): Promise<TrafficPlan | undefined> {
  const { scenario, kubernetes, seed } = plan;
  if (kubernetes !== undefined)
    return trafficOfSpec(
      specHere(kubernetes, () => undefined),
      seed,
    );
  if (scenario === undefined) return undefined;
  const { placement, queue, backfill } = await policiesOf(plan.policy);
  const workloads = new WorkloadCache(() => undefined, false);
  try {
    const spec = livingSpecOf(withoutCalibration(scenario), {
      placement,
      queue,
      backfill,
      open: (path) => fileSource(path, 'a trace', () => undefined),
      pods: (workload, nodes, of) => workloads.open(workload, nodes, of).source,
    });
    return trafficOfSpec(spec, seed);
  } catch (error) {
    throw error instanceof ScenarioFault ? new InputError(error.message) : error;
  }
}

/** The requests of a cluster under a seed; undefined where nobody asks for anything. */
export function trafficOfSpec(spec: LivingSpec | KubernetesSpec, seed: number): TrafficPlan | undefined {
  const { durationUs, scrapeUs, zones, delaysUs, traffic, requestModel } = spec;
  const services = spec.services.map(({ requests }) => requests);
  const plan = trafficPlanOf({ seed, durationUs, scrapeUs, zones, delaysUs, services, traffic });
  if (plan.traffic.length === 0) return undefined;
  if (requestModel !== 'fluid') return plan;
  const note = 'the run took requests for rates; single ones are drawn for the replay from the same seed';
  return { ...plan, notes: [...plan.notes, note] };
}
