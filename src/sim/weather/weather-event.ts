/**
 * What the weather can do. Times and victims are drawn without a look at what policies do, so that all that are
 * compared meet the same storm; an event whose node is not there at that moment (not bought yet, down already) has no
 * effect. Every event that begins something has an end, as another event.
 */
export type WeatherEvent =
  /** The machine stops: power, kernel, hardware. Its pods are lost. */
  | { readonly kind: 'node-down'; readonly node: number; readonly cause: string }
  | { readonly kind: 'node-up'; readonly node: number; readonly cause: string }
  /** Works at this share of its speed, 0 to 1; 1 ends it. */
  | { readonly kind: 'node-speed'; readonly node: number; readonly speed: number; readonly cause: string }
  /** Drops this share of what it is asked (flaky); 0 ends it. */
  | { readonly kind: 'node-loss'; readonly node: number; readonly share: number; readonly cause: string }
  /** No image can be pulled and nothing written: new pods fail to start there, running ones go on. */
  | { readonly kind: 'disk-full'; readonly node: number; readonly on: boolean; readonly cause: string }
  /** The node is cut off from everyone: heartbeats, requests, answers. Its pods go on, unheard. */
  | { readonly kind: 'node-cut-off'; readonly node: number; readonly on: boolean; readonly cause: string }
  /** Between two zones nothing passes. */
  | {
      readonly kind: 'zone-partition';
      readonly zones: readonly [number, number];
      readonly on: boolean;
      readonly cause: string;
    }
  /** Extra time one way between two zones (-1: outside); 0 ends it. */
  | {
      readonly kind: 'zone-delay';
      readonly zones: readonly [number, number];
      readonly delayUs: number;
      readonly cause: string;
    }
  /** Someone wants the machine empty: cordoned and drained now, given back at `drain-end`. */
  | { readonly kind: 'drain-begin'; readonly node: number; readonly cause: string }
  | { readonly kind: 'drain-end'; readonly node: number; readonly cause: string }
  /** The cloud will take the machine at `takenUs`; then follows `spot-taken`. */
  | { readonly kind: 'spot-notice'; readonly node: number; readonly takenUs: number; readonly cause: string }
  | { readonly kind: 'spot-taken'; readonly node: number; readonly cause: string }
  /** From now on the cloud has no spot machines of these nodes' kind (or has them again). */
  | { readonly kind: 'spot-capacity'; readonly nodes: readonly number[]; readonly on: boolean; readonly cause: string }
  /** One process dies; which of the service's replicas, as a number in [0, 1) of those there. */
  | { readonly kind: 'replica-crash'; readonly service: number; readonly which: number; readonly cause: string }
  /** Every replica of the service dies this long after its start, until it ends: a crash loop. */
  | {
      readonly kind: 'crash-loop';
      readonly service: number;
      readonly on: boolean;
      readonly afterUs: number;
      readonly cause: string;
    }
  | { readonly kind: 'registry-down'; readonly on: boolean; readonly cause: string }
  /** Nothing is scheduled, scaled, replaced or noticed; what runs goes on. */
  | { readonly kind: 'control-plane-down'; readonly on: boolean; readonly cause: string };

/** Weather as it comes, in order of time. */
export interface WeatherSource {
  /** When the next event comes; Infinity at the end. */
  readonly nextUs: number;
  /** Takes it. */
  take(): WeatherEvent;
}

/** Where a node stands, for failures that hit its neighbours too. */
export interface NodePlace {
  readonly name: string;
  /** Index of its zone, rack (unique over all zones) and power domain; -1: none known. */
  readonly zone: number;
  readonly rack: number;
  readonly power: number;
  readonly group: string;
  readonly instanceType: string;
  readonly spot: boolean;
}
