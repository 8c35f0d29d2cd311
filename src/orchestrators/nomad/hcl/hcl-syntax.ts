/** An HCL expression as it is written. `line` counts from 1. */
export type HclExpression =
  | { readonly kind: 'literal'; readonly line: number; readonly value: string | number | boolean | null }
  | { readonly kind: 'template'; readonly line: number; readonly parts: readonly HclTemplatePart[] }
  | { readonly kind: 'tuple'; readonly line: number; readonly items: readonly HclExpression[] }
  | { readonly kind: 'object'; readonly line: number; readonly items: readonly HclObjectItem[] }
  | { readonly kind: 'name'; readonly line: number; readonly name: string }
  | { readonly kind: 'attribute'; readonly line: number; readonly of: HclExpression; readonly name: string }
  | { readonly kind: 'index'; readonly line: number; readonly of: HclExpression; readonly key: HclExpression }
  /** `list[*].name`: the names after it are asked of each item. */
  | { readonly kind: 'splat'; readonly line: number; readonly of: HclExpression; readonly names: readonly string[] }
  | { readonly kind: 'call'; readonly line: number; readonly name: string; readonly args: readonly HclExpression[] }
  | { readonly kind: 'unary'; readonly line: number; readonly sign: '-' | '!'; readonly of: HclExpression }
  | {
      readonly kind: 'binary';
      readonly line: number;
      readonly sign: string;
      readonly left: HclExpression;
      readonly right: HclExpression;
    }
  | {
      readonly kind: 'conditional';
      readonly line: number;
      readonly test: HclExpression;
      readonly yes: HclExpression;
      readonly no: HclExpression;
    }
  | HclFor;

/** `[for x in list : f(x) if x > 1]`, or with a key an object. */
export interface HclFor {
  readonly kind: 'for';
  readonly line: number;
  /** One name: the value; two: key (or place) and value. */
  readonly names: readonly string[];
  readonly over: HclExpression;
  readonly key?: HclExpression;
  readonly value: HclExpression;
  readonly only?: HclExpression;
}

/** A piece of a text in quotes: as it stands, or `${expression}` with what was written between the braces. */
export type HclTemplatePart = string | { readonly expression: HclExpression; readonly source: string };

export interface HclObjectItem {
  readonly key: HclExpression;
  readonly value: HclExpression;
}

export interface HclAttribute {
  readonly name: string;
  readonly line: number;
  readonly value: HclExpression;
}

export interface HclBlock {
  readonly type: string;
  readonly labels: readonly string[];
  readonly line: number;
  readonly body: HclBody;
}

export interface HclBody {
  readonly attributes: readonly HclAttribute[];
  readonly blocks: readonly HclBlock[];
}

/** What an expression comes to. */
export type HclValue = string | number | boolean | null | HclValue[] | { [key: string]: HclValue };
