/** Whether a name is among these; none at all: any name. `*` stands for any text. */
export function matchesName(name: string, patterns: readonly string[]): boolean {
  return patterns.length === 0 || patterns.some((pattern) => expressionOf(pattern).test(name));
}

function expressionOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'su');
}
