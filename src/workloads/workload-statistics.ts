import type { RequestShare } from './request-tally.ts';

/**
 * What is in a workload. An *arrival* is an instant at which pods arrive: a job with its tasks, a batch, a gang. A
 * number is undefined when the workload is too short, or of another kind, to have it.
 */
export interface WorkloadStatistics {
  pods: number;
  arrivals: number;
  /** From the first arrival to the last. */
  spanHours: number;
  arrivalsPerHour: number | undefined;
  /** Standard deviation over mean of the gaps between arrivals; 1 for a Poisson process. */
  gapCv: number | undefined;
  /** Variance over mean of the number of arrivals in windows; 1 for a Poisson process. */
  dispersion1Minute: number | undefined;
  dispersion5Minutes: number | undefined;
  dispersion1Hour: number | undefined;
  /** The same of pods. */
  podDispersion5Minutes: number | undefined;
  /** Arrivals in the busiest hour of the day over those in the quietest; needs two days. */
  dayPeakToTrough: number | undefined;
  /** Arrivals in each hour of the day from time 0, as a share of their mean; needs two days. */
  hourOfDay: number[] | undefined;
  podsPerArrivalMean: number | undefined;
  podsPerArrivalP90: number | undefined;
  podsPerArrivalP99: number | undefined;
  /** The share of arrivals that bring one pod. */
  singleShare: number | undefined;
  runSecondsMean: number | undefined;
  runSecondsP10: number | undefined;
  runSecondsP50: number | undefined;
  runSecondsP90: number | undefined;
  runSecondsP99: number | undefined;
  runSecondsMax: number | undefined;
  /** Variance over squared mean of the run times. */
  runCvSquared: number | undefined;
  /** Hill's tail exponent of the longest 1 % of the run times; below 1 the mean is ruled by the tail. */
  runHillAlpha: number | undefined;
  /** Pods that never end; they count in no run time. */
  endlessPods: number;
  /** The part of all CPU-time (GPU-time where there are GPUs) that the largest 1 % of the arrivals take. */
  topResourceTimeShare: number | undefined;
  /** The part of all GPU-time of arrivals that ask for more than one GPU. */
  multiGpuTimeShare: number | undefined;
  distinctShapes: number;
  topShapes: RequestShare[];
  topShapeShare: number | undefined;
  gpuPodShare: number | undefined;
  users: number;
  topUserShare: number | undefined;
  /** Pods by priority, highest first. */
  priorities: { priority: number; pods: number }[];
  gangs: number;
  gangPods: number;
  largestGang: number;
  /** The median of run time over estimate, of pods that have one. */
  runOverEstimateP50: number | undefined;
  /** Resource-time asked for over what the cluster has in the same span; undefined without a cluster. */
  loadCpu: number | undefined;
  loadMemory: number | undefined;
  loadGpu: number | undefined;
}
