/** On a node that a replay has drained or paused: its run, and what the node was before. */
export const AVAILABILITY_LABEL = 'dev.baton.availability';

export const AVAILABILITY_OF = { drain: 'drain', pause: 'pause', activate: 'active' } as const;
