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

  /** Log-normal with this mean and standard deviation: never negative, and now and then much longer than usual. */
  longTailed(mean: number, spread: number): number {
    if (mean <= 0 || spread <= 0) return Math.max(0, Math.round(mean));
    const variance = Math.log(1 + (spread / mean) ** 2);
    return Math.round(mean * Math.exp(Math.sqrt(variance) * this.normal() - variance / 2));
  }

  /** Box and Muller's: one of the pair is enough. */
  private normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}
