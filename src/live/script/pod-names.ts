/** Longest name of a container in a script: a label of DNS. */
const MOST = 63;

/**
 * Gives every pod of a script a name of its own that engines and DNS take: lower-case letters, digits, `-` and `.`, at
 * most 63 characters. The same names in the same order give the same answers.
 */
export function podNames(): (wanted: string) => string {
  const taken = new Set<string>();
  const next = new Map<string, number>();
  return (wanted) => {
    const name = dnsName(wanted, MOST);
    let unique = name;
    for (let number = next.get(name) ?? 2; taken.has(unique); number++) {
      const suffix = `-x${number}`;
      unique = dnsName(name, MOST - suffix.length) + suffix;
      next.set(name, number + 1);
    }
    taken.add(unique);
    return unique;
  };
}

/** What is left of a name when all else has become `-`; never empty, letters or digits at both ends. */
function dnsName(text: string, most: number): string {
  const clean = text.toLowerCase().replaceAll(/[^a-z0-9.-]+/g, '-');
  return (
    clean
      .replace(/^[.-]+/, '')
      .slice(0, most)
      .replace(/[.-]+$/, '') || 'pod'
  );
}
