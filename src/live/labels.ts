/** Labels of everything that Baton makes on an engine; nothing without `RUN_LABEL` is ever touched. */
export const RUN_LABEL = 'dev.baton.run';
export const POD_LABEL = 'dev.baton.pod';
export const NODE_LABEL = 'dev.baton.node';
export const WORKLOAD_LABEL = 'dev.baton.workload';
/** `pod`, `lock`, `node` (a network). */
export const ROLE_LABEL = 'dev.baton.role';
/** Of a lock: `host pid start`, the process that holds it and when that began by its machine's ticks; and since when, ISO 8601. */
export const OWNER_LABEL = 'dev.baton.owner';
export const SINCE_LABEL = 'dev.baton.since';
