import { z } from 'zod';
import { ORCHESTRATORS } from '../../orchestrators/orchestrator.ts';
import { InputError } from '../../sim/input-error.ts';
import { orchestratorChoice, type OrchestratorChoice } from './orchestrator-choice.ts';

const NAMES = ORCHESTRATORS.join(', ');

/** `policies.orchestrator` of a scenario with services: who brings them about. */
export const orchestratorSchema = z
  .union([
    z.string(),
    z.strictObject({
      name: z.string().describe(`One of ${NAMES}`),
      placement: z.string().optional().describe('A placement policy in place of its own choice among machines'),
      constants: z
        .record(z.string(), z.union([z.string(), z.number()]))
        .optional()
        .describe('Timers and numbers that are not as upstream has them, such as { heartbeatPeriod: 10s }'),
    }),
  ])
  .describe(`Who orchestrates: ${NAMES}, or one with a placement policy, such as swarm+best-fit; default: the policies`)
  .transform((written, context): OrchestratorChoice => {
    try {
      if (typeof written === 'string') return orchestratorChoice(written);
      const { name, placement, constants } = written;
      const choice = orchestratorChoice(placement === undefined ? name : `${name}+${placement}`);
      return constants === undefined ? choice : { ...choice, constants };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      context.addIssue({
        code: 'custom',
        message: error.message,
        ...(typeof written !== 'string' && { path: ['name'] }),
      });
      return z.NEVER;
    }
  });
