import { describe, expect, test } from 'vitest';
import { fc } from '../fuzz.ts';
import { slowTest } from '../slow.ts';
import { exchange, runWorkload, whyNoWorkload } from './run-workload.ts';

const statuses = (said: string): number[] =>
  [...said.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

describe.skipIf(whyNoWorkload() !== undefined)('what the workload says over HTTP', () => {
  test.each([
    ['GET / HTTP/1.1\r\n\r\n', [200]],
    ['GET / HTTP/1.1\n\n', [200]],
    ['\r\n\r\nGET /x?y=z HTTP/1.1\r\nHost: a\r\n\r\n', [200]],
    ['GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n', [200]],
    ['GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n', [200, 200]],
    ['GET / HTTP/1.1\r\nConnection: x, CLOSE\r\n\r\nGET / HTTP/1.1\r\n\r\n', [200]],
    ['POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhelloGET /ready HTTP/1.1\r\n\r\n', [200, 200]],
    [`POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(100_000)}GET / HTTP/1.1\r\n\r\n`, [200, 200]],
    ['GET / HTTP/2.0\r\n\r\n', [505]],
    ['GET / JTTP/1.1\r\n\r\n', [400]],
    ['GET /\r\n\r\n', [400]],
    ['GET nowhere HTTP/1.1\r\n\r\n', [400]],
    ['GET / HTTP/1.1\r\nno colon\r\n\r\n', [400]],
    ['GET / HTTP/1.1\r\n folded: yes\r\n\r\n', [400]],
    ['GET / HTTP/1.1\r\nbad name: yes\r\n\r\n', [400]],
    ['GET / HTTP/1.1\r\na: \u0001\r\n\r\n', [400]],
    ['GET / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\nx', [400]],
    ['GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx', [400]],
    ['GET / HTTP/1.1\r\nx-baton-service-us: soon\r\n\r\n', [400]],
    ['POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', [501]],
    ['GET /control?hang=1 HTTP/1.1\r\n\r\n', [405]],
    [`GET /${'x'.repeat(3540)} HTTP/1.1\r\n\r\n`, [200]],
    [`GET /${'x'.repeat(3600)} HTTP/1.1\r\n\r\n`, [431]],
    [`GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(10_000)}\r\n`, [431]],
  ])('%j is answered %j', async (bytes, expected) => {
    const workload = await runWorkload('serve=sleep', 'concurrency=100');
    expect(statuses(await exchange(workload, bytes))).toEqual(expected);
    expect(await workload.counts()).toMatchObject({ open: 1, working: 0, waiting: 0, 'kept-heads': 0 });
  });

  test('pipelined requests are answered in their order, heads may come byte by byte', async () => {
    const workload = await runWorkload('serve=sleep', 'service-us=100');
    const pipelined = Array.from({ length: 300 }, (_, i) =>
      i % 3 === 0 ? 'GET /ready HTTP/1.1\r\n\r\n' : i % 3 === 1 ? 'GET / HTTP/1.1\r\n\r\n' : 'HEAD / HTTP/1.1\r\n\r\n',
    ).join('');
    const said = await exchange(workload, `${pipelined}GET / HTTP/1.1\r\nconnection: close\r\n\r\n`, true);
    expect(statuses(said)).toEqual(Array(301).fill(200));
    // Of each three, the first says `ready`, the second `worked`, the third has no body.
    const bodies = said.split(/HTTP\/1\.1 200 OK\r\n(?:.+\r\n)+\r\n/).slice(1);
    expect(bodies).toEqual([...Array.from({ length: 300 }, (_, i) => ['ready\n', 'worked\n', ''][i % 3]), 'worked\n']);
    const socket = await workload.connect();
    const answer = new Promise<string>((resolve) => socket.once('data', (bytes) => resolve(bytes.toString())));
    socket.setNoDelay(true);
    for (const byte of 'GET /ready HTTP/1.1\r\nhost: here\r\n\r\n')
      await new Promise((resolve) => socket.write(byte, resolve));
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  test('a client that asks much and reads nothing is waited for without harm to others', async () => {
    const workload = await runWorkload('serve=sleep');
    const socket = await workload.connect();
    socket.pause();
    socket.write('GET /ready HTTP/1.1\r\n\r\n'.repeat(200_000));
    for (let i = 0; i < 20; i++) expect((await workload.get('/')).status).toBe(200);
    let bytes = 0;
    const answers = new Promise<void>((resolve) => {
      socket.on('data', (chunk) => {
        bytes += chunk.length;
        // Each answer has as many bytes as the first.
        if (bytes >= 200_000 * READY_BYTES) resolve();
      });
    });
    socket.resume();
    await answers;
    expect(bytes).toBe(200_000 * READY_BYTES);
  });

  test('a thousand connections at once are all served, and nothing is left of them', async () => {
    const workload = await runWorkload('serve=sleep', 'concurrency=1000', 'service-us=200000');
    const sockets = await Promise.all(Array.from({ length: 1000 }, () => workload.connect()));
    expect((await workload.counts())['open']).toBe(1001);
    const answers = sockets.map(
      (socket) => new Promise<string>((resolve) => socket.once('data', (bytes) => resolve(bytes.toString()))),
    );
    for (const socket of sockets) socket.write('GET / HTTP/1.1\r\n\r\nGET / HT');
    await workload.until(({ served }) => served === 1000);
    expect((await Promise.all(answers)).flatMap(statuses)).toEqual(Array(1000).fill(200));
    // Half a request of each is kept.
    expect(await workload.counts()).toMatchObject({ 'kept-heads': 1000, open: 1001 });
    for (const socket of sockets) socket.destroy();
    await workload.until(({ open }) => open === 1);
    expect(await workload.counts()).toMatchObject({
      served: 1000,
      dropped: 0,
      'kept-heads': 0,
      connections: expect.any(Number) as number,
    });
  });

  test('whatever is sent is answered or closed, and the next one is served', async () => {
    const workload = await runWorkload('serve=sleep', 'concurrency=2', 'queue-limit=2');
    const piece = fc.oneof(
      fc.constantFrom(
        'GET / HTTP/1.1\r\n',
        'HEAD /ready HTTP/1.1\r\n',
        'POST /control?slow=2 HTTP/1.0\r\n',
        'GET /counts HTTP/1.1\r\n',
        '\r\n',
        '\n',
        '\r',
        'content-length: 7\r\n',
        'content-length: 99999999999999999999\r\n',
        'connection: close, keep-alive\r\n',
        'x-baton-service-us: 10\r\n',
        ': \r\n',
        ' ',
        '\0',
      ),
      fc.string({ maxLength: 40 }),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc.integer({ min: 1, max: 5000 }).map((length) => 'a'.repeat(length)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.boolean(), async (pieces, isWhole) => {
        const bytes = Buffer.from(`${isWhole ? 'GET / HTTP/1.1\r\n\r\n' : ''}${pieces.join('')}`, 'latin1');
        const said = await exchange(workload, bytes);
        expect(said === '' || said.startsWith('HTTP/1.1 ')).toBe(true);
        if (isWhole) expect(statuses(said)[0]).toBe(200);
        expect((await workload.get('/')).status).toBe(200);
      }),
      { numRuns: 300 },
    );
    await workload.until(({ open }) => open === 1);
    expect(await workload.counts()).toMatchObject({ working: 0, waiting: 0, 'kept-heads': 0 });
  });

  slowTest('half a request is waited for ten seconds', async () => {
    const workload = await runWorkload('serve=sleep');
    const [said] = await Promise.all([
      exchange(workload, 'GET / HTTP/1.1\r\nhost', true),
      exchange(workload, '', false),
    ]);
    expect(statuses(said)).toEqual([408]);
  });
});

const READY_BYTES =
  'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 6\r\nconnection: keep-alive\r\n\r\nready\n'.length;
