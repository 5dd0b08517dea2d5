/** The errors of calls to EC2, and what can be told of them. */
import { adviceOn, saidOf } from "./denial";
import { adviceFor, classOf, CREDENTIALS, type ErrorClass, PROFILE_NOT_SEEN } from "./error-codes";

export interface ErrorDetails {
  requestId?: string;
  cause?: unknown;
  /** Whether the SDK has set its clock by this answer, so that the next request is signed with the right time. */
  isClockCorrected?: boolean;
  /** How often, and for how long, the call was sent in vain. */
  tried?: string;
  /** Whether it is what EC2 answered to other calls of the action, so that this one was not sent. */
  isUnsent?: boolean;
}

/** A call that EC2 refused, or that got no answer. */
export class Ec2Error extends Error {
  override readonly name = "Ec2Error";

  constructor(
    readonly action: string,
    readonly code: string,
    readonly said: string,
    readonly details: ErrorDetails = {},
  ) {
    super(`${action}: ${code}: ${said}`, { cause: details.cause });
  }

  get class(): ErrorClass {
    return classOf(this.code, this.said);
  }

  private get advice(): string | undefined {
    return adviceFor(this.code, this.said);
  }

  /** Adds how often, and for how long, the call was sent in vain. */
  afterTries(tries: number, ms: number): Ec2Error {
    const sent = tries === 0 ? "not sent, as EC2 let none pass" : `${tries} tries`;
    const tried = `${sent} in ${Math.round(ms / 1000)} s`;
    return new Ec2Error(this.action, this.code, this.said, { ...this.details, tried });
  }

  /** Makes the error of a call that was held back because of this one. */
  unsent(): Ec2Error {
    return new Ec2Error(this.action, this.code, this.said, { ...this.details, isUnsent: true });
  }

  /** EC2's words and what to do, as the end of a sentence that says what was being done. */
  get explanation(): string {
    const { requestId, tried } = this.details;
    const request = `${requestId === undefined ? "" : `, request ${requestId}`}${tried === undefined ? "" : `; ${tried}`}`;
    const advice = isUnauthorized(this) ? adviceOn(this.said, requestId) : this.advice;
    const said = saidOf(this.said).replace(/\.$/, "");
    if (this.class === "no-credentials") {
      return `there are no usable AWS credentials (${said}). ${advice ?? CREDENTIALS}`;
    }
    const action = this.class === "denied" ? `${this.action} was denied: ` : "";
    return `${action}${said} (${this.code}${request}).${advice === undefined ? "" : ` ${advice}`}`;
  }
}

/** Whether `error` came from EC2 and is of one of these classes. */
export function isEc2Error(error: unknown, ...classes: ErrorClass[]): error is Ec2Error {
  return error instanceof Ec2Error && (classes.length === 0 || classes.includes(error.class));
}

/** Whether the credentials have not the right to it, whatever else might be said of the call. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof Ec2Error && (error.code === "UnauthorizedOperation" || error.code === "AccessDenied");
}

/** Codes about parts of a launch that this product makes itself: not found means that EC2 does not see the part yet. */
const OWN_PARTS: ReadonlySet<string> = new Set([
  "InvalidLaunchTemplateId.NotFound",
  "InvalidLaunchTemplateId.VersionNotFound",
  "InvalidNetworkInterfaceID.NotFound",
]);

/** Whether a launch was refused only because what was made for it a moment ago is not seen yet. */
export function isOwnPartNotSeen(error: unknown): boolean {
  return error instanceof Ec2Error && OWN_PARTS.has(error.code);
}

export function isInstanceProfileNotSeen(error: unknown): boolean {
  return error instanceof Ec2Error && PROFILE_NOT_SEEN.test(error.said);
}

/**
 * Whether a launch was refused for what its instance type is or does not take, so that another type may be launched. EC2 has many
 * codes for it, and says so in its message.
 */
export function isAboutType(error: unknown, instanceType: string): error is Ec2Error {
  if (!isEc2Error(error, "refused")) {
    return false;
  }
  const isNamed = error.said.includes(`'${instanceType}'`) || error.said.includes(`${instanceType} instance type`);
  return isNamed || OF_TYPES.has(error.code) || /\binstance types?\b/i.test(error.said);
}

const OF_TYPES: ReadonlySet<string> = new Set(["InstanceCreditSpecification.NotSupported"]);

/** A state reason of an ended instance that is a lack of capacity and not a fault of the launch. */
export function isCapacityReason(code: string | undefined): boolean {
  return code !== undefined && /InsufficientInstanceCapacity|SpotInstanceTermination/.test(code);
}

/** The sentence for any error: EC2's explanation, or the error's own words. */
export function explain(error: unknown): string {
  if (error instanceof Ec2Error) {
    return error.explanation;
  }
  return error instanceof Error ? error.message : String(error);
}

/** Makes the texts of one trouble equal: each refusal has a request id of its own. */
export function withoutRequestIds(text: string): string {
  return text.replace(/,? ?with request [\w-]+|,? request [\w-]+/g, "");
}
