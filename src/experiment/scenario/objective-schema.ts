import { z } from 'zod';
import { InputError } from '../../sim/input-error.ts';
import { durationUs, quoted } from '../../sim/quantity.ts';
import { nameKey, someDuration, unitField } from './fields.ts';
import { shareOf } from '../../sim/unit-text.ts';

/** A promise with units read; `withinUs` and `windowUs` are absent where nothing was said. */
export interface ObjectivePlan {
  readonly service: string;
  readonly target: number;
  readonly withinUs?: number;
  readonly windowUs?: number;
}

const target = (text: string): number => {
  const value = shareOf(text);
  if (value > 0 && value < 1) return value;
  throw new InputError(
    `${quoted(text)} leaves ${value === 0 ? 'nothing to keep' : 'no room for a single fault'}; write a share between, such as 99.9%`,
  );
};

/** `web 99.9%` or `web 99% within 300ms`. */
function objectiveOf(text: string): ObjectivePlan {
  const [, service, share, within] = /^\s*([A-Za-z][\w-]*)\s+(\S+)(?:\s+within\s+(\S+))?\s*$/.exec(text) ?? [];
  if (service === undefined || share === undefined)
    throw new InputError(`${quoted(text)} is no objective; write it like "web 99.9%" or "web 99% within 300ms"`);
  return { service, target: target(share), ...(within !== undefined && { withinUs: aboveNothing(within) }) };
}

function aboveNothing(text: string): number {
  const us = durationUs(text);
  if (us > 0) return us;
  throw new InputError(`${quoted(text)} is no time at all; write a time above 0 such as 300ms`);
}

/** Promises about requests. */
export const objectivesSchema = z
  .array(
    z.union([
      unitField(objectiveOf, 'Such as "web 99.9%" or "web 99% within 300ms"'),
      z
        .strictObject({
          service: nameKey,
          good: unitField(target, 'Share of requests that must be good, such as 99.9%'),
          within: someDuration('Good means answered within this; default: answered at all').optional(),
          window: someDuration('The period over which the error budget counts; default: the whole run').optional(),
        })
        .transform(({ service, good, within, window }): ObjectivePlan => ({
          service,
          target: good,
          ...(within !== undefined && { withinUs: within }),
          ...(window !== undefined && { windowUs: window }),
        })),
    ]),
  )
  .describe('Promises about services (SLOs)');
