const SIMPLE = /^[\w@%+=:,./-]+$/;
const SHELLS = new Set(['sh', '/bin/sh', 'bash', '/bin/bash']);

/** A command as one line for a shell, words with anything unusual in single quotes. */
export function shellLine(words: readonly string[]): string {
  const script = scriptOf(words);
  if (script !== undefined) return script;
  return words.map((word) => (SIMPLE.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)).join(' ');
}

/** A line for a shell as a command: its words when nothing in it needs a shell, else the shell with it. */
export function commandOfLine(line: string): string[] {
  const words = wordsOf(line);
  return words ?? ['/bin/sh', '-c', line];
}

/** What `sh -c` is to run, if this is that. */
export function scriptOf(words: readonly string[]): string | undefined {
  return words.length === 3 && SHELLS.has(words[0]) && words[1] === '-c' ? words[2] : undefined;
}

/** The words of a line in which nothing but spaces and single quotes has a meaning. */
function wordsOf(line: string): string[] | undefined {
  const words: string[] = [];
  const rest = line.replace(/(?:^|\s+)((?:[\w@%+=:,./-]+|'[^'\\]*')+)(?=\s|$)/g, (_, word: string) => {
    words.push(word.replaceAll("'", ''));
    return '';
  });
  // A first word with an equals sign sets a variable.
  return rest.trim() === '' && words.length > 0 && !words[0].includes('=') ? words : undefined;
}

/** A line cut into words as docker and shells do it, quotes taken away; nothing in it is run by a shell. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  for (const [piece] of line.matchAll(/(?:[^\s"'\\]|\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*")+/g))
    words.push(
      piece.replace(
        /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])/g,
        (_, single?: string, double?: string, one?: string) =>
          single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? one ?? '',
      ),
    );
  return words;
}
