/** Events of a living cluster beside the ends of pods: kinds for `Simulation.schedule`, with what their subject is. */
export const WEATHER_EVENT = 1;
/** Subject: a replica. */
export const REPLICA_EVENT = 2;
/** Subject of all that begin with NODE: a node. */
export const NODE_BOOTED_EVENT = 3;
export const NODE_LOST_EVENT = 4;
export const NODE_EVICT_EVENT = 5;
export const NODE_ENDPOINTS_EVENT = 6;
export const NODE_DRAIN_EVENT = 7;
export const TICK_EVENT = 8;
export const SCRAPE_EVENT = 9;
/** Subject: a service. */
export const HORIZONTAL_EVENT = 10;
export const VERTICAL_EVENT = 11;
export const FLEET_EVENT = 12;
/** Subject: a deployment. */
export const DEPLOY_EVENT = 13;
/** Subject: a service. */
export const DEPLOY_STEP_EVENT = 14;
export const OVERCOMMIT_EVENT = 15;
export const NODE_HEARD_EVENT = 16;

/** What happens first at one instant, after the ends (0) and arrivals (1) of pods. */
export const RANK = { weather: 2, timer: 3, tick: 4, scrape: 5, decision: 6 } as const;
