import { type Attempts, LOST, QUEUED, RETURNS, SERVED, TRAVELS, WAITS } from '../attempts.ts';
import { Violation } from '../../ledger.ts';
import { NOBODY } from '../requests.ts';
import type { Servers } from '../servers.ts';

/** Adds what is in flight by service, as the attempts say, to the array; throws a Violation where lists and counts disagree. */
export function checkBooks(attempts: Attempts, servers: Servers, inFlight: number[]): void {
  const load: number[] = [];
  const coming: number[] = [];
  const queued: number[] = [];
  const working: number[] = [];
  for (let at = 0; at < attempts.slots.end; at++) {
    const state = attempts.state[at];
    if (state === 0) continue;
    const endpoint = attempts.endpoint[at];
    if (attempts.request[at] !== NOBODY) inFlight[attempts.service[at]]++;
    if (state === RETURNS || state === LOST || state === WAITS) continue;
    load[endpoint] = (load[endpoint] ?? 0) + 1;
    if (state === TRAVELS) coming[endpoint] = (coming[endpoint] ?? 0) + 1;
    if (state === QUEUED) queued[endpoint] = (queued[endpoint] ?? 0) + 1;
    if (state === SERVED) working[endpoint] = (working[endpoint] ?? 0) + 1;
  }
  for (let endpoint = 0; endpoint < servers.load.length; endpoint++) {
    agree(endpoint, 'requests', servers.load[endpoint], load[endpoint]);
    agree(endpoint, 'requests on their way', servers.coming[endpoint], coming[endpoint]);
    agree(endpoint, 'requests in its queue', servers.queueLength[endpoint], queued[endpoint]);
    agree(endpoint, 'places at work', servers.working[endpoint], working[endpoint]);
  }
}

function agree(endpoint: number, what: string, told: number, counted: number | undefined): void {
  if (told !== (counted ?? 0))
    throw new Violation(`endpoint ${endpoint} tells of ${told} ${what}, but ${counted ?? 0} are there`);
}
