import { expect, test } from 'vitest';
import { FileNotes } from './file-notes.ts';

test('fields without effect are one sentence a file: each name once, with how often and its first line', () => {
  const notes = new FileNotes();
  notes.withoutEffect('apps.json:14:19', 'networks');
  notes.withoutEffect('apps.json:20:3', 'healthChecks.path');
  notes.push('apps.json:2: something else');
  notes.withoutEffect('apps.json:31:19', 'networks');
  notes.withoutEffect('apps.json:44', 'networks');
  notes.withoutEffect('other.json:7', 'Matcher', 'a check passes when the process answers');
  expect(notes.sentences()).toEqual([
    'apps.json:2: something else',
    'apps.json: without effect on a run: networks (3 times, first line 14), healthChecks.path (line 20)',
    'other.json: without effect on a run: Matcher (line 7; a check passes when the process answers)',
  ]);
});
