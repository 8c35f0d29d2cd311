/** One `baton.dev/…` annotation. */
export interface AnnotationRule {
  /** Behind `baton.dev/`. */
  readonly name: string;
  /** Where it has a meaning: `pod`: pods and whatever makes them; `service`: Services and whatever serves for them; `scaler`: objects that scale. */
  readonly on: 'pod' | 'service' | 'scaler';
  readonly example: string;
  /** What it says, and what holds without it. */
  readonly meaning: string;
}

export const PREFIX = 'baton.dev/';

const rule = (on: AnnotationRule['on'], name: string, example: string, meaning: string): AnnotationRule => ({
  name,
  on,
  example,
  meaning,
});

/** Every annotation that Baton reads, in the order of `docs/kubernetes-annotations.md`. */
export const ANNOTATIONS: readonly AnnotationRule[] = [
  rule('pod', 'image-size', '350Mi', 'bytes pulled for an image'),
  rule('pod', 'boot', 'lognormal 4s sigma 0.4', 'from the start of the process until it answers probes and requests'),
  rule('pod', 'stop', '2s', 'from SIGTERM until the process has ended by itself'),
  rule('pod', 'duration', 'lognormal 5m sigma 0.8', 'how long the process runs until it ends by itself'),
  rule('pod', 'failure-share', '10%', 'share of its runs that end with the exit code instead of 0'),
  rule('pod', 'exit-code', '137', 'exit code of a run that fails; without a failure share every run fails'),
  rule(
    'pod',
    'cpu-usage',
    '60%',
    'CPU used: a share of the request or an amount, beside the work on modelled requests',
  ),
  rule(
    'pod',
    'memory-usage',
    '300Mi + 50Mi/h',
    'memory used: a share of the request or an amount, and its growth per hour',
  ),
  rule('pod', 'disk-usage', '2Gi + 100Mi/h', 'disk written: an amount, and its growth per hour'),
  rule('pod', 'work-factor', '1.5', 'own work on a request relative to what the service says, for a slower version'),
  rule('pod', 'error-share', '5%', 'share of its requests that it fails, for a version with a fault'),
  rule('service', 'traffic', 'diurnal 100..400/s', 'requests from outside'),
  rule('service', 'work', 'exponential 20ms', 'own work on a request at full speed'),
  rule('service', 'concurrency', '10', 'requests that one pod serves at once'),
  rule('service', 'queue-limit', '100', 'requests that may wait at one pod; more are turned away'),
  rule('service', 'cpu-per-request', '50m', 'CPU of a request while it is worked on'),
  rule('service', 'memory-per-request', '2Mi', 'memory of a request at the pod'),
  rule('service', 'calls', 'cart, db 0.5 + cache', 'services called after the own work'),
  rule('service', 'timeout', '2s', 'after which callers of the service give up an attempt'),
  rule('service', 'retries', '2', 'attempts of its callers after the first'),
  rule('service', 'balancing', 'least-connections', 'how an endpoint is chosen'),
  rule('service', 'activator', '30s', 'how long a call waits for an endpoint when there is none'),
  rule('service', 'objective', '99.9% within 300ms', 'a promise about its requests'),
  rule(
    'scaler',
    'external-metrics',
    'queue-length = diurnal 10..400',
    'metrics from outside of the cluster, over time',
  ),
];
