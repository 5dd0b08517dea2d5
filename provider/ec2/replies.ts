/** EC2's replies in the product's terms: its errors, its pages, and what must be in a reply. */
import { isAboutTime } from "./error-codes";
import { Ec2Error } from "./errors";

interface Thrown {
  name?: string;
  code?: string;
  message?: string;
  $metadata?: { requestId?: string; httpStatusCode?: number; clockSkewCorrected?: boolean };
}

/** EC2's errors carry the code in `name`, those of the way there in `code`; any other HTTP 5xx is a fault on the way. */
function codeOf(error: Thrown, status: number): string {
  const named = status === 0 ? (error.code ?? error.name) : error.name;
  const isNamed = named !== undefined && named !== "Error";
  return isNamed ? named : status >= 500 ? "ServiceUnavailable" : "UnknownError";
}

function toEc2Error(action: string, thrown: unknown): Ec2Error {
  if (thrown instanceof Ec2Error) {
    return thrown;
  }
  const error = thrown as Thrown;
  const { requestId, httpStatusCode = 0, clockSkewCorrected = false } = error.$metadata ?? {};
  const code = codeOf(error, httpStatusCode);
  return new Ec2Error(action, code, error.message === "" ? code : (error.message ?? String(thrown)), {
    requestId,
    cause: thrown,
    isClockCorrected: clockSkewCorrected && isAboutTime(code),
  });
}

export async function asEc2Errors<T>(action: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw toEc2Error(action, error);
  }
}

/** Expects what EC2 always sends; its absence is a broken reply. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) {
    throw new Ec2Error("reply", "InternalError", `EC2's reply has no ${what}`);
  }
  return value;
}

/** Collects all pages: a filter may leave any of them empty. */
export async function gathered<Page, One>(
  pages: AsyncIterable<Page>,
  of: (page: Page) => readonly One[] | undefined,
): Promise<One[]> {
  const found: One[] = [];
  for await (const page of pages) {
    found.push(...(of(page) ?? []));
  }
  return found;
}
