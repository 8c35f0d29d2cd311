import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const SSHD = '/usr/sbin/sshd';

/** An SSH server of the test's own on loopback, and an `ssh` in a folder for PATH that knows it. */
export interface TestSshd {
  readonly port: number;
  /** To be put before PATH. */
  readonly bin: string;
  /** What ssh of that folder knows: the server's host key and our own key. */
  knows(what: { readonly host: boolean; readonly key: boolean }): void;
}

/** Starts one that lets this user in by a key, and ends it with the test. */
export async function testSshd(): Promise<TestSshd> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-sshd-'));
  const path = (name: string): string => join(folder, name);
  const key = (name: string): string => {
    const { status, stdout, stderr } = spawnSync('sh', [
      '-c',
      `ssh-keygen -q -t ed25519 -N '' -f ${path(name)} && cat ${path(name)}.pub`,
    ]);
    if (status !== 0) throw new Error(`ssh-keygen: ${stderr.toString()}`);
    return stdout.toString();
  };
  const hostKey = key('host');
  writeFileSync(path('authorized'), key('user'));
  key('stranger');
  const port = await freePort();
  writeFileSync(
    path('sshd.conf'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${path('host')}`,
      `AuthorizedKeysFile ${path('authorized')}`,
      `PidFile ${path('pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'LogLevel ERROR',
    ].join('\n'),
  );
  // The server refuses to start without this folder, which its own package makes only at boot.
  mkdirSync('/run/sshd', { recursive: true });
  const child = spawn(SSHD, ['-D', '-e', '-f', path('sshd.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
  onTestFinished(async () => {
    if (child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    }
    rmSync(folder, { recursive: true });
  });
  while (!(await listens(port))) {
    if (child.exitCode !== null) throw new Error(`sshd did not start: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const bin = path('bin');
  mkdirSync(bin);
  writeFileSync(path('bin/ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${path('ssh.conf')} "$@"\n`, { mode: 0o755 });
  const knows: TestSshd['knows'] = (what) => {
    writeFileSync(path('known'), what.host ? `[127.0.0.1]:${port} ${hostKey}` : '');
    writeFileSync(
      path('ssh.conf'),
      `UserKnownHostsFile ${path('known')}\nGlobalKnownHostsFile none\nIdentitiesOnly yes\nIdentityAgent none\nIdentityFile ${path(what.key ? 'user' : 'stranger')}\n`,
    );
  };
  knows({ host: true, key: true });
  return { port, bin, knows };
}

/** A port of loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
