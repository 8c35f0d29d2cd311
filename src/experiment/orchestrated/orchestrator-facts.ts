import type { Constant } from '../../orchestrators/constants.ts';
import { FEATURES, type FeatureName } from '../../orchestrators/features.ts';
import type { Orchestrator } from '../../orchestrators/orchestrator.ts';
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

const UNITS = [
  ['h', 3600e6],
  ['min', 60e6],
  ['s', 1e6],
  ['ms', 1000],
  ['µs', 1],
] as const;

/** In the largest unit that leaves at most one decimal: `24 h`, `2.5 min`, `50 ms`. */
function timeText(us: number): string {
  if (us === 0) return '0 s';
  const [unit, size] = UNITS.find(([, one]) => us >= one && Number.isInteger((us * 10) / one)) ?? UNITS[2];
  return `${us / size} ${unit}`;
}

function textOf({ unit }: Constant, value: number): string {
  if (unit === 'us') return timeText(value);
  return unit === 'share' ? `${Math.round(value * 1000) / 10} %` : String(value);
}
