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

/** Sends the plan's requests when they are due and measures what becomes of them. */
export function trafficSender(plan: TrafficPlan): TrafficSender {
  const clock = new TrafficClock();
  const meters = plan.services.map(({ name }) => new ServiceMeter(name, plan.scrapeUs, plan.durationUs));
  const serviceOfTraffic = plan.traffic.map(({ service }) => service);
  const numberOf = new Map<number, { readonly number: number; isIn: boolean }>();
  const known: TrafficEndpoint[] = [];
  /** By request: when it was due, in real milliseconds. */
  const dueMs: number[] = [];
  let timer: NodeJS.Timeout | undefined;
  let watching: NodeJS.Immediate | undefined;
  let hasEnded = false;
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
      begun: (traffic, request, dueUs) => {
        dueMs[request] = clock.wallMs(dueUs);
        meters[serviceOfTraffic[traffic]].begun(dueUs, monotonicMs() - dueMs[request]);
      },
      ended: (traffic, request, outcome) => {
        // While the replay's clock is held, answers come all the same.
        const nowMs = clock.isRunning ? clock.wallMs(requests.nowUs) : monotonicMs();
        meters[serviceOfTraffic[traffic]].ended(requests.nowUs, outcome, nowMs - dueMs[request]);
      },
      answered: (endpoint, { said, workedMs }) => {
        const { service, name } = known[endpoint];
        if (said === 'good') meters[service].answered(name, workedMs);
      },
    },
  );

  const advance = (): void => {
    if (!hasEnded) requests.advance(clock.simUs(monotonicMs()));
  };

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
      for (const { counts } of meters) {
        sum.sent += counts.sent;
        sum.served += counts.served;
        sum.failed += counts.failed;
      }
      return sum;
    },
    end: async (drainMs) => {
      advance();
      requests.stopAsking();
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
      const nowUs = requests.nowUs;
      plan.services.forEach((_, service) => {
        let waiting = 0;
        serviceOfTraffic.forEach((of, traffic) => {
          if (of === service) waiting += requests.counters.traffic[traffic].inFlight;
        });
        meters[service].unanswered(waiting);
      });
      requests.check();
      return { services: meters.map((meter) => meter.measured(nowUs)), notes: plan.notes };
    },
  };
}
