// `npm run setup`: brings what the tests use and this machine lacks. Running it again changes nothing.
// As root on Debian it installs; elsewhere it names what is missing, and `npm test` skips those tests by name.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { NEEDS } from './needs.mjs';

const mayInstallDebian = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
let debianListsAreFresh = false;

for (const need of NEEDS) {
  const found = need.find();
  if (found !== undefined) console.log(`${need.name}: ${found}`);
  else bring(need);
}

const missing = NEEDS.filter((need) => need.find() === undefined);
for (const need of missing) console.log(`missing: ${need.name}, used by ${need.usedBy}; ${need.byHand}`);
console.log(
  missing.length === 0
    ? 'setup: everything that the tests use is here'
    : `setup: missing ${missing.length} of ${NEEDS.length}; npm test skips what uses them, by name`,
);

/** @param {import('./needs.mjs').Need} need */
function bring(need) {
  if (need.debianPackages !== undefined && mayInstallDebian) {
    console.log(`${need.name}: installing the Debian package ${need.debianPackages.join(' ')}`);
    installDebian(need.debianPackages);
  } else if (need.npmPackage !== undefined) {
    console.log(`${need.name}: installing ${need.npmPackage.spec} into ${need.npmPackage.into}`);
    installNpm(need.npmPackage);
  }
}

/**
 * Tries with the package lists that are there; a machine without lists, or with old ones, gets new ones once.
 * @param {readonly string[]} packages
 */
function installDebian(packages) {
  const install = () =>
    withoutServices(() => run('apt-get', ['install', '--yes', '--quiet', '--no-install-recommends', ...packages]));
  const listed = packages.every((name) => spawnSync('apt-cache', ['show', name], { stdio: 'ignore' }).status === 0);
  if (listed && install()) return;
  if (debianListsAreFresh) return;
  debianListsAreFresh = true;
  if (run('apt-get', ['update', '--quiet'])) install();
}

/**
 * The tests start engines and servers of their own; those of the machine that come with a package are not started.
 * @param {() => boolean} install
 */
function withoutServices(install) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return install();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return install();
  } finally {
    rmSync(policy);
  }
}

/** @param {{ spec: string, into: string }} npmPackage */
function installNpm({ spec, into }) {
  mkdirSync(into, { recursive: true });
  run('npm', [
    'install',
    '--prefix',
    into,
    '--no-save',
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    spec,
  ]);
}

/**
 * Runs a command quietly; shows what it said only when it fails.
 * @param {string} command @param {readonly string[]} args
 */
function run(command, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stdout, stderr, error } = spawnSync(command, args, { env, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status === 0) return true;
  console.log(`${command} ${args.join(' ')} failed: ${error?.message ?? `exit code ${status}`}`);
  console.log(`${stdout ?? ''}${stderr ?? ''}`.trimEnd().split('\n').slice(-15).join('\n'));
  return false;
}
