import type { KubernetesObject, Labels } from './meta.ts';

export interface Service extends KubernetesObject {
  readonly kind: 'Service';
  readonly spec: {
    /** Absent: endpoints are managed by someone else, so there are none. */
    readonly selector?: Labels;
    readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
    readonly headless: boolean;
    readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
    readonly sessionAffinity: 'None' | 'ClientIP';
    readonly internalTrafficPolicy: 'Cluster' | 'Local';
    readonly externalTrafficPolicy: 'Cluster' | 'Local';
    readonly trafficDistribution?: string;
    readonly publishNotReadyAddresses: boolean;
  };
}

export interface Endpoint {
  readonly pod: number;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
}

/** The endpoints of one service, as the control plane has published them. Its name is the service's. */
export interface EndpointSlice extends KubernetesObject {
  readonly kind: 'EndpointSlice';
  readonly endpoints: readonly Endpoint[];
}
