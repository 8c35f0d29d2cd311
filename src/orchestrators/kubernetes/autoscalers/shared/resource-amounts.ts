import type { ResourceList } from '../../objects/meta.ts';
import { quantityMilli, quantityValue } from '../../objects/quantity.ts';

/** The amount of a resource in whole numbers: CPU in millicores, all others in their unit (bytes, devices); undefined: not in the list. */
export function amountIn(list: ResourceList, name: string): number | undefined {
  const quantity = list[name];
  if (quantity === undefined) return undefined;
  return name === 'cpu' ? quantityMilli(quantity) : quantityValue(quantity);
}

/** An amount as a quantity: `250m`, `262144000`. */
export function quantityOf(name: string, amount: number): string {
  return name === 'cpu' ? `${amount}m` : `${amount}`;
}
