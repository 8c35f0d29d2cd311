import type { NativeText } from './native-schema.ts';
import type { OperationText } from './operation-text.ts';

/** A step with its file found. */
export interface NativeStep {
  readonly at: number;
  readonly text: string;
  readonly change: OperationText;
}

/**
 * One scenario of an orchestrator's own files as plain data: units read, files found, alternatives taken. It goes into
 * the run's id and to workers.
 */
export interface NativePlan extends Omit<
  NativeText,
  'name' | 'description' | 'seeds' | 'files' | 'steps' | 'policies'
> {
  readonly files: readonly { readonly file: string }[];
  readonly steps: readonly NativeStep[];
  readonly policies: Omit<NativeText['policies'], 'name'>;
}
