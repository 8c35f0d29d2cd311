import { Agent, type ClientRequest, request } from 'node:http';
import type { Answer, Exchanges } from './live-world.ts';
import type { EndpointAddress } from './traffic-driver.ts';

const SERVICE_HEADER = 'x-baton-service-us';
const WORKED_HEADER = 'x-baton-worked-us';
const QUEUED_HEADER = 'x-baton-queued-us';
/** Why our workload answers 503. */
const REFUSED_HEADER = 'x-baton-refused';

/** Exchanges over HTTP/1.1 with connections that are kept. */
export interface HttpExchanges extends Exchanges {
  /** Where the endpoint is from now on. */
  setAddress(endpoint: number, address: EndpointAddress): void;
  /** Closes every connection. */
  close(): void;
}

export interface HttpOptions {
  /** Real microseconds of work to order for these simulated ones. */
  readonly realUs: (endpoint: number, workUs: number) => number;
  /** Called before an answer is handed over. */
  readonly onAnswer: () => void;
}

/** Asks with `GET /`; an answer counts when its body has come to its end. */
export function httpExchanges({ realUs, onAnswer }: HttpOptions): HttpExchanges {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: Infinity, scheduling: 'lifo' });
  const addresses: EndpointAddress[] = [];

  return {
    setAddress: (endpoint, address) => {
      addresses[endpoint] = address;
    },
    send: (endpoint, workUs, done) => {
      const { host, port } = addresses[endpoint];
      const headers = { [SERVICE_HEADER]: Math.round(realUs(endpoint, workUs)) };
      let current: ClientRequest | undefined;
      let hasEnded = false;
      const end = (answer: Answer): void => {
        if (hasEnded) return;
        hasEnded = true;
        onAnswer();
        done(answer);
      };
      const ask = (isAgain: boolean): void => {
        const askedMs = performance.now();
        const asked = request({ host, port, agent, headers }, (response) => {
          const { statusCode = 0, headers: told } = response;
          const workedMs = Number(told[WORKED_HEADER]) / 1000;
          const queuedMs = Number(told[QUEUED_HEADER]) / 1000;
          const said = saidBy(statusCode, told[REFUSED_HEADER]);
          response.on('end', () => {
            if (!response.complete) end({ said: 'lost' });
            else {
              const overheadMs = performance.now() - askedMs - queuedMs - workedMs;
              end({
                said,
                ...(Number.isFinite(workedMs) && { workedMs }),
                ...(Number.isFinite(overheadMs) && { overheadMs }),
              });
            }
          });
          response.on('error', () => end({ said: 'lost' }));
          response.resume();
        });
        asked.on('error', () => {
          if (hasEnded || asked !== current) return;
          // A kept connection may be closed just when it is used again; whoever has died does not answer a new one either.
          if (asked.reusedSocket && !isAgain) ask(true);
          else end({ said: 'lost' });
        });
        current = asked;
        asked.end();
      };
      ask(false);
      return () => {
        hasEnded = true;
        current?.destroy();
      };
    },
    close: () => agent.destroy(),
  };
}

/** A server that has not booted or is about to end is none; any other 503 is a full queue. */
function saidBy(status: number, refused: string | string[] | undefined): Answer['said'] {
  if (status >= 200 && status < 400) return 'good';
  if (status !== 503) return 'error';
  return refused === 'booting' || refused === 'ending' ? 'lost' : 'full';
}
