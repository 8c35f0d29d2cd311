import type { DataPlane } from '../../../data-plane/data-plane.ts';
import type { MesosValues } from '../../constants.ts';

export interface OfferCalls {
  /** Whether anything could be launched for the role now. */
  wants(role: string): boolean;
  suppress(role: string): void;
  revive(role: string): void;
}

interface RoleDemand {
  readonly role: string;
  isWanted: boolean;
  lastReviveUs: number;
  nextReviveUs: number;
  repeatsLeft: number;
}

/** Whether Marathon wants offers: suppressed while nothing is to launch, revived at most every 5 s (core/flow/ReviveOffersStreamLogic). */
export class OfferDemand {
  private readonly plane: DataPlane;
  private readonly values: MesosValues;
  private readonly calls: OfferCalls;
  private readonly roles: RoleDemand[] = [];
  private readonly reviveKind: number;

  constructor(plane: DataPlane, values: MesosValues, calls: OfferCalls) {
    this.plane = plane;
    this.values = values;
    this.calls = calls;
    this.reviveKind = plane.clock.apiKind((index) => this.revive(index));
  }

  /** Roles begin suppressed. */
  add(role: string): void {
    if (this.roles.some((one) => one.role === role)) return;
    this.roles.push({ role, isWanted: false, lastReviveUs: -Infinity, nextReviveUs: Infinity, repeatsLeft: 0 });
  }

  /** One more instance can be launched than before. */
  more(role: string): void {
    const index = this.roles.findIndex((one) => one.role === role);
    const demand = this.roles[index];
    demand.isWanted = true;
    demand.repeatsLeft = this.values.reviveOffersRepetitions - 1;
    const { clock, chronicle } = this.plane;
    const atUs = Math.max(clock.nowUs, demand.lastReviveUs + this.values.minReviveOffersInterval);
    if (atUs > clock.nowUs && demand.nextReviveUs > atUs)
      chronicle.timer({ fromUs: clock.nowUs, toUs: atUs, timer: 'min_revive_offers_interval', about: `role ${role}` });
    this.plan(index, atUs);
  }

  /** Instances have been launched or are not wanted any more. */
  update(): void {
    for (const demand of this.roles)
      if (demand.isWanted && !this.calls.wants(demand.role)) {
        demand.isWanted = false;
        demand.nextReviveUs = Infinity;
        this.calls.suppress(demand.role);
      }
  }

  private plan(index: number, atUs: number): void {
    const demand = this.roles[index];
    if (demand.nextReviveUs <= atUs) return;
    demand.nextReviveUs = atUs;
    this.plane.clock.at(atUs, this.reviveKind, index);
  }

  private revive(index: number): void {
    const demand = this.roles[index];
    const { nowUs } = this.plane.clock;
    if (!demand.isWanted || demand.nextReviveUs > nowUs) return;
    demand.lastReviveUs = nowUs;
    demand.nextReviveUs = Infinity;
    if (!this.calls.wants(demand.role)) return;
    this.calls.revive(demand.role);
    if (demand.repeatsLeft-- > 0) this.plan(index, nowUs + this.values.minReviveOffersInterval);
  }
}
