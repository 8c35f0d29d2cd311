import { note, printJson } from './console-output.ts';
import { openTrace, type TraceFlags } from './trace-input.ts';
import { writePods } from './write-pods.ts';

/** Reads a trace and writes it in our own format. */
export async function convert(trace: string, file: string, flags: TraceFlags): Promise<void> {
  const { source, report } = openTrace(trace, flags);
  const pods = await writePods(source, file);
  if (flags.json && file !== '-') printJson({ trace, file, pods, drops: report.sentences() });
  if (report.rowsRead > 0) for (const sentence of report.sentences()) note(sentence);
  if (file !== '-') note(`${pods} pods written to ${file}`);
}
