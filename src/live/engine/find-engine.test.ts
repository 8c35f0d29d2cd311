import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findEngine, type FindOptions } from './find-engine.ts';

const home = mkdtempSync(join(tmpdir(), 'baton-home-'));
const docker = join(home, '.docker');
afterAll(() => rmSync(home, { recursive: true }));

function context(name: string, endpoint: object, tls: Record<string, string> = {}): void {
  const key = createHash('sha256').update(name).digest('hex');
  mkdirSync(join(docker, 'contexts/meta', key), { recursive: true });
  const meta = { Name: name, Metadata: {}, Endpoints: { docker: endpoint } };
  writeFileSync(join(docker, 'contexts/meta', key, 'meta.json'), JSON.stringify(meta));
  for (const [file, text] of Object.entries(tls)) {
    mkdirSync(join(docker, 'contexts/tls', key, 'docker'), { recursive: true });
    writeFileSync(join(docker, 'contexts/tls', key, 'docker', file), text);
  }
}

beforeAll(() => {
  context(
    'prod',
    { Host: 'tcp://10.0.0.3:2376', SkipTLSVerify: false },
    { 'ca.pem': 'CA', 'cert.pem': 'C', 'key.pem': 'K' },
  );
  context('skip', { Host: 'tcp://10.0.0.4:2376', SkipTLSVerify: true });
  context('half', { Host: 'tcp://10.0.0.5:2376' }, { 'cert.pem': 'C' });
  context('plain', { Host: 'tcp://10.0.0.6:2375' });
  context('far', { Host: 'ssh://me@far:2222' });
  context('empty', {});
});

const find = (options: FindOptions) => findEngine({ home, env: {}, ...options });
const inUse = (text: string): void => writeFileSync(join(docker, 'config.json'), text);

test.each([
  ['unix:///run/a.sock', { by: 'socket', path: '/run/a.sock' }],
  ['/run/b.sock', { by: 'socket', path: '/run/b.sock' }],
  ['~/c.sock', { by: 'socket', path: join(home, 'c.sock') }],
  ['npipe:////./pipe/docker_engine', { by: 'socket', path: '//./pipe/docker_engine' }],
  ['tcp://127.0.0.1:2375', { by: 'tcp', host: '127.0.0.1', port: 2375 }],
  ['tcp://localhost', { by: 'tcp', host: 'localhost', port: 2375 }],
  ['tcp://[::1]:80', { by: 'tcp', host: '::1', port: 80 }],
  ['https://far:1', { by: 'tcp', host: 'far', port: 1, tls: { isVerified: true } }],
  ['ssh://me@far', { by: 'ssh', destination: 'me@far' }],
  ['ssh://far:2222/run/d.sock', { by: 'ssh', destination: 'far', port: 2222, remoteSocket: '/run/d.sock' }],
  ['context:far', { by: 'ssh', destination: 'me@far', port: 2222 }],
  [
    'context:prod',
    { by: 'tcp', host: '10.0.0.3', port: 2376, tls: { ca: 'CA', cert: 'C', key: 'K', isVerified: true } },
  ],
  ['context:skip', { by: 'tcp', host: '10.0.0.4', port: 2376, tls: { isVerified: false } }],
])('--docker %s', (text, address) => {
  expect(find({ docker: text }).address).toEqual(address);
});

test('what the user says goes first, then DOCKER_HOST, DOCKER_CONTEXT, the context in use, the usual sockets', () => {
  inUse('{"currentContext":"far"}');
  const env = { DOCKER_HOST: 'unix:///run/env.sock', DOCKER_CONTEXT: 'skip' };
  expect(find({ docker: '/run/x.sock', env }).description).toBe('/run/x.sock (--docker)');
  expect(find({ env }).description).toBe('/run/env.sock (DOCKER_HOST)');
  expect(find({ env: { DOCKER_CONTEXT: 'skip' } }).description).toBe('tcp://10.0.0.4:2376 (context "skip")');
  expect(find({}).description).toBe('ssh://me@far:2222 (context "far")');
  expect(find({ docker: 'context:default' }).description).toMatch(/docker.sock \(the usual socket\)$/);
  expect(find({ env: { DOCKER_CONFIG: join(home, 'elsewhere') } }).description).toMatch(/ \(the usual socket\)$/);
  inUse('{"currentContext":"default"}');
  expect(find({}).address.by).toBe('socket');
  inUse('{}');
});

test('TLS comes from the environment', () => {
  const certificates = join(home, 'certificates');
  mkdirSync(certificates);
  const env = { DOCKER_HOST: 'tcp://10.0.0.9', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates };
  expect(() => find({ env })).toThrow(`DOCKER_CERT_PATH: there is no ca.pem, cert.pem or key.pem in ${certificates}`);
  writeFileSync(join(certificates, 'ca.pem'), 'CA');
  expect(find({ env }).address).toEqual({
    by: 'tcp',
    host: '10.0.0.9',
    port: 2376,
    tls: { ca: 'CA', isVerified: true },
  });
  writeFileSync(join(certificates, 'key.pem'), 'K');
  expect(() => find({ env })).toThrow('cert.pem is missing; a client needs both, or neither');
});

test.each([
  ['docker.sock', 'the protocol is missing; write it as unix:///path/docker.sock, a path, tcp://host:port'],
  ['far:2375', 'the protocol is missing, as in tcp://far:2375'],
  ['unix://run/x', 'the path of a socket begins with "/"'],
  ['ftp://far', 'the protocol "ftp" is not known'],
  ['fd://', 'fd:// is for the engine itself'],
  ['tcp://', 'there is no host in it'],
  ['tcp://127.0.0.1:1/x', 'only a host and a port belong into it'],
  ['ssh://me:secret@far', 'it holds a password; use keys and an agent'],
  ['ssh://me:secret@far', 'cannot read "ssh://me@far"'],
  ['ssh://-oProxyCommand=x', 'cannot read'],
  ['ssh://%2DoProxyCommand=x@far', 'a host or user cannot begin with "-"'],
  ['ssh://%E0%A4@far', 'is followed by what stands for no character'],
  ['ssh://far/a;b', 'a shell would read'],
  ['tcp://10.0.0.1:2375', '--docker: tcp://10.0.0.1:2375 is another machine and the connection would not be encrypted'],
  ['context:plain', 'context "plain": tcp://10.0.0.6:2375 is another machine'],
  ['context:none', '--docker: there is no Docker context "none"'],
  ['context:empty', 'the context "empty" does not say where its Docker engine is'],
  ['context:half', 'key.pem is missing; a client needs both, or neither'],
])('%s is refused in a sentence', (text, sentence) => {
  expect(() => find({ docker: text })).toThrow(sentence);
});

test('an unencrypted engine elsewhere is taken when the user insists', () => {
  expect(find({ docker: 'tcp://10.0.0.1:2375', isPlainAllowed: true }).address).toEqual({
    by: 'tcp',
    host: '10.0.0.1',
    port: 2375,
  });
});

test('settings that cannot be read are named', () => {
  inUse('{');
  expect(() => find({})).toThrow(`${join(docker, 'config.json')}: this is not a file of Docker's settings`);
  inUse('{}');
});
