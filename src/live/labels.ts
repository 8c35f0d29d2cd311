/** Labels of everything that Baton makes on an engine; nothing without `RUN_LABEL` is ever touched. */
export const RUN_LABEL = 'dev.baton.run';
export const POD_LABEL = 'dev.baton.pod';
export const NODE_LABEL = 'dev.baton.node';
export const WORKLOAD_LABEL = 'dev.baton.workload';
/** `pod`, `lock`, `node` (a network). */
export const ROLE_LABEL = 'dev.baton.role';
