/**
 * EC2's HTTP status where it is not 400. InsufficientInstanceCapacity as a 500 is what makes SDKs retry it
 * (terraform-provider-aws #43193; ec2-behaviour.md, 0.1).
 */
const STATUS: Readonly<Record<string, number>> = {
  InsufficientInstanceCapacity: 500,
  InternalError: 500,
  Unavailable: 503,
  RequestLimitExceeded: 503,
  UnauthorizedOperation: 403,
  DryRunOperation: 412,
};

function statusOf(code: string): number {
  return STATUS[code] ?? 400;
}

/** An error that EC2 would answer with. */
export class Ec2Error extends Error {
  readonly status: number;

  constructor(
    readonly code: string,
    message: string,
    status?: number,
  ) {
    super(message);
    this.name = code;
    this.status = status ?? statusOf(code);
  }
}

export const invalidValue = (message: string) => new Ec2Error("InvalidParameterValue", message);
export const invalidCombination = (message: string) => new Ec2Error("InvalidParameterCombination", message);
export const missingParameter = (name: string) =>
  new Ec2Error("MissingParameter", `The request must contain the parameter ${name}`);
