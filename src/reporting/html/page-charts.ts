import type { ChartData } from '../chart-data.ts';

/** Words that repeat are written once and referred to by number. */
export function packed(data: ChartData): { fields: readonly string[]; columns: unknown[] } {
  const columns = data.columns.map((column) => {
    if (!column.some((value) => typeof value === 'string')) return column;
    const words = [...new Set(column)];
    const place = new Map(words.map((word, at) => [word, at]));
    return { words, at: column.map((word) => place.get(word)!) };
  });
  return { fields: data.fields, columns };
}

/** The address of the schema is for editors; a page that asks no network should not name one. */
export function withoutSchema(spec: object): object {
  const { $schema: _, ...rest } = spec as { $schema?: string };
  return rest;
}
