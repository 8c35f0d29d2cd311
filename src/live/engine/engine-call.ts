import type { Engine } from './engine.ts';

/** Calls of an engine by name. */
export type EngineCall = Exclude<keyof Engine, 'name' | 'close'>;

/** What a call is about to do, as it ends the sentence "could not …". */
export const CALL_WORDS: Readonly<Record<EngineCall, string>> = {
  info: 'ask what the engine is',
  ping: 'reach the engine',
  hasImage: 'look for image',
  importImage: 'make image',
  removeImage: 'remove image',
  createNetwork: 'make network',
  removeNetwork: 'remove network',
  listNetworks: 'list networks',
  createContainer: 'make container',
  start: 'start container',
  stop: 'stop container',
  kill: 'kill container',
  pause: 'pause container',
  unpause: 'resume container',
  update: 'change limits of container',
  connect: 'give its network to container',
  disconnect: 'take the network from container',
  remove: 'remove container',
  list: 'list containers',
  inspect: 'look at container',
  stats: 'measure container',
  logs: 'read the output of container',
  events: 'follow events',
};
