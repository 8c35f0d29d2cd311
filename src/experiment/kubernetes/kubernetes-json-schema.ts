import { jsonSchemaOfVariants } from '../scenario/scenario-json-schema.ts';
import { kubernetesSchema } from './kubernetes-schema.ts';

/**
 * The JSON Schema that editors check the scenario of a Kubernetes cluster against: of what stands before the line of
 * three dashes, not of the manifests behind it.
 */
export function kubernetesJsonSchema(): object {
  return jsonSchemaOfVariants(kubernetesSchema, 'Baton scenario of a Kubernetes cluster');
}
