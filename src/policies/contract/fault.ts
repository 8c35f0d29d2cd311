/** The rules a placement policy is examined on. */
export type ContractRule =
  | 'is a policy'
  | 'does not throw'
  | 'chooses a node that fits'
  | 'places what can be placed'
  | 'leaves the cluster alone'
  | 'scores with numbers'
  | 'answers the same again'
  | 'reads only the node'
  | 'columns equal score'
  | 'index equals scan'
  | 'prefers what it says'
  | 'takes devices that fit';

/** One way in which a policy broke the contract, told so that it can be mended. */
export interface Fault {
  readonly rule: ContractRule;
  /** What happened, with the numbers, and what to do. */
  readonly sentence: string;
  /** The seed whose history shows it. */
  readonly seed: number;
}

/** Stops the examination of a seed at its first fault. */
export class Failed extends Error {
  readonly rule: ContractRule;
  constructor(rule: ContractRule, sentence: string) {
    super(sentence);
    this.rule = rule;
  }
}
