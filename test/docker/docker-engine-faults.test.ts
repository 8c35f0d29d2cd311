import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { dockerEngine } from '../../src/live/engine/docker-engine.ts';
import type { EngineFault } from '../../src/live/engine/engine-fault.ts';
import type { Engine } from '../../src/live/engine/engine.ts';
import { faultyProxy, type ProxyFault } from './faulty-proxy.ts';

/** An engine that knows its version, lists nothing, and otherwise fails as told. */
async function brokenEngine(limits: Parameters<typeof dockerEngine>[1] = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'baton-broken-'));
  const socket = join(folder, 'healthy.sock');
  const version = { body: '{"ApiVersion":"1.52","MinAPIVersion":"1.44"}' };
  const asked: string[] = [];
  const healthy = createServer((request, answer) => {
    asked.push(`${request.method} ${request.url}`);
    const isVersion = request.url!.endsWith('/version');
    answer.writeHead(200, { 'content-type': 'application/json' }).end(isVersion ? version.body : '[]');
  });
  await new Promise<void>((resolve) => void healthy.listen(socket, resolve));
  const proxy = await faultyProxy(socket);
  const engine = await dockerEngine({ by: 'socket', path: proxy.socket }, limits);
  onTestFinished(async () => {
    engine.close();
    healthy.closeAllConnections();
    await new Promise((resolve) => void healthy.close(resolve));
    rmSync(folder, { recursive: true });
  });
  return { engine, proxy, version, asked };
}

const faultOf = (call: Promise<unknown>): Promise<EngineFault> =>
  call.then(
    () => expect.fail('this should have failed'),
    (error: unknown) => error as EngineFault,
  );
const says = (message: string, status = 500): ProxyFault => ({ status, body: JSON.stringify({ message }) });

type Row = readonly [
  what: string,
  fault: ProxyFault,
  call: keyof typeof CALLS,
  kind: EngineFault['kind'],
  sentence: RegExp,
];
const SPEC = { name: 'web-1', image: 'app:1', labels: {} };
const CALLS = {
  createContainer: (engine: Engine) => engine.createContainer(SPEC),
  createNetwork: (engine: Engine) => engine.createNetwork({ name: 'node-1', labels: {} }),
  start: (engine: Engine) => engine.start('web-1'),
  pause: (engine: Engine) => engine.pause('web-1'),
  inspect: (engine: Engine) => engine.inspect('web-1'),
  list: (engine: Engine) => engine.list({}),
  importImage: (engine: Engine) =>
    engine.importImage(new Uint8Array(8), { reference: 'app:1', labels: {}, architecture: 'amd64' }),
  hasImage: (engine: Engine) => engine.hasImage('app:1'),
};
const ROWS: readonly Row[] = [
  ['error 500', { status: 500 }, 'list', 'failed', /^docker: could not list containers: this was planned$/],
  ['an empty error', { status: 500, body: '' }, 'list', 'failed', /the engine answered with HTTP 500 and not a word$/],
  ["a proxy's page", { status: 502, body: '<h1>Bad Gateway</h1>' }, 'list', 'failed', /Bad Gateway/],
  [
    'no such thing',
    says('No such container: web-1', 404),
    'inspect',
    'not-found',
    /could not look at container web-1: No such container: web-1$/,
  ],
  [
    'no such image',
    says('No such image: app:1', 404),
    'createContainer',
    'no-image',
    /load or pull it on this engine first$/,
  ],
  ['a page that is not there', says('page not found', 404), 'hasImage', 'not-found', /page not found$/],
  [
    'a name that is taken',
    says('Conflict. The container name "/web-1" is already in use by container "abc"', 409),
    'createContainer',
    'conflict',
    /already in use/,
  ],
  ['done already', { status: 304 }, 'start', 'conflict', /it is so already$/],
  ['not paused', says('Container web-1 is not paused'), 'pause', 'conflict', /is not paused$/],
  [
    'a full disk',
    says('mkdir /var/lib/docker/x: no space left on device'),
    'createContainer',
    'no-room',
    /the engine's disk is full; make room in its data folder/,
  ],
  [
    'a full disk while an image is made',
    { status: 200, body: '{"status":"x"}\n{"error":"write /bin/a: no space left on device"}\n' },
    'importImage',
    'no-room',
    /could not make image app:1: .* disk is full/,
  ],
  [
    'an image that nobody has made',
    { status: 200, body: '' },
    'importImage',
    'failed',
    /did not say that the image is made/,
  ],
  [
    'no more addresses (20.10)',
    says('could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network'),
    'createNetwork',
    'no-room',
    /no addresses left for networks; remove networks/,
  ],
  [
    'no more addresses (28)',
    says('all predefined address pools have been fully subnetted', 400),
    'createNetwork',
    'no-room',
    /no addresses left for networks/,
  ],
  [
    'a port that is taken',
    says('driver failed programming external connectivity: Bind for 127.0.0.1:80 failed: port is already allocated'),
    'start',
    'no-room',
    /the port is taken/,
  ],
  ['no memory', says('fork/exec /proc/self/exe: cannot allocate memory'), 'start', 'no-room', /too little memory/],
  [
    'a command that is not there',
    says('exec: "/nope": executable file not found in $PATH: unknown', 400),
    'start',
    'unsupported',
    /the image cannot run this$/,
  ],
  [
    'a version that is too old',
    says('client version 1.41 is too old. Minimum supported API version is 1.44', 400),
    'list',
    'unsupported',
    /Baton needs 1.41 \(Docker 20.10\) or newer$/,
  ],
  [
    'an engine that speaks TLS',
    { status: 400, body: 'Client sent an HTTP request to an HTTPS server.' },
    'list',
    'denied',
    /set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH/,
  ],
  ['no rights', says('authorization denied by plugin x', 403), 'list', 'denied', /a plugin of the engine forbids it$/],
  ['no answer', 'hang', 'list', 'timeout', /did not answer within 0.2 s$/],
  ['half an answer, slowly', 'drip', 'list', 'timeout', /did not answer within 0.2 s$/],
  ['a connection that ends', 'refuse', 'list', 'unreachable', /the connection to .* was lost$/],
  ['an answer that is cut off', 'cut', 'list', 'unreachable', /the connection to .* was lost$/],
  ['an answer that is lost', 'lose', 'list', 'unreachable', /the connection to .* was lost$/],
  ['what is not HTTP', 'garbage', 'list', 'failed', /what answered is not HTTP .* is .* really a Docker engine\?$/],
  [
    'JSON of something else',
    'nonsense',
    'list',
    'failed',
    /the answer is not what it should be; is .* really a Docker engine\?$/,
  ],
  [
    'JSON of something else, with an id wanted',
    'nonsense',
    'createContainer',
    'failed',
    /Id of the answer is not what it should be/,
  ],
  ['half a JSON value', 'half', 'list', 'failed', /the answer is not JSON/],
];

test.each(ROWS)('%s', async (_, fault, call, kind, sentence) => {
  const { engine, proxy } = await brokenEngine({ limits: { list: 200 } });
  proxy.plan(call, fault);
  const thrown = await faultOf(CALLS[call](engine));
  expect(thrown).toMatchObject({ name: 'EngineFault', kind, engine: 'docker' });
  expect(thrown.message).toMatch(sentence);
  expect(thrown.message).not.toMatch(/\n|undefined|\[object/);
  // The engine is well again, and so is what speaks to it.
  expect(await engine.list({})).toEqual([]);
});

test('the oldest version of the API that both know is spoken', async () => {
  const { engine, asked, version } = await brokenEngine();
  await engine.list({});
  expect(asked[1]).toMatch(/^GET \/v1\.44\/containers\/json\?/);
  version.body = '{"ApiVersion":"1.40","MinAPIVersion":"1.12"}';
  const old = await brokenEngine();
  old.version.body = version.body;
  expect((await faultOf(old.engine.list({}))).message).toMatch(
    /speaks Docker API 1.40; Baton needs 1.41 \(Docker 20.10\) or newer$/,
  );
  // It was not remembered: the engine may have been renewed since.
  old.version.body = '{"ApiVersion":"1.43","MinAPIVersion":"1.12"}';
  await old.engine.list({});
  expect(old.asked.at(-1)).toMatch(/^GET \/v1\.41\//);
});

test('events that are cut off end with a fault, and those told to end end well', async () => {
  const { engine, proxy } = await brokenEngine();
  for (const [fault, kind] of [
    ['refuse', 'unreachable'],
    [{ status: 500 }, 'failed'],
    ['garbage', 'failed'],
    [{ status: 200, body: '{"a":1}\nwhat?\n' }, 'failed'],
  ] as const) {
    proxy.plan('events', fault);
    expect(await faultOf(engine.events({}, new AbortController().signal)[Symbol.asyncIterator]().next())).toMatchObject(
      { kind },
    );
  }
  // The healthy engine ends its stream at once.
  const ended = await faultOf(engine.events({}, new AbortController().signal)[Symbol.asyncIterator]().next());
  expect(ended).toMatchObject({ kind: 'unreachable' });
  const stop = new AbortController();
  proxy.plan('events', 'hang');
  const waiting = engine.events({}, stop.signal)[Symbol.asyncIterator]().next();
  stop.abort();
  expect(await waiting).toEqual({ done: true, value: undefined });
});

test('calls under way end when the engine is closed', async () => {
  const { engine, proxy } = await brokenEngine();
  proxy.plan('list', 'hang');
  const listing = faultOf(engine.list({}));
  while (!proxy.calls.includes('list')) await new Promise((resolve) => setTimeout(resolve, 5));
  engine.close();
  expect((await listing).kind).toBe('unreachable');
  expect((await faultOf(engine.list({}))).message).toBe('docker: the connection has been closed');
});

test('no socket, nobody behind it, no rights to it', async () => {
  const { proxy } = await brokenEngine();
  const none = await dockerEngine({ by: 'socket', path: '/nowhere/docker.sock' });
  expect((await faultOf(none.ping())).message).toBe(
    'docker: could not reach the engine: there is no socket /nowhere/docker.sock; start Docker (systemctl start docker), or say where it is with --docker unix:///path/docker.sock',
  );
  if (process.getuid?.() !== 0) {
    chmodSync(proxy.socket, 0);
    const denied = await dockerEngine({ by: 'socket', path: proxy.socket });
    expect(await faultOf(denied.ping())).toMatchObject({ kind: 'denied' });
  }
  const { socket } = proxy;
  await proxy.goAway();
  const gone = await dockerEngine({ by: 'socket', path: socket });
  expect((await faultOf(gone.ping())).kind).toBe('unreachable');
  await proxy.comeBack();
  await gone.ping();
});
