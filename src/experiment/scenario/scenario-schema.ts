import { z } from 'zod';
import { clusterSchema } from './cluster-schema.ts';
import { duration, nameKey, someDuration } from './fields.ts';
import { jobsSchema } from './job-schema.ts';
import { objectivesSchema } from './objective-schema.ts';
import { policiesSchema } from './policies-schema.ts';
import { deploymentSchema, serviceSchema } from './service-schema.ts';
import { trafficSchema } from './traffic-schema.ts';
import { weatherSchema } from './weather-schema.ts';

/** One scenario after its lists were multiplied out: no alternatives are left in it. */
export const scenarioSchema = z
  .strictObject({
    name: z.string().min(1).optional().describe('Title of the report; default: the name of the file'),
    description: z.string().optional().describe('What it teaches, in a line'),
    duration: someDuration('Simulated time; default 1h').default(3600e6),
    seeds: z
      .union([z.string(), z.int().min(0), z.array(z.int().min(0)).min(1, 'the list is empty')])
      .optional()
      .describe('Such as 7, [1, 2, 3] or "1..10"; default 1..10 to compare, 1 to run'),
    model: z
      .enum(['auto', 'discrete', 'fluid'])
      .default('auto')
      .describe('How requests are modelled: every one, or rates; auto picks by load'),
    coldStart: z
      .boolean()
      .default(false)
      .describe('Whether services have to start first; else they are ready at time 0'),
    cluster: clusterSchema,
    services: z.record(nameKey, serviceSchema).optional().describe('Services by name'),
    jobs: jobsSchema.optional(),
    traffic: trafficSchema.optional(),
    weather: weatherSchema.optional(),
    policies: policiesSchema.prefault({}),
    deployments: z.array(deploymentSchema).optional().describe('New versions of services'),
    objectives: objectivesSchema.optional(),
    metrics: z
      .strictObject({
        scrape: someDuration('Time between two measurements').default(15e6),
        delay: duration('How much later policies see them').default(0),
      })
      .optional()
      .describe('The metrics pipeline'),
    timelinePoints: z.int().min(2).max(20_000).default(500).describe('Points of the timeline in reports'),
  })
  .describe('A scenario of Baton: a living cluster and those who run it');

/** A scenario without alternatives, its units read. Plain data. */
export type ScenarioText = z.output<typeof scenarioSchema>;
