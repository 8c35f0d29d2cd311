import { realityAnswer } from './reality-answer.ts';
import type { RealityCheck } from './reality-check.ts';

/** The whole check with its answer, as JSON. */
export function realityJson(check: RealityCheck): string {
  return `${JSON.stringify({ answer: realityAnswer(check), ...check }, undefined, 2)}\n`;
}
