/** What went wrong with a call to an engine, as far as anyone must act differently. */
export type EngineFaultKind =
  /** Nobody answers: not there, stopped, connection lost. */
  | 'unreachable'
  /** No answer in time. */
  | 'timeout'
  /** No right to speak to it: permissions of the socket, TLS, SSH. */
  | 'denied'
  /** The thing is not there (404). */
  | 'not-found'
  /** The image is not there. */
  | 'no-image'
  /** It exists already, or is in a state in which this cannot be done (409, 304). */
  | 'conflict'
  /** No room: disk, memory, addresses, ports. */
  | 'no-room'
  /** The engine cannot do this, or was asked something it does not understand (400, 501). */
  | 'unsupported'
  /** Any other error of the engine (500). */
  | 'failed';

/** An error of an engine, told in a sentence. */
export class EngineFault extends Error {
  override readonly name = 'EngineFault';
  readonly kind: EngineFaultKind;
  /** Name of the engine. */
  readonly engine: string;
  readonly status: number | undefined;

  constructor(kind: EngineFaultKind, engine: string, message: string, status?: number) {
    super(message);
    this.kind = kind;
    this.engine = engine;
    this.status = status;
  }

  /** Whether the same call may succeed if it is made again soon. */
  get isPassing(): boolean {
    return this.kind === 'unreachable' || this.kind === 'timeout' || this.kind === 'failed';
  }
}
