import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pause, runWorkload, whyNoWorkload } from './run-workload.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** A line of /proc/PID/status, in bytes. */
const residentBytes = (pid: number): number =>
  1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);

describe.skipIf(whyNoWorkload() !== undefined)('the workload', () => {
  test('is ready when it has booted, and not before', async () => {
    const began = performance.now();
    const workload = await runWorkload('boot-ms=400', 'serve=sleep');
    const early = await workload.get('/ready');
    if (performance.now() - began < 400) expect(early).toMatchObject({ status: 503, refused: 'booting' });
    while ((await workload.get('/ready')).status !== 200) await pause(5);
    expect(performance.now() - began).toBeGreaterThanOrEqual(399);
    expect(await workload.get('/')).toMatchObject({ status: 200 });
    const never = await runWorkload('boot-ms=100000000', 'serve=sleep');
    expect(await never.get('/ready')).toMatchObject({ status: 503, refused: 'booting' });
    expect(await never.get('/work')).toMatchObject({ status: 503, refused: 'booting' });
    expect(await never.get('/healthz')).toMatchObject({ status: 200 });
  });

  test('ends by itself after its time, with the exit code it was given', async () => {
    const began = performance.now();
    const { hasEnded } = await runWorkload('boot-ms=100', 'run-ms=150', 'exit-code=7');
    expect(await hasEnded).toMatchObject({ code: 7 });
    expect(performance.now() - began).toBeGreaterThanOrEqual(249);
    expect((await (await runWorkload('run-ms=0')).hasEnded).code).toBe(0);
  });

  test('SIGTERM: what is here is finished, what comes is refused, exit code 0', async () => {
    const workload = await runWorkload('serve=sleep', 'concurrency=2', 'service-us=1000', 'linger-ms=1000000');
    const [late, control] = [await workload.connect(), await workload.connect()];
    await workload.get('/control?hang=1', {}, 'POST');
    const requests = numbers(4).map(() => workload.get('/work'));
    await workload.until(({ waiting }) => waiting === 4);
    workload.kill('SIGTERM');
    while ((await workload.get('/counts')).status !== 0) await pause(5);
    const said = new Promise<string>((resolve) => late.once('data', (bytes) => resolve(bytes.toString())));
    late.write('GET /late HTTP/1.1\r\n\r\n');
    expect(await said).toMatch(/^HTTP\/1\.1 503 [^]*x-baton-refused: ending/);
    control.write('POST /control?hang=0 HTTP/1.1\r\n\r\n');
    expect((await Promise.all(requests)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const { code, output } = await workload.hasEnded;
    expect(code).toBe(0);
    expect(output).toMatch(
      /exit code 0 after \d+ ms \(SIGTERM\): 4 served, 0 failed, 1 refused, 0 dropped, 0 errors\n/,
    );
  });

  test('SIGTERM: it lingers no longer than it may; idle and booting ones end at once', async () => {
    const workload = await runWorkload('serve=sleep', 'service-us=1000000000', 'linger-ms=50');
    const request = workload.get('/work');
    await workload.until(({ working }) => working === 1);
    workload.kill('SIGTERM');
    expect(await workload.hasEnded).toMatchObject({ code: 0 });
    expect((await request).status).toBe(0);
    for (const orders of [['boot-ms=1000000'], ['serve=sleep'], ['serve=burn', 'burn-milli=100']]) {
      const idle = await runWorkload('linger-ms=1000000', ...orders);
      idle.kill('SIGTERM');
      expect(await idle.hasEnded).toMatchObject({ code: 0 });
    }
  });

  test('SIGINT ends it at once with 130; SIGPIPE does nothing', async () => {
    const workload = await runWorkload('serve=sleep', 'service-us=1000000000', 'linger-ms=1000000');
    workload.kill('SIGPIPE');
    void workload.get('/work');
    await workload.until(({ working }) => working === 1);
    workload.kill('SIGINT');
    expect(await workload.hasEnded).toMatchObject({ code: 130 });
  });

  test('serves in the order in which requests came, each for its time', async () => {
    const workload = await runWorkload('serve=sleep', 'service-us=3000');
    const order: number[] = [];
    await workload.get('/control?hang=1', {}, 'POST');
    const requests = [];
    for (const i of numbers(20)) {
      const headers: Record<string, string> = i === 7 ? { 'x-baton-service-us': '9000' } : {};
      requests.push(
        workload.get('/', headers).then((answer) => {
          order.push(i);
          return answer;
        }),
      );
      await workload.until(({ waiting }) => waiting === i + 1);
    }
    await workload.get('/control?hang=0', {}, 'POST');
    const answers = await Promise.all(requests);
    expect(order).toEqual(numbers(20));
    for (const [i, { workedUs }] of answers.entries()) expect(workedUs).toBeGreaterThanOrEqual(i === 7 ? 9000 : 3000);
    expect(await workload.counts()).toMatchObject({ served: 20, refused: 0, dropped: 0 });
  });

  test('one place works on one request at a time: they cannot be done sooner than their sum', async () => {
    const workload = await runWorkload('serve=sleep', 'service-us=4000');
    const began = performance.now();
    const answers = await Promise.all(numbers(50).map(() => workload.get('/')));
    expect(performance.now() - began).toBeGreaterThanOrEqual(200 - 1);
    const queued = answers.map(({ queuedUs }) => queuedUs).sort((a, b) => a - b);
    expect(queued[0]).toBeLessThan(queued[49]);
    const three = await runWorkload('serve=sleep', 'concurrency=3', 'service-us=100000000');
    void Promise.all(numbers(5).map(() => three.get('/')));
    await three.until(({ working, waiting }) => working === 3 && waiting === 2);
  });

  test('a full queue refuses; whoever closes while queued makes room, work that has begun goes on', async () => {
    const workload = await runWorkload('serve=sleep', 'concurrency=2', 'queue-limit=3', 'service-us=1000000000');
    const sockets = [];
    for (const i of numbers(5)) {
      const socket = await workload.connect();
      socket.write('GET / HTTP/1.1\r\n\r\n');
      await workload.until(({ working, waiting }) => working + waiting === i + 1);
      sockets.push(socket);
    }
    const refused = await Promise.all(numbers(5).map(() => workload.get('/')));
    expect(refused.map((answer) => answer.refused)).toEqual(Array(5).fill('queue'));
    sockets[3].destroy();
    await workload.until(({ waiting, dropped }) => waiting === 2 && dropped === 1);
    sockets[0].resetAndDestroy();
    await workload.until(({ open }) => open === 4);
    expect(await workload.counts()).toMatchObject({ working: 2, waiting: 2, dropped: 1, refused: 5 });
  });

  test('a request that its client left is dropped when it is done, and the place is free again', async () => {
    const workload = await runWorkload('serve=sleep', 'service-us=2000000');
    const [socket, control] = [await workload.connect(), await workload.connect()];
    socket.write('GET / HTTP/1.1\r\n\r\n');
    // Its end is not noticed while the workload hangs, however slow this machine is.
    control.write('POST /control?hang=1 HTTP/1.1\r\n\r\n');
    await workload.until(({ working }) => working === 1);
    socket.resetAndDestroy();
    await workload.until(({ open }) => open === 2);
    await workload.get('/control?hang=0', {}, 'POST');
    expect((await workload.get('/', { 'x-baton-service-us': '0' })).status).toBe(200);
    expect(await workload.counts()).toMatchObject({ dropped: 1, served: 1, working: 0, waiting: 0 });
  });

  test('computes as long as told in CPU time, while others are answered', async () => {
    const workload = await runWorkload('serve=burn', 'concurrency=8', 'service-us=20000');
    const long = workload.get('/', { 'x-baton-service-us': '300000' });
    const answers = await Promise.all(numbers(20).map(() => workload.get('/')));
    for (const { status, cpuUs, workedUs } of [...answers, await long]) {
      expect(status).toBe(200);
      expect(cpuUs).toBeGreaterThanOrEqual(20_000);
      expect(workedUs).toBeGreaterThanOrEqual(20_000);
    }
    expect((await long).cpuUs).toBeGreaterThanOrEqual(300_000);
    const half = await runWorkload('serve=burn', 'service-us=100000', 'share-milli=100');
    const { cpuUs, workedUs } = await half.get('/');
    expect(cpuUs).toBeGreaterThanOrEqual(10_000);
    expect(workedUs).toBeGreaterThanOrEqual(100_000);
  });

  test('burns CPU all the time in as many processes as it takes, which end with it', async () => {
    const workload = await runWorkload('burn-milli=1300');
    const children = readFileSync(`/proc/${workload.pid}/task/${workload.pid}/children`, 'utf8').trim().split(' ');
    expect(children).toHaveLength(2);
    // Fields 14 and 15, ticks of a hundredth of a second; the name before them may hold no space here.
    const ticks = (pid: string): number => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ');
      return Number(fields[13]) + Number(fields[14]);
    };
    while (children.some((pid) => ticks(pid) < 10)) await pause(20);
    workload.kill('SIGKILL');
    await workload.hasEnded;
    for (const pid of children) while (isAlive(Number(pid))) await pause(10);
  });

  test('holds memory before it is ready, and lets go of it', async () => {
    const bytes = 50_000_001;
    const workload = await runWorkload(`hold-bytes=${bytes}`);
    while ((await workload.get('/ready')).status !== 200) await pause(5);
    expect(residentBytes(workload.pid)).toBeGreaterThanOrEqual(bytes);
    expect((await workload.get('/control?hold=1000000', {}, 'POST')).status).toBe(200);
    await workload.until((counts) => counts['held-bytes'] === 1_000_000);
    expect(residentBytes(workload.pid)).toBeLessThan(bytes / 2);
    await workload.get('/control?hold=20000000', {}, 'POST');
    await workload.until((counts) => counts['held-bytes'] === 20_000_000);
    expect(residentBytes(workload.pid)).toBeGreaterThanOrEqual(20_000_000);
  });

  test('fails as often as told', async () => {
    const workload = await runWorkload('serve=sleep', 'concurrency=10', 'error-ppm=250000');
    const answers = await Promise.all(numbers(100).map(() => workload.get('/')));
    expect(answers.filter(({ status }) => status === 500)).toHaveLength(25);
    expect(await workload.counts()).toMatchObject({ served: 75, failed: 25 });
  });

  test('hangs, slows down and exits when told', async () => {
    const workload = await runWorkload('serve=sleep', 'concurrency=2', 'service-us=10000');
    const control = (order: string) => workload.get(`/control?${order}`, {}, 'POST');
    expect((await control('hang=1')).status).toBe(200);
    const asked = [workload.get('/ready'), workload.get('/work'), workload.get('/work')];
    await workload.until(({ waiting, open }) => waiting === 2 && open >= 4);
    expect((await control('slow=0.1&hang=0')).status).toBe(200);
    const [ready, ...worked] = await Promise.all(asked);
    expect(ready.status).toBe(200);
    for (const { workedUs } of worked) expect(workedUs).toBeGreaterThanOrEqual(100_000);
    for (const order of ['hang', 'slow=0', 'slow=1.2345', 'exit=256', 'what=1', 'hold=-1'])
      expect((await control(order)).status, order).toBe(400);
    expect((await workload.get('/control?exit=3')).status).toBe(405);
    await control('exit=9');
    expect((await workload.hasEnded).code).toBe(9);
  });

  test.each([
    ['boot-ms=', 'boot-ms= is not understood'],
    ['boot-ms=-1', 'boot-ms=-1 is not understood'],
    ['boot-ms=99999999999999999999', 'is not understood'],
    ['nonsense', 'nonsense is not understood'],
    ['serve=dance', 'serve=dance is not understood'],
    ['host=1.2.3', 'host=1.2.3 is not understood'],
    ['exit-code=256', 'exit-code=256 is not understood'],
    ['concurrency=0', 'concurrency=0 would never answer'],
  ])('says what is wrong with %s', async (order, sentence) => {
    const { code, output } = await (await runWorkload(order)).hasEnded;
    expect(code).toBe(2);
    expect(output).toContain(sentence);
  });

  test('says that its port is taken', async () => {
    const { port } = await runWorkload();
    const { code, output } = await (await runWorkload(`port=${port}`)).hasEnded;
    expect(code).toBe(1);
    expect(output).toContain('its port cannot be listened on');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
