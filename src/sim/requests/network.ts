/** How long a message travels between zones, and whether it arrives. Zone -1 is outside; both directions are alike. */
export class Network {
  private readonly width: number;
  private readonly delaysUs: Float64Array;
  private readonly cut: Uint8Array;

  constructor(zones: number) {
    this.width = zones + 1;
    this.delaysUs = new Float64Array(this.width * this.width);
    this.cut = new Uint8Array(this.width * this.width);
  }

  delayUs(fromZone: number, toZone: number): number {
    return this.delaysUs[(fromZone + 1) * this.width + toZone + 1];
  }

  isCut(fromZone: number, toZone: number): boolean {
    return this.cut[(fromZone + 1) * this.width + toZone + 1] === 1;
  }

  setDelay(fromZone: number, toZone: number, delayUs: number): void {
    this.delaysUs[(fromZone + 1) * this.width + toZone + 1] = delayUs;
    this.delaysUs[(toZone + 1) * this.width + fromZone + 1] = delayUs;
  }

  setLink(fromZone: number, toZone: number, up: boolean): void {
    this.cut[(fromZone + 1) * this.width + toZone + 1] = up ? 0 : 1;
    this.cut[(toZone + 1) * this.width + fromZone + 1] = up ? 0 : 1;
  }
}
