import { parentPort, workerData } from 'node:worker_threads';
import type { TrafficBirth, TrafficNews, TrafficOrder } from './traffic-messages.ts';
import { trafficSender } from './traffic-sender.ts';

/** Times a second at which counts are told. */
const TOLD_EVERY_MS = 250;

const port = parentPort!;
const { plan, fromUs } = workerData as TrafficBirth;
const sender = trafficSender(plan, fromUs);
const tell = (news: TrafficNews): void => port.postMessage(news);
const telling = setInterval(() => tell({ kind: 'counts', ...sender.counts }), TOLD_EVERY_MS);

port.on('message', (order: TrafficOrder) => {
  switch (order.kind) {
    case 'clock':
      sender.setClock(order.reading);
      return;
    case 'in':
      sender.endpointIn(order.endpoint);
      return;
    case 'out':
      sender.endpointOut(order.pod);
      return;
    case 'end':
      clearInterval(telling);
      void end(order.drainMs);
      return;
    default:
      order satisfies never;
  }
});

async function end(drainMs: number): Promise<void> {
  const measured = await sender.end(drainMs);
  tell({ kind: 'counts', ...sender.counts });
  tell({ kind: 'measured', measured });
  port.close();
}
