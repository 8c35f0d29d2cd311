import { InputError } from '../../sim/input-error.ts';
import type { HorizontalPolicy } from '../../sim/scaling/horizontal-policy.ts';
import { seconds } from '../../sim/time.ts';
import { numberOf, textOf } from '../option-values.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { entryAt, momentInWords, momentOfWeek, timetable } from './timetable.ts';
import { withinBounds } from './within-bounds.ts';

/** Replicas by the clock: right for load that keeps hours, and blind to everything else. */
export const scheduled: PolicyFamily<HorizontalPolicy> = {
  name: 'scheduled',
  summary: 'so many replicas from a time of the day or week on',
  source: 'scheduled actions of cloud providers; the cron scaler of KEDA',
  options: [
    {
      name: 'plan',
      kind: 'text',
      default: 'Mon-Fri 08:00 10; 20:00 2',
      meaning:
        'Entries "days time replicas" separated by semicolons; days like Mon-Fri or Sat+Sun, none for every day.',
    },
    { name: 'begins', kind: 'text', default: 'Mon 00:00', meaning: 'The moment of the week at which the run begins.' },
    {
      name: 'lead',
      kind: 'duration',
      default: 0,
      minimum: 0,
      meaning: 'Acts so much earlier, to give replicas time to start.',
    },
    { name: 'period', kind: 'duration', default: seconds(60), minimum: 1, meaning: 'Time between two decisions.' },
  ],
  make(options, name) {
    const entries = timetable(textOf(options, 'plan'));
    const begins = textOf(options, 'begins');
    const beginsUs = momentOfWeek(begins);
    if (beginsUs === undefined)
      throw new InputError(`cannot read "${begins}" as a moment of the week; write it like "Mon 00:00"`);
    const leadUs = numberOf(options, 'lead');
    const { summary, source } = scheduled;
    return {
      name,
      summary,
      source,
      periodUs: numberOf(options, 'period'),
      make: () => ({
        decide(seen) {
          const entry = entryAt(entries, beginsUs + seen.nowUs + leadUs);
          return withinBounds(
            seen,
            entry.replicas,
            `by the timetable ${entry.replicas} from ${momentInWords(entry.atUs)} on`,
          );
        },
      }),
    };
  },
};
