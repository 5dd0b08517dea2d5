import { Ec2Error } from "../model/errors";

/** EC2's list of error codes, RequestExpired: more than 15 minutes either way. */
const TOLERATED_MS = 15 * 60_000;

/**
 * The caller's clock and EC2's are apart. Callers sign with the machine's clock, so it is that one which EC2's is held against,
 * whatever time is simulated. Replies then say EC2's time, by which an SDK can put itself right.
 */
export class ClockSkew {
  private ms = 0;

  constructor(private readonly machineTime: () => number = Date.now) {}

  /** @param ms how far EC2's clock is ahead of the caller's; negative when it is behind */
  set(ms: number): void {
    this.ms = ms;
  }

  get(): number {
    return this.ms;
  }

  check(headers: Readonly<Record<string, string>> = {}): void {
    if (this.ms === 0) return;
    const signed = signedAt(headers);
    if (signed === undefined || Math.abs(this.serviceTime() - signed) <= TOLERATED_MS) return;
    throw new Ec2Error("RequestExpired", "Request has expired.");
  }

  headers(): Record<string, string> {
    return this.ms === 0 ? {} : { date: new Date(this.serviceTime()).toUTCString() };
  }

  private serviceTime(): number {
    return this.machineTime() + this.ms;
  }
}

/** `X-Amz-Date: 20261122T120000Z`. */
function signedAt(headers: Readonly<Record<string, string>>): number | undefined {
  const name = Object.keys(headers).find((one) => one.toLowerCase() === "x-amz-date");
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec((name && headers[name]) ?? "");
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}
