import { z } from 'zod';
import { InputError } from '../../sim/input-error.ts';
import { orchestratorSchema } from '../orchestrated/orchestrator-schema.ts';
import { clientSchema } from './client-schema.ts';
import { detectionSchema } from './detection-schema.ts';
import { FAMILIES, type FamilyKind } from './families.ts';
import { readChoice, type PolicyChoice } from './policy-choice.ts';

/** What decides about services: one choice for all that have none of their own. */
export interface ServiceChoices {
  readonly all?: PolicyChoice;
  readonly services: Readonly<Record<string, PolicyChoice>>;
}

const anyMap = z.record(z.string(), z.unknown());

/** Names of a kind, for editors. */
const namesOf = (kind: FamilyKind): string => FAMILIES[kind].map((one) => one.name).join(', ');

/** One policy for the whole cluster; `none` where there may be none. */
function choice(kind: FamilyKind, called: string, meaning: string) {
  return z
    .union([z.string(), anyMap])
    .describe(`${meaning}: ${namesOf(kind)}`)
    .transform((written, context): PolicyChoice | null => {
      try {
        return written === 'none' && !hasNone(kind) ? null : readChoice(written, FAMILIES[kind], called);
      } catch (error) {
        return fault(error, context);
      }
    });
}

/** A policy for all services, or `{ all: ..., web: ... }`. */
function perService(kind: FamilyKind, called: string, meaning: string) {
  return z
    .union([z.string(), anyMap])
    .describe(`${meaning}: ${namesOf(kind)}; or by service: { all: ..., web: ... }`)
    .transform((written, context): ServiceChoices => {
      const one = (value: unknown, path: string[]): PolicyChoice | undefined => {
        try {
          return value === 'none' && !hasNone(kind) ? undefined : readChoice(value, FAMILIES[kind], called);
        } catch (error) {
          return fault(error, context, path);
        }
      };
      if (typeof written === 'string' || Object.hasOwn(written, 'name')) {
        const all = one(written, []);
        return { ...(all !== undefined && { all }), services: {} };
      }
      const services: Record<string, PolicyChoice> = {};
      let all: PolicyChoice | undefined;
      for (const [service, value] of Object.entries(written)) {
        const chosen = one(value, [service]);
        if (service === 'all') all = chosen;
        else if (chosen !== undefined) services[service] = chosen;
      }
      return { ...(all !== undefined && { all }), services };
    });
}

const hasNone = (kind: FamilyKind): boolean => FAMILIES[kind].some((one) => one.name === 'none');

function fault(
  error: unknown,
  context: { addIssue(issue: { code: 'custom'; message: string; path?: PropertyKey[] }): void },
  path: string[] = [],
): never {
  if (!(error instanceof InputError)) throw error;
  context.addIssue({ code: 'custom', message: error.message, path });
  return z.NEVER;
}

/** Who decides. Lists in here make the rows that are compared. */
export const policiesSchema = z
  .strictObject({
    name: z.string().min(1).optional().describe('What this set of policies is called in reports'),
    orchestrator: orchestratorSchema.optional(),
    placement: z
      .string()
      .default('least-allocated')
      .describe('Where to put a pod: a name of `baton policies placement`, or a file such as ./mine.ts'),
    queue: z.string().default('fifo').describe('In which order waiting pods are tried'),
    backfill: z.string().default('any').describe('Who may pass the head of the queue'),
    balancing: perService('balancing', 'balancing policy', 'Which replica gets a request').optional(),
    scaling: perService('scaling', 'scaling policy', 'How many replicas a service has').optional(),
    vertical: perService('vertical', 'vertical scaling policy', 'How large a replica is').optional(),
    nodes: choice('nodes', 'node policy', 'Which machines are bought and given back').optional(),
    overcommit: choice('overcommit', 'overcommit policy', 'How much of a node may be promised').optional(),
    deployment: perService('deployment', 'deployment policy', 'How a new version is rolled out').optional(),
    detection: detectionSchema.optional(),
    clients: clientSchema.optional(),
  })
  .describe('Who decides; lists in here make the rows that are compared');

export type PoliciesText = z.output<typeof policiesSchema>;
