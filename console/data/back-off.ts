/** Pauses between tries to reach the server again. (pure) */

const FIRST_MS = 1000;
const LONGEST_MS = 30_000;

/**
 * Milliseconds to wait before the next try: doubled each time, up to half a minute, less up to a fifth by chance so that
 * tabs do not come at once.
 * @param tries how many tries have failed in a row, from 1
 * @param random from 0 up to 1
 */
export function backOffMs(tries: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1));
  return Math.round(full * (1 - random / 5));
}
