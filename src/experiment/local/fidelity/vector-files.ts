import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseQuantity } from '../../../orchestrators/kubernetes/objects/quantity.ts';
import { InputError } from '../../../sim/input-error.ts';
import { readable, readTextFile } from '../read-input.ts';

/** What the real scheduler decided in one cluster; objects as the Kubernetes API writes them. */
export interface Scenario {
  /** Family and seed. */
  readonly id: string;
  /** 0: adaptive. */
  readonly percentageOfNodesToScore: number;
  /** In the order in which they joined. */
  readonly nodes: readonly object[];
  /** Pods that have a node already, in the order in which they were added. */
  readonly existingPods: readonly object[];
  /** Pods that arrive one after another; a placed one stays, a refused one goes. */
  readonly pods: readonly object[];
  /** One for each pod. */
  readonly expect: readonly Expected[];
}

export interface Expected {
  readonly pod: string;
  /** Null: refused. */
  readonly node: string | null;
  /** What was written about a refusal. */
  readonly message?: string | null | undefined;
}

/** The scenarios of one file. */
export interface Family {
  /** The file's name without its ending. */
  readonly name: string;
  readonly path: string;
  readonly scenarios: readonly Scenario[];
}

const quantity = z
  .union([z.string(), z.number()])
  .refine((value) => parseQuantity(String(value)) !== undefined, 'this is no quantity');
const amounts = z.record(z.string(), quantity).optional();
const containers = z
  .array(z.looseObject({ resources: z.looseObject({ requests: amounts, limits: amounts }).optional() }))
  .optional();
const metadata = z.looseObject({ name: z.string() });
const node = z.looseObject({ metadata, status: z.looseObject({ allocatable: amounts }).optional() });
const podSpec = z.looseObject({ containers, initContainers: containers, overhead: amounts });
const pod = z.looseObject({ metadata, spec: podSpec });
const placedPod = z.looseObject({ metadata, spec: podSpec.extend({ nodeName: z.string() }) });

const scenarioList = z.array(
  z
    .object({
      id: z.string(),
      percentageOfNodesToScore: z.int().min(0).max(100),
      nodes: z.array(node),
      existingPods: z.array(placedPod),
      pods: z.array(pod),
      expect: z.array(
        z
          .object({ pod: z.string(), node: z.string().nullable(), message: z.string().nullish() })
          .refine(
            (decision) => decision.node !== null || typeof decision.message === 'string',
            'a refusal (node null) has a message',
          ),
      ),
    })
    .refine((scenario) => scenario.expect.length === scenario.pods.length, 'expect has one entry for each of pods')
    .refine(
      (scenario) => scenario.expect.every((decision, i) => decision.pod === scenario.pods[i]?.metadata.name),
      'the entries of expect name the pods in their order',
    ),
);

/** Every `*.json` of a directory, by name. Throws a sentence when there is none, or one is not of the form. */
export function readFamilies(directory: string): Family[] {
  let names: string[];
  try {
    names = readdirSync(directory).filter((name) => name.endsWith('.json'));
  } catch (error) {
    throw readable(error, directory, 'the decisions of the real scheduler');
  }
  if (names.length === 0)
    throw new InputError(`${directory}: there is no file *.json here; name the directory of the scenario files`);
  return names.sort().map((name) => readFamily(directory, name));
}

function readFamily(directory: string, name: string): Family {
  const path = join(directory, name);
  const text = readTextFile(path, 'a file of scenarios');
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${path}: this is not JSON (${(error as Error).message}); write an array of scenarios`);
  }
  const read = scenarioList.safeParse(content);
  if (!read.success) {
    const [issue] = read.error.issues;
    const place = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
    throw new InputError(`${path}: ${place}${issue.message}; see the README of the scenario files`);
  }
  if (read.data.length === 0) throw new InputError(`${path}: there is no scenario in it; write at least one`);
  return { name: name.slice(0, -'.json'.length), path, scenarios: read.data };
}
