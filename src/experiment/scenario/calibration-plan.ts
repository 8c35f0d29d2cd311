import type { DurationSpec } from '../../sim/duration-spec.ts';
import { InputError } from '../../sim/input-error.ts';
import { scaledDuration } from '../../sim/requests/fluid/service-shape.ts';
import type { ServiceSpec } from '../../sim/services/service-spec.ts';
import type { PlannedScenario, PlannedVariant } from './plan-scenario.ts';
import type { ScenarioPlan } from './scenario-plan.ts';

/**
 * What an engine was measured to add to a scenario's own times, in simulated microseconds. Part of a scenario's plan, and
 * so of the run's id. Keys are services; `*` stands for those that are not named. Lists are quantiles at even shares.
 */
export interface CalibrationPlan {
  readonly startUs: Readonly<Record<string, readonly number[]>>;
  readonly stopUs: Readonly<Record<string, readonly number[]>>;
  /** What a service's work is multiplied by. */
  readonly serviceFactor: Readonly<Record<string, number>>;
  /** Added to the way of every request from outside, there and back together. */
  readonly requestUs: number;
}

/** A scenario with a calibration in all its variants. Throws an InputError for one with manifests. */
export function calibratedScenario<V extends PlannedVariant>(
  planned: PlannedScenario<V>,
  calibration: CalibrationPlan,
): PlannedScenario<V> {
  const variants = planned.variants.map((variant) => {
    if (variant.scenario === undefined)
      throw new InputError(
        `a calibration is for services of a scenario without manifests, and ${planned.title} has a Kubernetes cluster; run it without --calibration`,
      );
    return { ...variant, scenario: { ...variant.scenario, calibration } };
  });
  return { ...planned, variants };
}

/** The scenario as it was written: what software is told to do must not contain what machinery adds. */
export function withoutCalibration({ calibration: _, ...scenario }: ScenarioPlan): ScenarioPlan {
  return scenario;
}

/** A service with what an engine adds to it. */
export function calibratedService(service: ServiceSpec, calibration: CalibrationPlan | undefined): ServiceSpec {
  if (calibration === undefined) return service;
  const { name, startUp, requests } = service;
  const overhead = measured(calibration.startUs, name);
  const stopOverhead = measured(calibration.stopUs, name);
  const factor = calibration.serviceFactor[name] ?? calibration.serviceFactor['*'];
  return {
    ...service,
    startUp: { ...startUp, ...(overhead && { overhead }) },
    ...(stopOverhead && { stopOverhead }),
    requests: {
      ...requests,
      ...(factor !== undefined && { work: scaledDuration(requests.work, factor), statedWork: requests.work }),
    },
  };
}

function measured(quantiles: Readonly<Record<string, readonly number[]>>, name: string): DurationSpec | undefined {
  const quantilesUs = quantiles[name] ?? quantiles['*'];
  return quantilesUs && { kind: 'empirical', quantilesUs };
}
