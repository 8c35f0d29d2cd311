import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What the tests use beside Node and `npm ci`. `npm run setup` brings what is missing; the tests look here for it and
 * skip by name when it is not there. A new need (Redis, say) is one more entry.
 *
 * @typedef {object} Need
 * @property {string} name What it is called in messages.
 * @property {string} usedBy Which tests want it, as it ends the sentence "used by …".
 * @property {() => string | undefined} find Where it is on this machine, or undefined.
 * @property {readonly string[]} [debianPackages] Debian packages that bring it.
 * @property {{ spec: string, into: string }} [npmPackage] An npm package that brings it, and the folder for it.
 * @property {string} byHand How to get it where setup cannot.
 */

const CACHE_DIR = fileURLToPath(new URL('../node_modules/.cache/baton/', import.meta.url));

/** The other Nodes on which results must be the same; pinned, so that a failure means a change of ours. */
export const OTHER_NODES = /** @type {const} */ (['22.23.3', '24.21.0']);

/** @type {readonly Need[]} */
export const NEEDS = [
  {
    name: 'Chromium',
    usedBy: 'the browser tests',
    find: chromiumPath,
    debianPackages: ['chromium'],
    byHand: 'install Chromium or Chrome, or say where it is with BATON_CHROMIUM=/path/to/chrome',
  },
  {
    name: 'a font',
    usedBy: 'the browser tests (without one, pages are drawn without text)',
    find: () =>
      firstExisting(['/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf', '/System/Library/Fonts', 'C:\\Windows\\Fonts']),
    debianPackages: ['fonts-dejavu-core'],
    byHand: 'install DejaVu Sans',
  },
  {
    name: 'a Docker engine',
    usedBy: 'the tests of replay, which start engines of their own',
    find: () => firstExisting(['/usr/sbin/dockerd']),
    debianPackages: ['docker.io'],
    byHand: 'install Docker so that /usr/sbin/dockerd is there, and run the tests as root',
  },
  {
    name: 'ip, nsenter and unshare',
    usedBy: 'the test of a real swarm, each of whose nodes has namespaces of its own',
    find: () =>
      ['/usr/bin/nsenter', '/usr/bin/unshare', '/usr/bin/setpriv'].every((path) => existsSync(path))
        ? firstExisting(['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip'])
        : undefined,
    debianPackages: ['iproute2', 'util-linux'],
    byHand: 'install iproute2 and util-linux',
  },
  {
    name: 'an SSH server',
    usedBy: 'the test of Docker over SSH, which starts one of its own on loopback',
    find: () => firstExisting(['/usr/sbin/sshd']),
    debianPackages: ['openssh-server'],
    byHand: 'install OpenSSH so that /usr/sbin/sshd is there',
  },
  {
    name: 'openssl',
    usedBy: 'the test of Docker over TLS, which makes certificates',
    find: () => firstExisting(['/usr/bin/openssl']),
    debianPackages: ['openssl'],
    byHand: 'install OpenSSL so that /usr/bin/openssl is there',
  },
  {
    name: 'a static busybox',
    usedBy: 'the exam of Docker engines, whose image holds nothing else',
    find: staticBusyboxPath,
    debianPackages: ['busybox-static'],
    byHand: "install Debian's busybox-static",
  },
  ...OTHER_NODES.map((version) => otherNode(version)),
];

/** Where Chromium or Chrome is: BATON_CHROMIUM, else the usual places. */
export function chromiumPath() {
  const named = process.env['BATON_CHROMIUM'];
  if (named !== undefined) return existsSync(named) ? named : undefined;
  return firstExisting([
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ]);
}

/** Where a busybox is that needs no library, or undefined. */
export function staticBusyboxPath() {
  const path = firstExisting(['/bin/busybox']);
  // Others name the program that loads their libraries.
  return path !== undefined && !readFileSync(path).includes('/ld-') ? path : undefined;
}

/**
 * Where setup has put this version of Node, or undefined.
 * @param {string} version
 */
export function otherNodePath(version) {
  return firstExisting([
    join(otherNodeDir(version), 'node_modules', `node-${process.platform}-${process.arch}`, 'bin/node'),
  ]);
}

/** @param {string} version @returns {Need} */
function otherNode(version) {
  const published = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');
  return {
    name: `Node ${version}`,
    usedBy: 'the test that results are the same on every Node',
    find: () => otherNodePath(version),
    ...(published && {
      npmPackage: { spec: `node-${process.platform}-${process.arch}@${version}`, into: otherNodeDir(version) },
    }),
    byHand: published ? 'run this again when npm can reach its registry' : 'the test runs on Linux only',
  };
}

/** @param {string} version */
function otherNodeDir(version) {
  return join(CACHE_DIR, `node-${version}`);
}

/** @param {readonly string[]} paths @returns {string | undefined} */
function firstExisting(paths) {
  return paths.find((path) => existsSync(path));
}
