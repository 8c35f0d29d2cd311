import { jsonSchemaOfVariants } from '../scenario/scenario-json-schema.ts';
import { nativeSchema } from './native-schema.ts';

/** The JSON Schema that editors check a scenario of an orchestrator's own files against. */
export function nativeJsonSchema(): object {
  return jsonSchemaOfVariants(nativeSchema, 'Baton scenario of Docker Swarm, Mesos, Amazon ECS or Nomad');
}
