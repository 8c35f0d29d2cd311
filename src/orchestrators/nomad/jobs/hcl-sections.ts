import { InputError } from '../../../sim/input-error.ts';
import { suggestion } from '../../../sim/nearest-name.ts';
import { evaluateHcl } from '../hcl/evaluate-hcl.ts';
import type { HclScope } from '../hcl/evaluate-hcl.ts';
import { textOf } from '../hcl/hcl-functions.ts';
import type { HclBlock, HclBody, HclExpression, HclValue } from '../hcl/hcl-syntax.ts';
import { parseHcl } from '../hcl/parse-hcl.ts';
import type { JobSection, Section, SectionField } from './section.ts';

/** Blocks that may be written with `=` too, and are then a map, not a block. */
const MAPS = new Set([
  'meta',
  'env',
  'config',
  'canary_meta',
  'sysctl',
  'options',
  'header',
  'args',
  'tagged_addresses',
]);
/** Blocks whose content nobody here reads field by field: drivers' configuration and the like. */
const FREE = new Set(['config', 'connect', 'proxy', 'strategy']);

/** The jobs of an HCL2 file, its variables and locals put in. */
export function hclSections(text: string, file: string, note: (sentence: string) => void): JobSection[] {
  const body = parseHcl(text, file);
  for (const { name, line } of body.attributes)
    throw new InputError(`${file}:${line}: "${name}" stands outside of any block; write it inside of job "..." { }`);
  const known = ['job', 'variable', 'locals', 'variables'];
  for (const { type, line } of body.blocks)
    if (!known.includes(type))
      throw new InputError(`${file}:${line}: a job file has no block "${type}"${suggestion(type, known)}`);
  const outside = (name: string, line: number): void =>
    note(`${file}:${line}: what ${name}() gives lies outside of the file and is taken as empty`);
  const bare: HclScope = { file, names: { var: {}, local: {} }, outside };
  const variables: Record<string, HclValue> = {};
  for (const block of body.blocks)
    if (block.type === 'variable') variables[labelOf(block, file)] = defaultOf(block, bare);
    else if (block.type === 'variables')
      for (const { name, value } of block.body.attributes) variables[name] = evaluateHcl(value, bare);
  const scope: HclScope = { ...bare, names: { var: variables, local: localsOf(body, variables, bare) } };
  const jobs = body.blocks.filter(({ type }) => type === 'job');
  if (jobs.length === 0) throw new InputError(`${file}:1: there is no job in this file; write job "name" { ... }`);
  return jobs.map((block) => {
    labelOf(block, file);
    return { file, job: sectionOf(block, scope) };
  });
}

function labelOf({ type, labels, line }: HclBlock, file: string): string {
  if (labels.length === 1) return labels[0];
  throw new InputError(`${file}:${line}: ${type} needs exactly one name; write ${type} "name" { ... }`);
}

function defaultOf(block: HclBlock, scope: HclScope): HclValue {
  const written = block.body.attributes.find(({ name }) => name === 'default');
  if (written !== undefined) return evaluateHcl(written.value, scope);
  const [name] = block.labels;
  throw new InputError(
    `${scope.file}:${block.line}: variable "${name}" has no default, and there is no command line here to set it; write default = ...`,
  );
}

/** Locals may use one another in any order. */
function localsOf(body: HclBody, variables: Record<string, HclValue>, bare: HclScope): Record<string, HclValue> {
  const open = body.blocks.filter(({ type }) => type === 'locals').flatMap((block) => block.body.attributes);
  const locals: Record<string, HclValue> = {};
  const scope: HclScope = { ...bare, names: { var: variables, local: locals } };
  const names = new Set(open.map(({ name }) => name));
  let waiting = open;
  while (waiting.length > 0) {
    const later = waiting.filter(({ name, value }) => {
      if (needs(value).some((other) => names.has(other) && !Object.hasOwn(locals, other))) return true;
      locals[name] = evaluateHcl(value, scope);
      return false;
    });
    if (later.length === waiting.length)
      throw new InputError(`${bare.file}:${later[0].line}: local "${later[0].name}" needs itself`);
    waiting = later;
  }
  return locals;
}

/** The locals that an expression names. */
function needs(expression: unknown): string[] {
  if (Array.isArray(expression)) return expression.flatMap(needs);
  if (expression === null || typeof expression !== 'object') return [];
  const node = expression as HclExpression;
  if (node.kind === 'attribute' && node.of.kind === 'name' && node.of.name === 'local') return [node.name];
  return Object.values(node).flatMap(needs);
}

function sectionOf(block: HclBlock, scope: HclScope): Section {
  const { type, labels, line, body } = block;
  const fields = new Map<string, SectionField>();
  const sections: Section[] = [];
  for (const { name, line: at, value } of body.attributes)
    fields.set(name, { name, shown: name, line: at, value: evaluateHcl(value, scope) });
  for (const inner of body.blocks) {
    if (inner.type === 'dynamic') sections.push(...dynamicSections(inner, scope));
    else if (MAPS.has(inner.type) && inner.labels.length === 0)
      fields.set(inner.type, {
        name: inner.type,
        shown: inner.type,
        line: inner.line,
        value: mapOf(inner.body, scope),
      });
    else sections.push(FREE.has(inner.type) ? freeSection(inner, scope) : sectionOf(inner, scope));
  }
  return { type, labels, line, fields, sections };
}

/** What has no schema here: its attributes and blocks as one map. */
function freeSection({ type, labels, line, body }: HclBlock, scope: HclScope): Section {
  const map = mapOf(body, scope);
  const fields = new Map(
    Object.keys(map).map((name): [string, SectionField] => [name, { name, shown: name, line, value: map[name] }]),
  );
  return { type, labels, line, fields, sections: [] };
}

function mapOf(body: HclBody, scope: HclScope): { [key: string]: HclValue } {
  const map: { [key: string]: HclValue } = {};
  for (const { name, value } of body.attributes) map[name] = evaluateHcl(value, scope);
  for (const { type, labels, body: inner } of body.blocks)
    map[labels.length === 0 ? type : `${type} ${labels.join(' ')}`] = mapOf(inner, scope);
  return map;
}

/** `dynamic "port" { for_each = [...] labels = [...] content { ... } }`. */
function dynamicSections(block: HclBlock, scope: HclScope): Section[] {
  const { file } = scope;
  const name = labelOf(block, file);
  const attribute = (of: string): HclExpression | undefined =>
    block.body.attributes.find((one) => one.name === of)?.value;
  const each = attribute('for_each');
  const content = block.body.blocks.find(({ type }) => type === 'content');
  if (each === undefined || content === undefined)
    throw new InputError(`${file}:${block.line}: dynamic "${name}" needs for_each = ... and content { ... }`);
  const iterator = attribute('iterator');
  const as = iterator?.kind === 'name' ? iterator.name : name;
  const over = evaluateHcl(each, scope);
  if (over === null || typeof over !== 'object')
    throw new InputError(`${file}:${block.line}: for_each of dynamic "${name}" is neither a list nor a map`);
  const entries: [HclValue, HclValue][] = Array.isArray(over)
    ? over.map((value, place) => [place, value])
    : Object.keys(over)
        .sort()
        .map((key) => [key, over[key]]);
  return entries.map(([key, value]) => {
    const inner: HclScope = { ...scope, names: { ...scope.names, [as]: { key, value } } };
    const written = attribute('labels');
    const labels = written === undefined ? [] : evaluateHcl(written, inner);
    return sectionOf({ ...content, type: name, labels: Array.isArray(labels) ? labels.map(textOf) : [] }, inner);
  });
}
