import { z } from 'zod';

// What is read of a swarm manager's answers; there is far more in them. Maps and lists may be null where they are empty.
const texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});
const version = z.object({ Index: z.number() });

export const SWARM_INFO_ANSWER = z.object({
  ServerVersion: z.string(),
  Swarm: z
    .object({
      LocalNodeState: z.string().optional(),
      ControlAvailable: z.boolean().optional(),
      NodeID: z.string().optional(),
    })
    .optional(),
});

export const NODES_ANSWER = z.array(
  z.object({
    ID: z.string(),
    Version: version,
    Spec: z.looseObject({ Labels: texts, Role: z.string(), Availability: z.string() }),
    Description: z.object({
      Hostname: z.string(),
      Platform: z.object({ Architecture: z.string(), OS: z.string() }).partial().optional(),
      Resources: z.object({
        NanoCPUs: z.number().default(0),
        MemoryBytes: z.number().default(0),
        GenericResources: z
          .array(
            z.object({
              DiscreteResourceSpec: z.object({ Kind: z.string(), Value: z.number() }).optional(),
              NamedResourceSpec: z.object({ Kind: z.string() }).optional(),
            }),
          )
          .nullish(),
      }),
      Engine: z.object({ Labels: texts }).optional(),
    }),
    Status: z.object({ State: z.string(), Addr: z.string().optional() }),
  }),
);
export type SwarmNodeAnswer = z.output<typeof NODES_ANSWER>[number];

export const SERVICES_ANSWER = z.array(
  z.object({
    ID: z.string(),
    Version: version,
    Spec: z.looseObject({ Name: z.string(), Labels: texts }),
    UpdateStatus: z.object({ State: z.string().optional(), CompletedAt: z.string().optional() }).optional(),
  }),
);
export type SwarmServiceAnswer = z.output<typeof SERVICES_ANSWER>[number];

export const TASKS_ANSWER = z.array(
  z.object({
    ID: z.string(),
    ServiceID: z.string(),
    NodeID: z.string().optional(),
    Slot: z.number().optional(),
    CreatedAt: z.string(),
    DesiredState: z.string(),
    Status: z.object({ State: z.string(), Timestamp: z.string().optional(), Err: z.string().optional() }),
  }),
);
export type SwarmTaskAnswer = z.output<typeof TASKS_ANSWER>[number];

export const NETWORKS_ANSWER = z.array(
  z.object({ Id: z.string(), Name: z.string(), Scope: z.string().optional(), Labels: texts }),
);
/** Services say `ID`, networks `Id`. */
export const CREATED_ANSWER = z
  .object({ ID: z.string().optional(), Id: z.string().optional() })
  .transform(({ ID, Id }) => ({ id: ID ?? Id ?? '' }));
