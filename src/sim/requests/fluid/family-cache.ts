import { ChainFamily, type FamilyTraits } from './chain-family.ts';
import { WorkBudget } from './work-budget.ts';

/** Families shared by all services of a run that are alike. */
export class FamilyCache {
  /** Of the whole run. */
  readonly budget = new WorkBudget();
  private readonly families = new Map<string, ChainFamily>();

  family(traits: FamilyTraits): ChainFamily {
    // Variability is told apart in steps of a percent, so that families can be shared.
    const squaredCv = Math.min(1000, Math.floor(traits.squaredCv * 100 + 0.5) / 100);
    const key = `${traits.places}/${squaredCv}/${traits.ticks}/${traits.queueLimit}`;
    let family = this.families.get(key);
    if (family === undefined) {
      family = new ChainFamily({ ...traits, squaredCv }, this.budget);
      this.families.set(key, family);
    }
    return family;
  }
}
