import type { Attempts } from '../attempts.ts';
import type { BalancedService } from '../balanced-service.ts';
import type { Counters } from '../counters.ts';
import type { Endpoints } from '../endpoints.ts';
import { EventHeap } from '../event-heap.ts';
import type { Network } from '../network.ts';
import type { RequestModelOptions } from '../request-model.ts';
import { Requests } from '../requests.ts';
import type { Servers } from '../servers.ts';
import type { TierContext } from '../tier-context.ts';
import { Asking } from './asking.ts';
import { Callers } from './callers.ts';
import { Calling } from './calling.ts';
import { Holding } from './holding.ts';
import { Losing } from './losing.ts';
import { Patience } from './patience.ts';
import { Sending } from './sending.ts';
import { Serving } from './serving.ts';
import { Sources } from './sources.ts';
import { Users } from './users.ts';

/**
 * What the parts of the event tier share: the clock, the events to come, requests and attempts as columns, and each
 * other. A part keeps a reference to its world and nothing that another part writes.
 */
export class EventWorld {
  nowUs: number;
  readonly heap = new EventHeap();
  readonly requests = new Requests();
  readonly options: RequestModelOptions;
  readonly context: TierContext;
  readonly attempts: Attempts;
  readonly servers: Servers;
  readonly counters: Counters;
  readonly endpoints: Endpoints;
  readonly network: Network;
  readonly balanced: readonly BalancedService[];
  readonly callers: Callers;
  readonly sources: Sources;
  readonly users: Users;
  readonly asking: Asking;
  readonly patience: Patience;
  readonly sending: Sending;
  readonly holding: Holding;
  readonly serving: Serving;
  readonly calling: Calling;
  readonly losing: Losing;

  constructor(context: TierContext) {
    this.nowUs = context.options.startUs;
    this.context = context;
    this.options = context.options;
    this.attempts = context.attempts;
    this.servers = context.servers;
    this.counters = context.counters;
    this.endpoints = context.endpoints;
    this.network = context.network;
    this.balanced = context.balanced;
    this.callers = new Callers(context.options);
    this.sources = new Sources(this);
    this.users = new Users(this);
    this.asking = new Asking(this);
    this.patience = new Patience(this);
    this.sending = new Sending(this);
    this.holding = new Holding(this);
    this.serving = new Serving(this);
    this.calling = new Calling(this);
    this.losing = new Losing(this);
  }
}
