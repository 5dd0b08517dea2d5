import { Cancelled } from "../kit/clock";
import { explain } from "./errors";

/** EC2's refusals name the call and not what it was for: that is said here, as the end of "could not …". */
export async function saying<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof Cancelled ? error : new Error(`could not ${what}: ${explain(error)}`, { cause: error });
  }
}
