import { InputError } from '../../../sim/input-error.ts';
import type { NewObject } from '../api/api-server.ts';
import type { AnyObject } from '../objects/kinds.ts';
import { assembleObjects, type PlacedObject } from './assemble-objects.ts';
import { FaultList } from './fields/fault-list.ts';
import { Field, isMap, type ReadingState } from './fields/field.ts';
import { ReportBook, type ManifestReport } from './fields/manifest-reports.ts';
import { readManifestObject } from './read-object.ts';
import { cutDocuments, type TextPart } from './text/document-cutter.ts';
import { readDocument, type ManifestDocument } from './text/manifest-document.ts';

/** A file as it comes in: its name for messages, and its text in pieces of any size. */
export interface ManifestFile {
  readonly name: string;
  readonly chunks: Iterable<string>;
}

export interface ManifestOptions {
  /** Where objects go that name no namespace; `default` when absent. */
  readonly namespace?: string;
}

/** What a folder of manifests or a dump of a cluster comes to. */
export interface ManifestSet {
  /** In the order in which they are created: by kind (`KINDS`), then as they stand in the files. */
  readonly objects: readonly NewObject<AnyObject>[];
  /** What has no effect here, and what was decided about what the files leave open. */
  readonly reports: readonly ManifestReport[];
  /** KubeSchedulerConfiguration documents as they are. */
  readonly schedulerConfigurations: readonly ManifestDocument[];
  /**
   * Wall-clock time that is the start of the run, in milliseconds since 1970: the latest that a dump mentions. Absent:
   * no object says when it was created.
   */
  readonly startMs?: number;
}

/**
 * Reads manifests: files of many documents, YAML or JSON, Lists, dumps of `kubectl get -o yaml`. Defaults are filled in as
 * the API server does, times of dumps become times of the run. Memory is bounded by what is kept and the largest object.
 * Throws one InputError with a line for each fault: `file:line:column: field: what it is; what to write instead`.
 */
export function readManifests(files: Iterable<ManifestFile>, options: ManifestOptions = {}): ManifestSet {
  const reader = new ManifestReader(options.namespace ?? 'default');
  for (const { name, chunks } of files) reader.file(name, chunks);
  return reader.finish();
}

class ManifestReader {
  private readonly namespace: string;
  private readonly state: ReadingState = {
    faults: new FaultList(),
    reports: new ReportBook(),
    texts: new Map(),
    parts: new Map(),
    newestUs: -Infinity,
  };
  private readonly objects: PlacedObject[] = [];
  private readonly configurations: ManifestDocument[] = [];
  /** The List whose items are being read. */
  private list: { kind: string; waiting: ManifestDocument[] } | undefined;

  constructor(namespace: string) {
    this.namespace = namespace;
  }

  file(name: string, chunks: Iterable<string>): void {
    this.list = undefined;
    try {
      for (const part of cutDocuments(chunks, name)) this.attempt(() => this.part(part, name));
    } catch (error) {
      if (!(error instanceof InputError) || this.state.faults.count > 0) throw error;
      this.state.faults.add(error.message);
    }
  }

  finish(): ManifestSet {
    this.state.faults.throwAny();
    const objects = assembleObjects(this.objects, this.state);
    this.state.faults.throwAny();
    const { newestUs } = this.state;
    return {
      objects,
      reports: this.state.reports.all(),
      schedulerConfigurations: this.configurations,
      ...(newestUs !== -Infinity && { startMs: Math.floor(newestUs / 1000) }),
    };
  }

  /** What cannot be parsed is one fault of many. */
  private attempt(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.state.faults.add(error.message);
    }
  }

  private part(part: TextPart, file: string): void {
    if (part.role === 'list-head') {
      this.listHead(part, file);
      return;
    }
    const document = readDocument(part, file);
    if (part.role === 'document') this.list = undefined;
    const { list } = this;
    if (list === undefined || hasKind(document.data)) this.object(document);
    else if (list.kind === '') list.waiting.push(document);
    else this.object(document, list.kind);
  }

  /** What stands before the items of a List, or behind them: it may say of which kind they are. */
  private listHead(part: TextPart, file: string): void {
    const { list } = this;
    const head = part.text.trim() === '' ? undefined : readDocument(part, file);
    const said = isMap(head?.data) && typeof head.data.kind === 'string' ? head.data.kind : '';
    if (list === undefined) {
      this.list = { kind: said, waiting: [] };
      return;
    }
    const kind = said === '' ? list.kind : said;
    for (const document of list.waiting) this.attempt(() => this.object(document, kind));
    this.list = undefined;
    if (kind !== '' && !kind.endsWith('List'))
      this.state.faults.add(`${head?.begins ?? file}: kind: a ${kind} has no items; write kind: List`);
  }

  private object(document: ManifestDocument, listKind?: string): void {
    const root = new Field({ document, state: this.state, faults: 0 }, document.data);
    this.objectAt(root, document, listKind);
  }

  private objectAt(root: Field, document: ManifestDocument, listKind?: string): void {
    if (!root.present) return;
    const kind = isMap(root.value) ? root.value.kind : undefined;
    if (typeof kind === 'string' && kind.endsWith('List') && isMap(root.value) && 'items' in root.value) {
      for (const item of root.child('items').items()) {
        const own = new Field({ document, state: this.state, faults: 0 }, item.value, item.parent, item.key);
        this.objectAt(own, document, kind);
      }
      return;
    }
    const read = readManifestObject(root, { namespace: this.namespace, listKind });
    if (read === 'scheduler-configuration') this.configurations.push(document);
    else if (read !== undefined) this.objects.push({ object: read, where: document.begins });
  }
}

function hasKind(data: unknown): boolean {
  return !isMap(data) || typeof data.kind === 'string';
}
