/** What may befall a machine, whoever orchestrates it. */
export interface MachineCondition {
  readonly works: boolean;
  readonly cutOff: boolean;
  readonly speed: number;
  readonly lossShare: number;
  readonly diskFull: boolean;
  /** The cloud has it back. */
  readonly gone: boolean;
}

/** Tells what has changed about a machine: of which kind, and what in words. */
export function tellMachine(
  state: MachineCondition,
  before: MachineCondition,
  tell: (kind: string, what: string) => void,
): void {
  if (state.works !== before.works)
    tell(
      state.works ? 'node-up' : 'node-down',
      state.gone ? 'the cloud has taken it back' : state.works ? 'the machine works again' : 'the machine has stopped',
    );
  if (state.cutOff !== before.cutOff)
    tell(
      state.cutOff ? 'node-cut-off' : 'node-back',
      state.cutOff ? 'nothing gets through to it' : 'it can be reached again',
    );
  if (state.speed !== before.speed)
    tell(state.speed < 1 ? 'node-slow' : 'node-speed-back', `works at ${state.speed} of its speed`);
  if (state.lossShare !== before.lossShare)
    tell(state.lossShare > 0 ? 'node-flaky' : 'node-loss-over', `loses ${state.lossShare} of requests`);
  if (state.diskFull !== before.diskFull)
    tell(state.diskFull ? 'disk-full' : 'disk-free', state.diskFull ? 'nothing can be written' : 'there is room again');
}
