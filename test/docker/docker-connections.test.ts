import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { connectEngine, type ConnectOptions } from '../../src/live/engine/connect-engine.ts';
import type { EngineFault } from '../../src/live/engine/engine-fault.ts';
import { startDocker } from './docker-daemon.ts';
import { dockerTest } from './docker-test.ts';
import { testCertificates } from './test-certificates.ts';
import { freePort, testSshd } from './test-sshd.ts';

/** The engine's id, or its fault. */
async function asked(options: ConnectOptions): Promise<{ id?: string; kind?: string; message?: string }> {
  const { engine } = await connectEngine({ env: {}, ...options });
  try {
    return { id: (await engine.info()).id };
  } catch (error) {
    const { kind, message } = error as EngineFault;
    return { kind, message };
  } finally {
    engine.close();
  }
}

dockerTest(
  'TLS: both sides prove who they are; what is wrong is said',
  async () => {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'baton-tls-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const make = testCertificates(folder);
    const ca = make.authority('ca');
    const strange = make.authority('strange');
    const server = make.signed('server', 'ca', 'server');
    const client = make.signed('client', 'ca', 'client');
    const flags = [
      '--tlsverify',
      `--tlscacert=${ca.certPath}`,
      `--tlscert=${server.certPath}`,
      `--tlskey=${server.keyPath}`,
    ];
    const { socket } = await startDocker({ flags: [`--host=tcp://127.0.0.1:${port}`, ...flags] });
    const { id } = await asked({ docker: socket });
    expect(id).toBeTypeOf('string');

    const address = `tcp://127.0.0.1:${port}`;
    const files = (name: string, texts: Record<string, string>): string => {
      const path = join(folder, name);
      mkdirSync(path, { recursive: true });
      for (const [file, text] of Object.entries(texts)) writeFileSync(join(path, file), text);
      return path;
    };
    const over = (path: string) => asked({ docker: address, env: { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: path } });
    const good = { 'ca.pem': ca.cert, 'cert.pem': client.cert, 'key.pem': client.key };
    expect(await over(files('good', good))).toEqual({ id });

    const late = make.signed('late', 'ca', 'client', true);
    const foreign = make.signed('foreign', 'strange', 'client');
    const rows: [string, string, RegExp][] = [
      [files('wrong-ca', { ...good, 'ca.pem': strange.cert }), 'denied', /is not signed by the CA that we know/],
      [files('none', { 'ca.pem': ca.cert }), 'denied', /does not take our certificate/],
      [
        files('late', { ...good, 'cert.pem': late.cert, 'key.pem': late.key }),
        'denied',
        /our certificate \(cert.pem\) for .* was good until Jan {2}2 .* 2020 GMT; make a new one/,
      ],
      [
        files('foreign', { ...good, 'cert.pem': foreign.cert, 'key.pem': foreign.key }),
        'denied',
        /does not take our certificate/,
      ],
    ];
    for (const [path, kind, sentence] of rows) {
      // The engine hangs up as it says so, and sometimes the end of the connection is all that arrives.
      let answer = await over(path);
      for (let tries = 0; answer.kind === 'unreachable' && tries < 10; tries++) answer = await over(path);
      const { kind: found, message } = answer;
      expect(message).toMatch(sentence);
      expect(found).toBe(kind);
    }
    expect(await asked({ docker: address })).toMatchObject({
      kind: 'denied',
      message: expect.stringMatching(/set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH/) as string,
    });

    // The same by a context of Docker's client.
    const config = join(folder, 'config');
    const key = createHash('sha256').update('mine').digest('hex');
    files(`config/contexts/tls/${key}/docker`, good);
    const meta = { Name: 'mine', Endpoints: { docker: { Host: address, SkipTLSVerify: false } } };
    files(`config/contexts/meta/${key}`, { 'meta.json': JSON.stringify(meta) });
    writeFileSync(join(config, 'config.json'), '{"currentContext":"mine"}');
    expect(await asked({ env: { DOCKER_CONFIG: config } })).toEqual({ id });
  },
  { needs: ['openssl'] },
);

dockerTest(
  "SSH: as Docker's client does it",
  async () => {
    const [{ socket, crash, restart }, sshd] = await Promise.all([startDocker(), testSshd()]);
    const { PATH: path } = process.env;
    process.env['PATH'] = `${sshd.bin}:${path}`;
    onTestFinished(() => void (process.env['PATH'] = path));
    const address = `ssh://root@127.0.0.1:${sshd.port}${socket}`;
    const { id } = await asked({ docker: socket });

    const { engine, description } = await connectEngine({ docker: address, env: {} });
    onTestFinished(() => engine.close());
    expect(description).toBe(`${address} (--docker)`);
    expect(await engine.info()).toMatchObject({ id, isLocal: false });
    // Several at once, and a stream of events beside them.
    const stop = new AbortController();
    const first = engine.events({}, stop.signal)[Symbol.asyncIterator]().next();
    const network = await engine.createNetwork({ name: 'over-ssh', labels: { a: 'b' } });
    const lists = await Promise.all([1, 2, 3].map(() => engine.listNetworks({ a: 'b' })));
    expect(lists.flat().map(({ id: found }) => found)).toEqual([network, network, network]);
    await engine.removeNetwork(network);
    stop.abort();
    expect(await first).toEqual({ done: true, value: undefined });

    sshd.knows({ host: false, key: true });
    expect((await asked({ docker: address })).message).toMatch(
      /ssh does not know the host key of root@127.0.0.1; run "ssh root@127.0.0.1" once/,
    );
    sshd.knows({ host: true, key: false });
    expect((await asked({ docker: address })).message).toMatch(
      /ssh root@127.0.0.1 does not let us in; see that .* works without a password/,
    );
    sshd.knows({ host: true, key: true });
    const nobody = await asked({ docker: `ssh://root@127.0.0.1:${await freePort()}` });
    expect(nobody).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('ssh cannot reach root@127.0.0.1') as string,
    });
    expect(await asked({ docker: `${address}x` })).toMatchObject({ kind: 'unreachable' });

    await crash();
    const lost = (await engine.ping().catch((error: unknown) => error)) as EngineFault;
    expect(lost).toMatchObject({ kind: 'unreachable' });
    await restart();
    await engine.ping();
  },
  { needs: ['an SSH server'] },
);
