import { numberFingerprints } from './number-fingerprints.ts';

/** What must be the same on every engine: name of what was computed, and its fingerprint. Pure, so that it runs in a page. */
export function scenarioFingerprints(): Record<string, string> {
  return numberFingerprints();
}
