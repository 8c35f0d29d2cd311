import type { Container, Pod } from '../objects/pod.ts';

/**
 * What pods do that their manifests do not say: how large images are, how long processes boot, run and stop, and
 * whether they fail. Read from `baton.dev/…` annotations and the scenario; drawn from the run's streams, so that the
 * same process of the same pod behaves alike under every policy.
 */
export interface WorkloadBehaviour {
  /** Size of an image as it is pulled. */
  imageBytes(image: string): number;
  /** From the start of the container's process until it answers probes, in microseconds; `restart` counts from 0. */
  bootUs(pod: Pod, container: Container, restart: number): number;
  /** When the process ends by itself, counted from its start, and how; Infinity: never. */
  exit(pod: Pod, container: Container, restart: number): { readonly afterUs: number; readonly exitCode: number };
  /** From SIGTERM until it has ended, if nobody kills it first. */
  stopUs(pod: Pod, container: Container): number;
}

/** What running pods use, now. */
export interface PodUsage {
  cpuMilli(pod: Pod): number;
  memBytes(pod: Pod): number;
  /** Disk that its containers have written. */
  diskBytes(pod: Pod): number;
  /** What one of its containers uses. */
  containerCpuMilli(pod: Pod, container: string): number;
  containerMemBytes(pod: Pod, container: string): number;
  /**
   * The most memory that one of its containers may ever use, and disk that the pod may; Infinity: not known. Nodes where
   * nothing can run short are never looked at. Where these are absent, every node with pods is, every 10 s.
   */
  mostMemBytes?(pod: Pod, container: string): number;
  mostDiskBytes?(pod: Pod): number;
}

/** One sample of the metrics server: what a pod used over the window before `timeUs`. */
export interface PodSample {
  readonly timeUs: number;
  readonly windowUs: number;
  readonly containers: readonly { readonly name: string; readonly cpuMilli: number; readonly memBytes: number }[];
}

/** What autoscalers and people see of usage: late, and only of pods that ran for a while. */
export interface MetricsServer {
  /** The last sample of a pod; undefined: none yet. */
  sample(podId: number): PodSample | undefined;
  /** A custom metric of a pod in thousandths (requests per second and replica: `http_requests_per_second`, `in_flight`); undefined: not known. */
  podMetric(podId: number, name: string): number | undefined;
  /** An object's or an external metric in thousandths (`requests-per-second` of a Service, a queue's length); undefined: not known. */
  objectMetric(namespace: string, kind: string, object: string, name: string): number | undefined;
  externalMetric(namespace: string, name: string): number | undefined;
}
