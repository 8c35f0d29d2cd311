interface Silent {
  readonly firstLine: string;
  readonly why: string;
  count: number;
}

/** What is to be said of files that were read. Fields without effect are gathered, since everyday files are full of them. */
export class FileNotes {
  private readonly said: string[] = [];
  /** By file, then by name of the field, in the order in which they were found. */
  private readonly silent = new Map<string, Map<string, Silent>>();

  push(sentence: string): void {
    this.said.push(sentence);
  }

  /** A field at `file:line` (and `:column`) that was read and changes nothing. `why`: what is done instead. */
  withoutEffect(where: string, name: string, why = ''): void {
    const [, file, firstLine] = /^(.*?):(\d+)(?::\d+)?$/.exec(where) ?? [where, where, ''];
    let names = this.silent.get(file);
    if (names === undefined) this.silent.set(file, (names = new Map<string, Silent>()));
    const known = names.get(name);
    if (known === undefined) names.set(name, { firstLine, why, count: 1 });
    else known.count++;
  }

  /** One for each file with fields without effect: `a.json: without effect on a run: networks (3 times, first line 14)`. */
  sentences(): string[] {
    const silent = [...this.silent].map(([file, names]) => {
      const all = [...names].map(([name, { firstLine, why, count }]) => {
        const place = count === 1 ? `line ${firstLine}` : `${count} times, first line ${firstLine}`;
        return `${name} (${place}${why === '' ? '' : `; ${why}`})`;
      });
      return `${file}: without effect on a run: ${all.join(', ')}`;
    });
    return [...this.said, ...silent];
  }
}
