/** Look-ups that credentials need not have the right to: without it nothing is said of what they would tell. */
import type { Clock } from "../../kit/clock";
import { Ec2Error, isUnauthorized } from "../../ec2/errors";
import { Lookups, patiently } from "../../ec2/lookups";

export type LookupAnswer<T> = { is: "found"; it: T } | { is: "missing" } | { is: "not-told" };

/** An endpoint that is not EC2's own may not know the action. */
const isUnknownAction = (error: unknown): boolean => error instanceof Ec2Error && error.code === "InvalidAction";

/** {@link Lookups} in which a denial is an answer too; it is kept, since the rights of a run do not change. */
export function optional<T>(look: (id: string) => Promise<T | undefined>, clock: Clock): Lookups<LookupAnswer<T>> {
  const ask = async (id: string): Promise<LookupAnswer<T>> => {
    try {
      const it = await patiently(
        () => look(id),
        (seen) => seen !== undefined,
        clock,
      );
      return it === undefined ? { is: "missing" } : { is: "found", it };
    } catch (error) {
      if (isUnauthorized(error) || isUnknownAction(error)) {
        return { is: "not-told" };
      }
      throw error;
    }
  };
  return new Lookups(ask, (answer) => answer.is !== "missing");
}
