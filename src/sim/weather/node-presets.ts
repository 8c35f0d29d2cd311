import type { DurationSpec } from '../duration-spec.ts';
import { exp, log } from '../exact-math.ts';
import { days, hours, minutes } from '../time.ts';

/** How often machines of some fleet fail and how long they stay away, with where the numbers come from. */
export interface NodePreset {
  readonly name: string;
  readonly summary: string;
  /** `[M]` marks numbers that are known from the paper and were not read again. */
  readonly source: string;
  readonly up: DurationSpec;
  readonly down: DurationSpec;
}

/** A lognormal told by its median instead of its mean. */
export function lognormalOfMedian(medianUs: number, sigma: number): DurationSpec {
  return { kind: 'lognormal', meanUs: medianUs * exp((sigma * sigma) / 2), sigma };
}

/** A lognormal told by its mean and its median: sigma = sqrt(2 ln(mean / median)). */
export function lognormalOfMeanAndMedian(meanUs: number, medianUs: number): DurationSpec {
  return { kind: 'lognormal', meanUs, sigma: Math.sqrt(2 * log(meanUs / medianUs)) };
}

/** Seven in ten are reboots of some minutes, the others wait for someone with a screwdriver. */
export const REBOOT_OR_REPAIR: DurationSpec = {
  kind: 'mixture',
  parts: [
    { weight: 0.7, of: lognormalOfMedian(minutes(5), 0.6) },
    { weight: 0.3, of: lognormalOfMedian(hours(4), 1.41) },
  ],
};

const YEAR_DAYS = 365.25;

/** The presets of `node-crash`; the first is the default. */
export const NODE_PRESETS: readonly NodePreset[] = [
  {
    name: 'usual',
    summary:
      'Weibull 0.75 with a mean of 120 days; 70 % reboots (median 5 min), 30 % repairs (median 4 h). A proposal, not a measurement',
    source:
      'shape as in Schroeder and Gibson (DSN 2006); most node outages are short as in Ford et al. (OSDI 2010) [M]; spreads 0.6 and 1.41 are choices, the latter LANL’s',
    up: { kind: 'weibull', meanUs: days(120), shape: 0.75 },
    down: REBOOT_OR_REPAIR,
  },
  {
    name: 'lanl',
    summary:
      'system 18 of LANL, 1,024 nodes, 2002-2005: Weibull 0.661, 4,154 h between a node’s failures; repairs lognormal, mean 179 min, median 58 min',
    source: 'computed by describeFailures from the records LA-UR-05-7318',
    up: { kind: 'weibull', meanUs: hours(4153.8) - minutes(179.2), shape: 0.661 },
    down: lognormalOfMeanAndMedian(minutes(179.2), minutes(58)),
  },
  {
    name: 'schroeder-gibson',
    summary:
      'LANL as published: Weibull 0.75 [M], 23,000 failures of 4,750 machines in nine years [M], repairs lognormal, mean 6 h and median 0.9 h [M]',
    source: 'Schroeder and Gibson, A Large-Scale Study of Failures in High-Performance Computing Systems, DSN 2006',
    up: { kind: 'weibull', meanUs: days((4750 * 9 * YEAR_DAYS) / 23_000), shape: 0.75 },
    down: lognormalOfMeanAndMedian(hours(6), hours(0.9)),
  },
  {
    name: 'google-2011',
    summary:
      '0.0245 removals per machine-day, planned maintenance included (mean 40.7 days, 8,957 in 29 days); how long they lasted is not in the data: median 60 min, sigma 1.4 is a choice',
    source: 'machine_events of ClusterData2011_2, removals as counted by korkmazkadir/google-cluster-trace-analysis',
    up: { kind: 'exponential', meanUs: days(1 / 0.0245) },
    down: lognormalOfMedian(minutes(60), 1.4),
  },
  {
    name: 'meta-rsc-1',
    summary: '6.50 node failures per 1,000 node-days (16k A100); repairs are not published: as in "usual"',
    source:
      'Revisiting Reliability in Large-Scale Machine Learning Research Clusters, HPCA 2025 (arXiv 2410.21680), as quoted',
    up: { kind: 'exponential', meanUs: days(1000 / 6.5) },
    down: REBOOT_OR_REPAIR,
  },
  {
    name: 'meta-rsc-2',
    summary: '2.34 node failures per 1,000 node-days (8k A100); repairs are not published: as in "usual"',
    source:
      'Revisiting Reliability in Large-Scale Machine Learning Research Clusters, HPCA 2025 (arXiv 2410.21680), as quoted',
    up: { kind: 'exponential', meanUs: days(1000 / 2.34) },
    down: REBOOT_OR_REPAIR,
  },
  {
    name: 'dean-2009',
    summary:
      'about 1,000 machine failures in the first year of a cluster of some 1,800 machines [M]; repairs as in "usual". Its racks and power are in `cluster-year`',
    source: 'J. Dean, Designs, Lessons and Advice from Building Large Distributed Systems, LADIS 2009',
    up: { kind: 'exponential', meanUs: days((YEAR_DAYS * 1800) / 1000) },
    down: REBOOT_OR_REPAIR,
  },
  {
    name: 'vishwanath-2010',
    summary: '8 % of servers a year need a hardware repair [M]; no reboots; median 4 h is a choice',
    source: 'Vishwanath and Nagappan, Characterizing Cloud Computing Hardware Reliability, SoCC 2010',
    up: { kind: 'exponential', meanUs: days(YEAR_DAYS / 0.08) },
    down: lognormalOfMedian(hours(4), 1.41),
  },
];
