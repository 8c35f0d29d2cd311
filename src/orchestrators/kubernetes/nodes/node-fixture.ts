import type { PodUsage, WorkloadBehaviour } from '../behaviour/workload-behaviour.ts';
import { container, controlPlane, type TestControlPlane } from '../cluster-fixture.ts';
import type { Container, Pod, Probe } from '../objects/pod.ts';
import { type NodeComponents, nodeComponents, type NodeComponentsSpec } from './index.ts';

/** A control plane with everything of nodes, for tests. */
export interface TestNodes extends NodeComponents {
  readonly plane: TestControlPlane;
  /** Lets time pass up to this second. */
  readonly runTo: (second: number) => void;
}

/** Processes that boot in 2 s, end never, stop in 1 s; images of 100 MB. */
export const STEADY: WorkloadBehaviour = {
  imageBytes: () => 100e6,
  bootUs: () => 2e6,
  exit: () => ({ afterUs: Infinity, exitCode: 0 }),
  stopUs: () => 1e6,
};

export function testNodes(
  prepare: (plane: TestControlPlane) => void,
  spec: Partial<NodeComponentsSpec> = {},
  seed = 1,
): TestNodes {
  const plane = controlPlane(seed);
  prepare(plane);
  const parts = nodeComponents(plane, { behaviour: STEADY, ...spec });
  for (const component of parts.components) component.begin();
  const runTo = (second: number): void => {
    while (plane.clock.step(Math.round(second * 1e6)));
  };
  return { ...parts, plane, runTo };
}

/** Usage as the test says, by pod and container. */
export function usageOf(
  memBytes: (pod: Pod, container: string) => number,
  diskBytes = (_: Pod): number => 0,
): PodUsage {
  return {
    cpuMilli: () => 0,
    memBytes: (pod) => pod.spec.containers.reduce((sum, { name }) => sum + memBytes(pod, name), 0),
    diskBytes,
    containerCpuMilli: () => 0,
    containerMemBytes: memBytes,
  };
}

export function probe(fields: Partial<Probe> = {}): Probe {
  return {
    initialDelaySeconds: 0,
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
    ...fields,
  };
}

export function containers(...all: (Partial<Container> & { name: string })[]): Container[] {
  return all.map(({ name, ...fields }) => container(name, {}, fields));
}
