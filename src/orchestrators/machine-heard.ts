/** What a machine's agent needs to be heard. */
export interface MachineVoice {
  readonly works: boolean;
  readonly cutOff: boolean;
  /** Share of its speed that is left; 0: it stands still. */
  readonly speed: number;
}

/**
 * Whether anything passes between a machine's agent and its control plane: it works, is not cut off and does not stand
 * still. The kernel of a machine that stands still accepts connections all the same, so requests to it are not refused:
 * whoever asks there waits until his own patience is over.
 */
export function isHeard({ works, cutOff, speed }: MachineVoice): boolean {
  return works && !cutOff && speed > 0;
}
