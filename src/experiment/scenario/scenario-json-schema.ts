import { z } from 'zod';
import { LIST_FIELDS } from './list-fields.ts';
import { scenarioSchema } from './scenario-schema.ts';

type Json = Record<string, unknown>;

/** The JSON Schema that editors check a scenario file against. */
export function scenarioJsonSchema(): object {
  return jsonSchemaOfVariants(scenarioSchema, 'Baton scenario');
}

/**
 * The JSON Schema of one scenario, in which every field may also be `{ oneOf: [...] }` and every field that is no list
 * by nature may be a list of alternatives.
 */
export function jsonSchemaOfVariants(schema: z.ZodType, title: string): object {
  const one = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', reused: 'inline' }) as Json;
  const definitions: Definitions = { byName: {}, byText: new Map() };
  const { $schema, ...root } = one;
  const body = withAlternatives(root, 'scenario', definitions);
  return { $schema, title, ...body, $defs: definitions.byName };
}

/** Schemas that are put aside, each once however often it stands in the whole. */
interface Definitions {
  readonly byName: Json;
  readonly byText: Map<string, string>;
}

/** The schema with alternatives allowed in every field of its maps. Each field's own schema is put aside once. */
function withAlternatives(schema: Json, name: string, definitions: Definitions): Json {
  const result: Json = { ...schema };
  for (const key of ['anyOf', 'oneOf', 'allOf'] as const)
    if (Array.isArray(schema[key]))
      result[key] = (schema[key] as Json[]).map((branch, index) =>
        withAlternatives(branch, `${name}.${index + 1}`, definitions),
      );
  if (isMap(schema['properties']))
    result['properties'] = Object.fromEntries(
      Object.entries(schema['properties']).map(([key, field]) => [
        key,
        orAlternatives(field as Json, `${name}.${key}`, LIST_FIELDS.has(key), definitions),
      ]),
    );
  if (isMap(schema['additionalProperties']) && Object.keys(schema['additionalProperties']).length > 0)
    result['additionalProperties'] = orAlternatives(schema['additionalProperties'], `${name}.*`, false, definitions);
  if (isMap(schema['items'])) result['items'] = orAlternatives(schema['items'], `${name}[]`, true, definitions);
  return result;
}

function orAlternatives(field: Json, name: string, isList: boolean, definitions: Definitions): Json {
  const { description, default: byDefault, ...own } = field;
  const text = JSON.stringify(own);
  const known = definitions.byText.get(text) ?? name;
  if (known === name) {
    definitions.byText.set(text, name);
    definitions.byName[name] = withAlternatives(own, name, definitions);
  }
  const one = { $ref: `#/$defs/${known.replaceAll('~', '~0').replaceAll('/', '~1')}` };
  const many = { type: 'array', minItems: 1, items: one };
  const named = { type: 'object', properties: { oneOf: many }, required: ['oneOf'], additionalProperties: false };
  return {
    ...(description !== undefined && { description }),
    ...(byDefault !== undefined && { default: byDefault }),
    anyOf: isList ? [one, named] : [one, many, named],
  };
}

const isMap = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
