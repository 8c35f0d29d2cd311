import type { RandomStream } from '../../../../sim/random.ts';
import type { DataPlane } from '../../../data-plane/data-plane.ts';
import type { Bundle } from '../../allocator/bundle.ts';
import { shuffle } from '../../allocator/allocation-run.ts';
import type { MesosValues } from '../../constants.ts';
import type { Offer } from '../../master/task-state.ts';

/** An offer that is kept, and what is left of it while tasks are matched. */
export interface HeldOffer {
  readonly offer: Offer;
  left: Bundle;
}

/**
 * Offers that a framework keeps for some minutes, so that it can choose among them (as Aurora does; offer_order). Without
 * holding, offers are those that have just come.
 */
export class HeldOffers {
  private readonly plane: DataPlane;
  private readonly values: MesosValues;
  private readonly random: RandomStream;
  private readonly held = new Map<number, HeldOffer>();
  private readonly expiryKind: number;

  constructor(plane: DataPlane, values: MesosValues, name: string, giveBack: (offer: Offer) => void) {
    this.plane = plane;
    this.values = values;
    this.random = plane.streams(`mesos/${name}/offers`);
    this.expiryKind = plane.clock.apiKind((id) => {
      const one = this.held.get(id);
      if (one === undefined) return;
      this.held.delete(id);
      giveBack(one.offer);
    });
  }

  add(offer: Offer): void {
    this.held.set(offer.id, { offer, left: offer.bundle });
    if (this.values.batchHoldsOffers === 0) return;
    const { heldOfferTime, heldOfferJitter } = this.values;
    this.plane.clock.after(heldOfferTime + Math.floor(this.random.fine() * heldOfferJitter), this.expiryKind, offer.id);
  }

  remove(offer: number): void {
    this.held.delete(offer);
  }

  /** In the order in which they are tried: at random, or those first that have least CPU left. */
  inOrder(): HeldOffer[] {
    const all = [...this.held.values()].sort((a, b) => a.offer.id - b.offer.id);
    if (this.values.batchHoldsOffers === 0) return all;
    if (this.values.heldOfferOrder === 0) shuffle(all, this.random);
    else all.sort((a, b) => a.left.unreserved.cpuMilli - b.left.unreserved.cpuMilli || a.offer.id - b.offer.id);
    return all;
  }
}
