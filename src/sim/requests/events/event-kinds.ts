/** Kinds of events; the number is the rank as well: what happens first at the same instant. */
export const DEPARTS = 0;
export const ANSWERED = 1;
export const ARRIVES = 2;
export const TABLES = 3;
export const USERS_CHANGE = 4;
export const TIMEOUTS = 5;
export const HEDGES = 6;
export const RETRIES = 7;
export const USER_ASKS = 8;
/** Calls that wait for an endpoint have waited long enough. */
export const HOLDS = 9;
