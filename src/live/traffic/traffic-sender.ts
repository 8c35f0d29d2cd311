import { GOOD } from '../../sim/requests/events/outcomes.ts';
import { httpExchanges } from './http-exchanges.ts';
import { LiveRequests } from './live-requests.ts';
import { ServiceMeter } from './service-traffic.ts';
import { type ClockReading, monotonicMs, TrafficClock } from './traffic-clock.ts';
import type { EndpointAddress } from './traffic-driver.ts';
import type { TrafficMeasured } from './traffic-measured.ts';
import type { TrafficPlan } from './traffic-plan.ts';

/** A pod that may get requests, with what balancers know of it. */
export interface TrafficEndpoint {
  readonly pod: number;
  readonly name: string;
  /** Places in the plan's lists; zone -1: none. */
  readonly service: number;
  readonly zone: number;
  /** Its own work, relative to what the plan says. */
  readonly workFactor: number;
  readonly address: EndpointAddress;
}

/** A load generator in the thread that it is called in. */
export interface TrafficSender {
  setClock(reading: ClockReading): void;
  endpointIn(endpoint: TrafficEndpoint): void;
  endpointOut(pod: number): void;
  readonly counts: { readonly sent: number; readonly served: number; readonly failed: number };
  /** Sends no more; waits so long at most for what is under way. */
  end(drainMs: number): Promise<TrafficMeasured>;
}

/** So close before something is due the sender looks again and again, since timers are a millisecond late. */
const WATCH_MS = 1.2;
/** Unless it is woken so often in a second that this would take the machine from those it measures. */
const MOST_WATCHED_PER_S = 200;
const LONGEST_SLEEP_MS = 1000;
const MOST_INTERVALS = 2000;

/** Sends the plan's requests from this simulated time on, when they are due, and measures what becomes of them. */
export function trafficSender(plan: TrafficPlan, fromUs = 0): TrafficSender {
  const clock = new TrafficClock();
  const meters = plan.services.map(({ name }) => new ServiceMeter(name, fromUs));
  const serviceOf = plan.traffic.map(({ service }) => service);
  const numberOf = new Map<number, { readonly number: number; isIn: boolean }>();
  const known: TrafficEndpoint[] = [];
  /** Several scrapes where there would be too many. */
  const intervalUs = plan.scrapeUs * Math.max(1, Math.ceil(plan.durationUs / plan.scrapeUs / MOST_INTERVALS));
  let timer: NodeJS.Timeout | undefined;
  let watching: NodeJS.Immediate | undefined;
  let hasEnded = false;
  let scrapeUs = (Math.floor(fromUs / intervalUs) + 1) * intervalUs;
  let wakeUps = 0;
  let secondMs = 0;
  let onIdle: (() => void) | undefined;

  const exchanges = httpExchanges({
    realUs: (endpoint, workUs) => (workUs * known[endpoint].workFactor) / clock.speed,
    onAnswer: () => advance(),
  });
  const requests = new LiveRequests(
    plan,
    {
      send: (endpoint, workUs, done) =>
        exchanges.send(endpoint, workUs, (answer) => {
          if (hasEnded) return;
          done(answer);
          schedule();
        }),
    },
    {
      begun: (traffic, dueUs) => meters[serviceOf[traffic]].begun(monotonicMs() - clock.wallMs(dueUs)),
      settled: (service, issuedUs, outcome) => {
        if (outcome === GOOD) meters[service].served(sinceMs(issuedUs));
      },
      ended: (traffic, dueUs, outcome) => {
        if (outcome === GOOD) meters[serviceOf[traffic]].pleased(sinceMs(dueUs));
      },
      answered: (endpoint, answer) => {
        const { service, name } = known[endpoint];
        if (answer.said === 'good') meters[service].answered(name, answer);
      },
    },
    fromUs,
  );

  /** Real time from then until what has just happened; while the replay's clock is held, answers come all the same. */
  const sinceMs = (simUs: number): number =>
    (clock.isRunning ? clock.wallMs(requests.nowUs) : monotonicMs()) - clock.wallMs(simUs);

  const advance = (): void => {
    if (hasEnded) return;
    const nowUs = clock.simUs(monotonicMs());
    for (; scrapeUs <= nowUs; scrapeUs += intervalUs) {
      requests.advance(scrapeUs);
      scrape(scrapeUs);
    }
    requests.advance(nowUs);
  };

  const scrape = (atUs: number): void =>
    meters.forEach((meter, k) => meter.scrape(atUs, requests.counters.services[k]));

  const wake = (): void => {
    timer = undefined;
    watching = undefined;
    wakeUps++;
    advance();
    schedule();
  };

  const schedule = (): void => {
    clearTimeout(timer);
    clearImmediate(watching);
    timer = watching = undefined;
    if (requests.waiting === 0) onIdle?.();
    if (hasEnded || !clock.isRunning || requests.nextUs === Infinity) return;
    const nowMs = monotonicMs();
    if (nowMs - secondMs > 1000) {
      secondMs = nowMs;
      wakeUps = 0;
    }
    const waitMs = clock.wallMs(requests.nextUs) - nowMs;
    if (waitMs <= 0) watching = setImmediate(wake);
    else if (wakeUps > MOST_WATCHED_PER_S) timer = setTimeout(wake, Math.min(LONGEST_SLEEP_MS, Math.round(waitMs)));
    else if (waitMs <= WATCH_MS) watching = setImmediate(schedule);
    else timer = setTimeout(schedule, Math.min(LONGEST_SLEEP_MS, Math.max(1, Math.floor(waitMs - WATCH_MS))));
  };

  const add = (endpoint: TrafficEndpoint): void => {
    const { name, service, zone, address, pod } = endpoint;
    const number = requests.add({ service, name, zone, speed: 1, weight: 1 });
    known[number] = endpoint;
    exchanges.setAddress(number, address);
    numberOf.set(pod, { number, isIn: true });
  };

  return {
    setClock: (reading) => {
      advance();
      clock.set(reading);
      advance();
      schedule();
    },
    endpointIn: (endpoint) => {
      if (hasEnded || endpoint.service < 0) return;
      advance();
      const before = numberOf.get(endpoint.pod);
      if (before?.isIn === true) {
        exchanges.setAddress(before.number, endpoint.address);
        return;
      }
      add(endpoint);
      schedule();
    },
    endpointOut: (pod) => {
      const place = numberOf.get(pod);
      if (place === undefined || !place.isIn) return;
      advance();
      place.isIn = false;
      requests.withdraw(place.number);
      schedule();
    },
    get counts() {
      const sum = { sent: 0, served: 0, failed: 0 };
      for (const { arrived, served, failed, timedOut } of requests.counters.services) {
        sum.sent += arrived;
        sum.served += served;
        sum.failed += failed + timedOut;
      }
      return sum;
    },
    end: async (drainMs) => {
      advance();
      requests.stopAsking();
      // What is answered later belongs to the last interval, which is none the longer for it.
      const endUs = requests.nowUs;
      scrapeUs = Infinity;
      await new Promise<void>((resolve) => {
        const patience = setTimeout(resolve, drainMs);
        onIdle = () => {
          clearTimeout(patience);
          resolve();
        };
        schedule();
      });
      hasEnded = true;
      schedule();
      exchanges.close();
      requests.check();
      scrape(endUs);
      const { services, traffic } = requests.counters;
      const measured = meters.map((meter, k) =>
        meter.measured(
          services[k],
          traffic.filter((_, at) => serviceOf[at] === k),
        ),
      );
      return { services: measured.filter(({ sent }) => sent > 0), notes: plan.notes };
    },
  };
}
