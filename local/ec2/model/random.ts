/** A small seeded generator (mulberry32), so that ids, addresses and durations can be repeated, and its state saved. */
export class Random {
  constructor(private state: number) {
    this.state = state >>> 0;
  }

  /** The state to save, and to give to the constructor later. */
  save(): number {
    return this.state;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** From 0 up to, not including, `limit`. */
  integer(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  hex(digits: number): string {
    let text = "";
    while (text.length < digits) text += this.integer(65_536).toString(16).padStart(4, "0");
    return text.slice(0, digits);
  }

  /** Roughly normal (a sum of three uniforms), never beyond two thirds of the mean either way. */
  around(mean: number, spread: number): number {
    const deviation = (this.next() + this.next() + this.next() - 1.5) * 2 * spread;
    const bound = (mean * 2) / 3;
    return Math.round(mean + Math.max(-bound, Math.min(bound, deviation)));
  }
}
