/** The fields that a map of the API may have: those that Baton reads, and those that have no effect in it. */
export interface FieldNames {
  readonly modelled: ReadonlySet<string>;
  readonly ignored: ReadonlySet<string>;
}

/** Names separated by spaces. */
export function fieldNames(modelled: string, ignored = ''): FieldNames {
  return { modelled: new Set(words(modelled)), ignored: new Set(words(ignored)) };
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
