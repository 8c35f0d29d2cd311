/** What a filter plugin says of a node that it rejects. */
export interface Verdict {
  readonly plugin: string;
  /** In the plugin's order; counted one by one in messages. */
  readonly reasons: readonly string[];
  /** Whether it would reject the node without any pods too, so that preemption cannot help. */
  readonly unresolvable: boolean;
}

/** The code of a node that passes. */
export const PASSES = 0;
/** The code of a slot without a node. */
export const ABSENT = 1;

/** Verdicts as small numbers, so that a column of them says what every node gets. */
export class VerdictTable {
  private readonly verdicts: Verdict[] = [];
  private readonly codes = new Map<string, number>();

  code(plugin: string, reasons: readonly string[], unresolvable: boolean): number {
    const text = `${plugin}\n${unresolvable ? 1 : 0}\n${reasons.join('\n')}`;
    const known = this.codes.get(text);
    if (known !== undefined) return known;
    const code = this.verdicts.length + 2;
    this.verdicts.push({ plugin, reasons, unresolvable });
    this.codes.set(text, code);
    return code;
  }

  at(code: number): Verdict {
    return this.verdicts[code - 2];
  }
}
