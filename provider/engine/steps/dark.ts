/** The address that a run takes down. */
import { ObserveAgain, type Run } from "./run";

/**
 * Makes a call that takes the instance from behind the address. The address is dark once EC2 has taken the call, and not while the call
 * is held up. EC2 may have taken a call that failed, but not one that was kept back.
 */
export async function darkening<T>(run: Run, isLit: boolean, call: () => Promise<T>): Promise<T> {
  let isKeptBack = false;
  try {
    return await call();
  } catch (error) {
    isKeptBack = error instanceof ObserveAgain;
    throw error;
  } finally {
    if (isLit && !isKeptBack) {
      run.darkSince ??= run.clock.now();
    }
  }
}
