/** When a week begins, and how long things are, in milliseconds. */

/** A Monday, six days before the clocks of Europe go back. */
export const START = Date.UTC(2026, 9, 19);

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
