/** A text as a key that a scenario's maps allow (a letter, then letters, digits, `-` and `_`), different from those taken. */
export function uniqueKey(text: string, prefix: string, taken: Set<string>): string {
  const plain = text.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '');
  const lettered = (/^[A-Za-z]/.test(plain) ? plain : `${prefix}-${plain}`.replace(/-$/, '')).slice(0, 50);
  let key = lettered;
  for (let k = 2; taken.has(key); k++) key = `${lettered}-${k}`;
  taken.add(key);
  return key;
}
