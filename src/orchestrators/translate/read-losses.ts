import type { Loss } from './app-model.ts';
import type { RawPart } from './raw-part.ts';

/** What of a source is not in the model: every field that nobody read. */
export function unreadLosses(
  service: string,
  part: RawPart,
  why: (path: string) => string = () => NOT_CARRIED,
): Loss[] {
  return part
    .unread()
    .map(({ path, value }) => ({ kind: 'not-translated', service, field: path, value, instead: why(path) }));
}

const NOT_CARRIED = 'it is not carried over';

/** `file:3:5: services.web.build: docker stack deploy ignores it: …` as a loss. */
export function ignoredLoss(note: string): Loss {
  const rest = note.replace(/^[^\s:]+(:\d+)+:\s*/, '');
  const [, field, instead] = /^([\w.[\]"-]+): (.*)$/s.exec(rest) ?? [undefined, '', rest];
  return { kind: 'ignored-by-source', service: '', field, value: '', instead };
}
