/** Whether a text can be the id of a run: it names a folder, and must not lead out of the one that it is in. */
export function isRunId(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(text);
}
