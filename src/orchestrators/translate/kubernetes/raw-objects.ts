import type { NativeFile } from '../../native-file.ts';
import { readManifests } from '../../kubernetes/manifests/read-manifests.ts';
import { cutDocuments } from '../../kubernetes/manifests/text/document-cutter.ts';
import { readDocument } from '../../kubernetes/manifests/text/manifest-document.ts';
import type { Loss } from '../app-model.ts';
import { RawPart } from '../raw-part.ts';

/** One object as its file has it. */
export interface RawObject {
  readonly kind: string;
  readonly name: string;
  /** '' for the default one. */
  readonly namespace: string;
  readonly part: RawPart;
}

/** The objects of manifests, after the reader of manifests has found no fault in them; and what it says has no effect. */
export function rawObjects(files: readonly NativeFile[]): { objects: RawObject[]; losses: Loss[] } {
  const { reports } = readManifests(files.map(({ file, text }) => ({ name: file, chunks: [text] })));
  const losses = reports
    .filter(({ category }) => category === 'unknown')
    .map(({ subject, text }): Loss => ({
      kind: 'ignored-by-source',
      service: '',
      field: subject,
      value: '',
      instead: text.startsWith(`${subject}: `) ? text.slice(subject.length + 2) : text,
    }));
  const objects: RawObject[] = [];
  for (const { file, text } of files)
    for (const part of cutDocuments([text], file))
      if (part.role !== 'list-head' || part.text.trim() !== '') addObjects(readDocument(part, file).data, objects);
  return { objects, losses };
}

function addObjects(data: unknown, objects: RawObject[]): void {
  const part = new RawPart(data);
  const items = part.child('items');
  if (items.isList) for (const item of items.items()) addObjects(item.value, objects);
  const kind = part.child('kind').text();
  const name = part.at('metadata.name').text();
  if (kind === undefined || name === undefined) return;
  const namespace = part.at('metadata.namespace').text() ?? '';
  part.take('apiVersion', 'kind', 'status');
  objects.push({ kind, name, namespace: namespace === 'default' ? '' : namespace, part });
}
