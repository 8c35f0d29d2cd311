import type { IncomingMessage } from 'node:http';
import { EVENT_LINE } from './docker-answers.ts';
import { faultOfConnection, faultOfNonsense, faultOfStatus, type FaultPlace } from './docker-faults.ts';
import { EngineFault } from './engine-fault.ts';
import type { EngineEvent } from './engine.ts';
import { ndjsonLines } from './ndjson-lines.ts';

/** How much of an answer that is no stream of events is read. */
const MAX_ERROR_BYTES = 10_000;

/** Reads the stream that Docker answers `/events` with. Ends when the signal says so; any other end is a fault. */
export async function* dockerEvents(
  opened: Promise<{ status: number; body: IncomingMessage }>,
  place: FaultPlace,
  signal: AbortSignal,
): AsyncGenerator<EngineEvent> {
  let body: IncomingMessage | undefined;
  try {
    const answer = await opened;
    body = answer.body;
    if (answer.status !== 200) throw faultOfStatus(place, answer.status, await firstBytes(body));
    for await (const value of ndjsonLines(body)) {
      const { success, data } = EVENT_LINE.safeParse(value);
      // Events that are not about containers, and those of later versions.
      if (success) yield data;
    }
    if (signal.aborted) return;
    throw new EngineFault(
      'unreachable',
      place.engine,
      `${place.engine}: could not ${place.doing}: the engine ended them`,
    );
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof SyntaxError) throw faultOfNonsense(place, `events that are not JSON (${error.message})`);
    throw faultOfConnection(place, error);
  } finally {
    body?.destroy();
  }
}

async function firstBytes(body: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of body as AsyncIterable<Buffer>) {
    text += piece.toString('utf8');
    if (text.length > MAX_ERROR_BYTES) break;
  }
  return text;
}
