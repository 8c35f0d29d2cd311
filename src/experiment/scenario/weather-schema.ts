import { z } from 'zod';
import { InputError } from '../../sim/input-error.ts';
import { readChoice, type PolicyChoice } from './policy-choice.ts';
import { WEATHER_KINDS } from './weather-kinds.ts';

const names = WEATHER_KINDS.map((one) => one.name).join(', ');

/** What befalls the cluster: each `kind(option=value)` or `{ kind: ..., option: ... }`. */
export const weatherSchema = z
  .array(
    z
      .union([z.string(), z.record(z.string(), z.unknown())])
      .describe(`Such as "node-crash(preset=lanl)"; kinds: ${names}`)
      .transform((written, context): PolicyChoice => {
        try {
          return readChoice(written, WEATHER_KINDS, 'kind of weather', 'kind');
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          context.addIssue({ code: 'custom', message: error.message });
          return z.NEVER;
        }
      }),
  )
  .describe('What befalls the cluster; the same for every policy');
