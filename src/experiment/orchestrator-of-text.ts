import { valueAt } from './schema-fault.ts';
import { readYaml } from './yaml-text.ts';

/** Whose own scenario a text holds, as it says itself: `kubernetes`, `swarm`, ...; undefined: nobody's own. */
export function orchestratorOfText(text: string): string | undefined {
  const scenario = text.slice(0, endOfScenario(text));
  if (!/orchestrator/.test(scenario)) return undefined;
  try {
    const named = valueAt(readYaml(scenario, '').data, ['orchestrator']);
    return typeof named === 'string' ? named : undefined;
  } catch {
    // What is wrong with it is told by whoever reads it; only a line of its own counts here, not one inside `policies`.
    return /^["']?orchestrator["']?\s*:\s*["']?(\w+)/m.exec(scenario)?.[1];
  }
}

/**
 * Where the scenario ends in its file: at a line of three dashes, behind which manifests may follow, or at the end. The
 * dashes with which a document may begin do not count.
 */
export function endOfScenario(text: string): number {
  const begins = /^(?:\s*(?:#[^\n]*)?\n)*---[ \t]*\n/.exec(text)?.[0].length ?? 0;
  const found = /^---[ \t]*(?:#.*)?$/m.exec(text.slice(begins));
  return found === null ? text.length : begins + found.index;
}
