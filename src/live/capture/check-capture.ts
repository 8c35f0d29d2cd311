import { readFileSync, rmSync, writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseExperiment } from '../../experiment/parse-experiment.ts';
import { plansHere } from '../../experiment/local/plan-here.ts';
import { readTextFile } from '../../experiment/local/read-input.ts';
import { runHere } from '../../experiment/local/run-here.ts';
import type { CapturedHistory } from './captured-history.ts';
import { compareSequences, type SequenceComparison } from './compare-sequences.ts';
import { CAPTURE_FILES } from './files-of-capture.ts';
import { sequenceOfHistory } from './state-sequence.ts';
import { statesOfRun, type JournalLine } from './states-of-run.ts';

/**
 * Runs the experiment of a captured folder in the simulator, from its files, and holds the sequence of container states in
 * the run's journal against the captured one.
 */
export async function checkCapture(history: CapturedHistory, folder: string): Promise<SequenceComparison> {
  return compareSequences(
    sequenceOfHistory(history),
    statesOfRun(await journalOfExperiment(folder, CAPTURE_FILES.experiment)),
  );
}

/** The journal of the one run that an experiment in the folder describes. */
export async function journalOfExperiment(folder: string, file: string): Promise<JournalLine[]> {
  const path = join(folder, file);
  const text = parseExperiment(readTextFile(path, 'an experiment'), path);
  const [plan] = plansHere(text, path, folder);
  const aside = mkdtempSync(join(tmpdir(), 'baton-capture-'));
  try {
    const journalFile = join(aside, 'journal.ndjson');
    await runHere(plan, { journalFile });
    return readFileSync(journalFile, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as JournalLine);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** Writes the files of a capture into a folder that is there. */
export function writeCaptureFiles(folder: string, files: Readonly<Record<string, string>>): string[] {
  return Object.entries(files).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
}
