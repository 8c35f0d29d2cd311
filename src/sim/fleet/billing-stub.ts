import type { CostResult } from '../monitoring/living-result.ts';
export class Billing { totalUsd = 0; constructor(..._: unknown[]) {} advance(_: number): void {} nodeStarted(..._: unknown[]): void {} nodeStopped(_: number): void {} requested(..._: unknown[]): void {}
 result(_: unknown): CostResult { return { totalUsd: 0, idleUsd: 0, byGroup: {}, byService: {}, usdPerMillionRequests: 0, energyKWh: 0, carbonKg: 0 }; } }
