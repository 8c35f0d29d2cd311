import type { Loss } from './app-model.ts';

/** Each loss as a sentence, the same one of several services once: `web, api: restart.windowUs 2m: Marathon has no window; …`. */
export function lossSentences(losses: readonly Loss[]): string[] {
  const services = new Map<string, string[]>();
  for (const { service, field, value, instead } of losses) {
    const what = `${field}${value === '' ? '' : ` ${value}`}: ${instead}`;
    const named = services.get(what) ?? [];
    if (!named.includes(service)) named.push(service);
    services.set(what, named);
  }
  return [...services].map(([what, named]) => {
    const names = named.filter((name) => name !== '').join(', ');
    return names === '' ? what : `${names}: ${what}`;
  });
}
