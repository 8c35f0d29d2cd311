import type { DurationSpec } from '../duration-spec.ts';

/** The same distribution of times, each divided by `factor`: failures come so many times as often. */
export function faster(spec: DurationSpec, factor: number): DurationSpec {
  switch (spec.kind) {
    case 'uniform':
      return { ...spec, lowUs: spec.lowUs / factor, highUs: spec.highUs / factor };
    case 'pareto':
      return {
        ...spec,
        fromUs: spec.fromUs / factor,
        ...(spec.limitUs === undefined ? {} : { limitUs: spec.limitUs / factor }),
      };
    case 'empirical':
      return { ...spec, quantilesUs: spec.quantilesUs.map((us) => us / factor) };
    case 'mixture':
      return { ...spec, parts: spec.parts.map(({ weight, of }) => ({ weight, of: faster(of, factor) })) };
    default:
      return { ...spec, meanUs: spec.meanUs / factor };
  }
}
