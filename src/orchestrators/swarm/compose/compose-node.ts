import type { PlainValue } from './plain-value.ts';

/** A part of a compose file, and where it stands. */
export interface ComposeNode {
  readonly kind: 'map' | 'list' | 'scalar';
  /** Of a scalar. */
  readonly value: PlainValue;
  /** Whether a variable has been put into it: then a number may stand there as text. */
  readonly isInterpolated: boolean;
  /** Of a map, in the order of the file. */
  readonly members: ReadonlyMap<string, ComposeMember>;
  readonly items: readonly ComposeNode[];
  /** `file:line:column`. */
  readonly where: string;
}

export interface ComposeMember {
  readonly node: ComposeNode;
  /** `file:line:column` of its key. */
  readonly keyAt: string;
}

const NO_MEMBERS: ReadonlyMap<string, ComposeMember> = new Map();

export const scalarNode = (value: PlainValue, where: string, isInterpolated = false): ComposeNode => ({
  kind: 'scalar',
  value,
  isInterpolated,
  members: NO_MEMBERS,
  items: [],
  where,
});

export const listNode = (items: readonly ComposeNode[], where: string): ComposeNode => ({
  ...scalarNode(null, where),
  kind: 'list',
  items,
});

export const mapNode = (members: ReadonlyMap<string, ComposeMember>, where: string): ComposeNode => ({
  ...scalarNode(null, where),
  kind: 'map',
  members,
});

/** Whether nothing stands there: `key:`, `~`. */
export const isNothing = (node: ComposeNode | undefined): boolean =>
  node === undefined || (node.kind === 'scalar' && node.value === null);
