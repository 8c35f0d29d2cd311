/** Things that events are about, by a number that is used again when the thing has been taken out. */
export class Slots<T> {
  private readonly things: (T | undefined)[] = [];
  private readonly free: number[] = [];

  put(thing: T): number {
    const number = this.free.pop() ?? this.things.length;
    this.things[number] = thing;
    return number;
  }

  take(number: number): T {
    const thing = this.things[number];
    if (thing === undefined) throw new Error(`slot ${number} is empty`);
    this.things[number] = undefined;
    this.free.push(number);
    return thing;
  }
}
