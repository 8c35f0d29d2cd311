import { request } from 'node:http';
import type { EndpointAddress } from '../traffic/traffic-driver.ts';

/** Asks whether a container is ready; false: not yet, or nobody answers. */
export type Probe = (address: EndpointAddress, path: string, timeoutMs: number) => Promise<boolean>;

/** Asks by HTTP; any answer but an error of the server (5xx) is one of somebody who can answer, whatever the path means. */
export const httpProbe: Probe = ({ host, port }, path, timeoutMs) =>
  new Promise((resolve) => {
    const asked = request({ host, port, path, agent: false, timeout: timeoutMs }, (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) < 500);
    });
    asked.on('error', () => resolve(false));
    asked.on('timeout', () => asked.destroy());
    asked.end();
  });

/**
 * Milliseconds until the next question: rarely long before it is expected to be ready, often around that moment, ever
 * more rarely after it.
 */
export function nextProbeMs(untilExpectedMs: number): number {
  if (untilExpectedMs > 100) return Math.min(500, untilExpectedMs - 50);
  if (untilExpectedMs > -2000) return 15;
  return untilExpectedMs > -10_000 ? 50 : 250;
}
