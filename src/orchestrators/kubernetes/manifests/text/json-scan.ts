/** Follows brackets and strings of a JSON value, however it is cut into chunks. */
export class JsonScan {
  /** How far it has read. */
  at = 0;
  itemFrom = 0;
  private depth = 0;
  private inItems = false;
  private keyFrom = -1;
  private key = '';
  private inString = false;

  /** Reads on to the beginning of `items`, the end of an item, or the end of all; undefined: more text is needed. */
  next(text: string): 'items' | 'item' | 'end' | undefined {
    while (this.at < text.length) {
      if (this.inString) {
        const close = closingQuote(text, this.at);
        if (close < 0) return undefined;
        if (this.keyFrom >= 0) this.key = text.slice(this.keyFrom, close);
        this.keyFrom = -1;
        this.inString = false;
        this.at = close + 1;
        continue;
      }
      const sign = text.charCodeAt(this.at++);
      if (sign === 0x22) {
        this.inString = true;
        if (this.depth === 1) this.keyFrom = this.at;
      } else if (sign === 0x7b || sign === 0x5b) {
        if (this.inItems && this.depth === 2) this.itemFrom = this.at - 1;
        this.depth++;
        if (sign === 0x5b && this.depth === 2 && this.key === 'items') {
          this.inItems = true;
          return 'items';
        }
      } else if (sign === 0x7d || sign === 0x5d) {
        this.depth--;
        if (this.inItems && this.depth === 2) return 'item';
        if (this.inItems && this.depth === 1) this.inItems = false;
        if (this.depth <= 0) return 'end';
      }
    }
    return undefined;
  }

  shift(length: number): void {
    this.at -= length;
    this.itemFrom -= length;
    this.keyFrom = this.keyFrom < 0 ? -1 : this.keyFrom - length;
  }
}

/** Where a string ends that is open here; -1: not in this text. */
function closingQuote(text: string, from: number): number {
  for (let at = from; ;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return -1;
    let slashes = 0;
    while (quote - slashes > from && text.charCodeAt(quote - slashes - 1) === 0x5c) slashes++;
    if (slashes % 2 === 0) return quote;
    at = quote + 1;
  }
}
