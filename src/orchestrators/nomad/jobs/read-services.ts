import type { NomadCheck, NomadService } from './nomad-jobs.ts';
import type { SectionReader } from './section-reader.ts';

const CHECK_TYPES = ['http', 'tcp', 'grpc', 'script'];

/** The services of a group or task. `otherwise`: the name of one that has none. */
export function readServices(section: SectionReader, otherwise: string): NomadService[] {
  return section.sections('service').map((block) => {
    const label = block.section.labels[0];
    const name = block.text('name', label ?? otherwise);
    const provider = block.text('provider', 'consul', ['consul', 'nomad']) as NomadService['provider'];
    const port = block.text('port', '');
    const tags = block.texts('tags', []);
    const task = block.text('task', '');
    const common = block.one('check_restart');
    const checks = block.sections('check').map((check) => readCheck(check, common, provider));
    if (common !== undefined) readCheckRestart(common);
    block.accept(
      ...'canary_tags enable_tag_override address address_mode on_update meta canary_meta'.split(' '),
      ...'cluster namespace tagged_addresses kind identity weights'.split(' '),
    );
    block.ignore(['connect'], 'the mesh and its sidecars are not modelled, requests go to the service itself');
    block.done();
    return { name, provider, port, tags, checks, task };
  });
}

function readCheck(block: SectionReader, common: SectionReader | undefined, provider: string): NomadCheck {
  const type = block.text('type', 'http', CHECK_TYPES);
  const own = block.one('check_restart') ?? common;
  const { limit, graceUs } = own === undefined ? { limit: 0, graceUs: 0 } : readCheckRestart(own);
  if (!block.has('interval')) block.fail('has no interval; write interval = "10s"');
  if (!block.has('timeout')) block.fail('has no timeout; write timeout = "2s"');
  const check: NomadCheck = {
    name: block.text('name', block.section.labels[0] ?? type),
    intervalUs: block.durationUs('interval', 0),
    timeoutUs: block.durationUs('timeout', 0),
    initiallyPassing: block.text('initial_status', 'critical', ['passing', 'warning', 'critical', '']) === 'passing',
    successBeforePassing: Math.max(1, block.whole('success_before_passing', 0)),
    failuresBeforeCritical: Math.max(1, block.whole('failures_before_critical', 0)),
    restartLimit: limit,
    restartGraceUs: graceUs,
  };
  block.accept(
    ...'path port method header body protocol command args address_mode expose task'.split(' '),
    ...'grpc_service grpc_use_tls tls_skip_verify tls_server_name on_update notes id'.split(' '),
    ...'failures_before_warning'.split(' '),
  );
  block.done();
  if (check.intervalUs < 1e6) block.fail('has an interval below 1 s; write interval = "1s" or more');
  if (check.timeoutUs < 1e6) block.fail('has a timeout below 1 s; write timeout = "1s" or more');
  if (provider === 'nomad' && type !== 'http' && type !== 'tcp')
    block.fail(`is of type "${type}", which services of provider "nomad" have not; write "http" or "tcp"`);
  return check;
}

function readCheckRestart(block: SectionReader): { limit: number; graceUs: number } {
  block.accept('ignore_warnings');
  const limit = block.whole('limit', 0);
  const graceUs = block.durationUs('grace', 1e6);
  block.done();
  return { limit, graceUs };
}
