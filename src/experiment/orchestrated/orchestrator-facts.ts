import type { Constant } from '../../orchestrators/constants.ts';
import { FEATURES, type FeatureName } from '../../orchestrators/features.ts';
import type { Orchestrator } from '../../orchestrators/orchestrator.ts';
import { durationText } from '../../workloads/quantity-text.ts';
import type { OrchestratorFacts } from '../comparison.ts';
import { constantValues } from './constant-values.ts';

/** What a report says of an orchestrator, with constants as the scenario has set them. */
export function orchestratorFacts(
  orchestrator: Pick<Orchestrator, 'name' | 'title' | 'constants' | 'features'>,
  written: Readonly<Record<string, string | number>>,
): OrchestratorFacts {
  const changed = constantValues(orchestrator, written);
  return {
    name: orchestrator.name,
    title: orchestrator.title,
    constants: Object.entries(orchestrator.constants).map(([name, constant]) => ({
      name,
      text: textOf(constant, changed[name] ?? constant.value),
      meaning: constant.meaning,
      source: constant.source,
      isModellingChoice: constant.isModellingChoice,
      isChanged: changed[name] !== undefined && changed[name] !== constant.value,
    })),
    features: (Object.keys(FEATURES) as FeatureName[]).map((feature) => ({
      title: FEATURES[feature],
      ...orchestrator.features[feature],
    })),
  };
}

function textOf({ unit }: Constant, value: number): string {
  if (unit === 'us') return value === 0 ? '0 s' : durationText(value);
  return unit === 'share' ? `${Math.round(value * 1000) / 10} %` : String(value);
}
