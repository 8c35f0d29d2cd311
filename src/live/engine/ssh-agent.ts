import { spawn } from 'node:child_process';
import { Agent } from 'node:http';
import { Duplex } from 'node:stream';
import type { EngineAddress } from './engine-address.ts';
import { EngineFault } from './engine-fault.ts';

type SshAddress = Extract<EngineAddress, { by: 'ssh' }>;

const LAST_WORDS_MS = 100;
/** How much of what ssh says is kept. */
const MAX_SAID = 2000;

/**
 * Connections through `ssh HOST docker system dial-stdio`, as Docker's own client makes them: ssh of this machine is
 * run, so that its keys, agents, jump hosts, known hosts and settings hold. It never asks for a password.
 */
export function sshAgent(address: SshAddress, engine: string): Agent {
  const agent = new Agent({ keepAlive: true });
  Object.assign(agent, { createConnection: () => sshConnection(address, engine) });
  return agent;
}

/** The command line of ssh for an engine. */
export function sshArguments(address: SshAddress): string[] {
  return [
    '-o',
    'ConnectTimeout=30',
    '-o',
    'BatchMode=yes',
    '-T',
    ...(address.port === undefined ? [] : ['-p', String(address.port)]),
    '--',
    address.destination,
    'docker',
    ...(address.remoteSocket === undefined ? [] : ['--host', `unix://${address.remoteSocket}`]),
    'system',
    'dial-stdio',
  ];
}

function sshConnection(address: SshAddress, engine: string): Duplex {
  const child = spawn('ssh', sshArguments(address), { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (piece: Buffer) => {
    if (said.length < MAX_SAID) said += piece.toString();
  });
  const duplex = new Duplex({
    read: () => void child.stdout.resume(),
    // Where it cannot be written any more, the end of ssh says why.
    write: (piece: Buffer, _encoding, done) => void child.stdin.write(piece, () => done()),
    final: (done) => void child.stdin.end(done),
    destroy: (error, done) => {
      child.stdin.destroy();
      child.kill();
      done(error);
    },
  });
  let hasAnswered = false;
  child.stdout.on('data', (piece: Buffer) => {
    hasAnswered = true;
    if (!duplex.push(piece)) child.stdout.pause();
  });
  // Its end is told by `close`, which comes when all that it said has been read.
  child.stdin.on('error', () => {});
  // One that has worked may lose its far end while ssh itself lives on; what was still said is read before it goes.
  const lost = (): void => {
    if (hasAnswered) setTimeout(() => duplex.destroy(), LAST_WORDS_MS).unref();
  };
  child.stdin.once('close', lost);
  child.stdout.once('end', lost);
  child.on('error', (error) => duplex.destroy(sshMissing(engine, error)));
  child.on('close', (code) => {
    if (duplex.destroyed) return;
    if (code === 0 || code === null) duplex.push(null);
    else duplex.destroy(sshFault(address, engine, code, said));
  });
  // What Node's HTTP asks of a socket.
  return Object.assign(duplex, {
    setTimeout: () => duplex,
    setNoDelay: () => duplex,
    setKeepAlive: () => duplex,
    ref: () => duplex,
    unref: () => duplex,
  });
}

const sshMissing = (engine: string, error: Error): EngineFault =>
  new EngineFault('denied', engine, `${engine}: could not run ssh (${error.message}); install an OpenSSH client`);

function sshFault({ destination }: SshAddress, engine: string, code: number, said: string): EngineFault {
  const words = said.trim().split('\n').slice(-3).join(' ').replace(/\s+/g, ' ') || `it ended with exit code ${code}`;
  const fault = (kind: 'denied' | 'unreachable' | 'unsupported', what: string): EngineFault =>
    new EngineFault(kind, engine, `${engine}: ${what}: ${words}`);
  if (/permission denied while trying to connect to the docker|dial unix.*permission denied/i.test(said))
    return fault('denied', `the user of ssh ${destination} may not use Docker there; add it to the docker group`);
  if (/permission denied|authentication fail|no supported authentication/i.test(said))
    return fault(
      'denied',
      `ssh ${destination} does not let us in; see that "ssh ${destination}" works without a password (ssh-add, ssh-copy-id)`,
    );
  if (/host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/i.test(said))
    return fault(
      'denied',
      `ssh does not know the host key of ${destination}; run "ssh ${destination}" once and accept it`,
    );
  if (code === 127 || /docker: (command )?not found/i.test(said))
    return fault(
      'unsupported',
      `there is no docker command on ${destination}, which Docker over SSH needs; install Docker's client there`,
    );
  if (code === 255) return fault('unreachable', `ssh cannot reach ${destination}`);
  return fault('unreachable', `Docker on ${destination} is not running`);
}
