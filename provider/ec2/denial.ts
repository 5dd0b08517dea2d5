/** Reads the refusal of a call that the credentials may not make: the right that is missing, and what to do about it. (pure) */

/** EC2 asks for several rights at once, and names the one that is missing: tagging and passing a role have their own. */
const RIGHT = /is not authorized to perform: ([\w-]+:\w+)/;

/** Hundreds of characters, which only STS can read. */
const DETAILS = /\s*Encoded authorization failure message:\s*([\w-]+={0,2})\.?/;

/** The policy that forbids the call, where the refusal is not for want of one that allows it. */
const DENY = /with an explicit deny in (an? [a-z -]*policy|an? permissions boundary)/;

/** The other kind of policy that has to allow the call, beside those of the credentials. */
const LIMIT =
  /because no (service control policy|resource control policy|permissions boundary|session policy|VPC endpoint policy) allows/;

const DECODE = "aws sts decode-authorization-message --encoded-message";

/** The right that EC2 names as missing, if it names one. */
export function rightNamedIn(said: string): string | undefined {
  return RIGHT.exec(said)?.[1];
}

/** EC2's sentence without the details: it names the right that is missing. */
export function saidOf(said: string): string {
  return said.replace(DETAILS, "").trim();
}

/** @param requestId by which CloudTrail has all that EC2 said */
export function adviceOn(said: string, requestId: string | undefined): string {
  const right = rightNamedIn(said);
  const [, details] = DETAILS.exec(said) ?? [];
  const action = right === undefined ? "the action" : `the action ${right}`;
  const [, denies] = DENY.exec(said) ?? [];
  const [, limit] = LIMIT.exec(said) ?? [];
  const what =
    denies === undefined
      ? `Allow ${action} in the ${limit ?? "IAM policy"} of these credentials.`
      : `Take the explicit deny of ${action} out of the policy: it is in ${denies}.`;
  if (details === undefined) {
    return what;
  }
  return right === undefined
    ? `${what} Which one, this tells: ${DECODE} ${details}`
    : `${what} More details are in CloudTrail, with request ${requestId ?? "ids"}, for \`${DECODE}\`.`;
}
