import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { capture, type Capture } from '../../src/live/capture/capture.ts';
import { captureFile, captureLines } from '../../src/live/capture/capture-file.ts';
import type { CapturedHistory } from '../../src/live/capture/captured-history.ts';
import { checkCapture, writeCaptureFiles } from '../../src/live/capture/check-capture.ts';
import type { SequenceComparison } from '../../src/live/capture/compare-sequences.ts';
import { filesOfCapture } from '../../src/live/capture/files-of-capture.ts';
import { historyOfCapture } from '../../src/live/capture/history-of-capture.ts';
import type { Engine, Labels } from '../../src/live/engine/engine.ts';

export interface CaptureBeside {
  /** Ends the capture and simulates what was captured. */
  end(): Promise<{
    readonly outcome: Capture;
    readonly history: CapturedHistory;
    readonly check: SequenceComparison;
  }>;
}

/** Captures what happens on engines while a test does it. Resolves when everything that happens from now on is seen. */
export async function captureBeside(engines: readonly Engine[], labels: Labels = {}): Promise<CaptureBeside> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-capture-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'events.ndjson');
  const file = captureFile(path);
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  let waits = engines.length;
  let begun = (): void => {};
  const beginning = new Promise<void>((resolve) => (begun = resolve));
  const capturing = capture(engines, {
    signal: stop.signal,
    labels,
    write: (line) => {
      file.write(line);
      if (line.kind === 'listed' && --waits === 0) begun();
    },
  });
  await Promise.race([beginning, capturing]);
  return {
    end: async () => {
      stop.abort();
      const outcome = await capturing;
      file.close();
      const history = historyOfCapture(captureLines(path));
      writeCaptureFiles(folder, filesOfCapture(history).files);
      return { outcome, history, check: await checkCapture(history, folder) };
    },
  };
}
