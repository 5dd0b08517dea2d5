/** Looking things up in EC2 that many machines name, and that may have been made a moment ago. */
import type { Clock } from "../kit/clock";
import type { Instance } from "../model/things";
import type { Ec2, Image } from "./ec2";
import { Ec2Error, isEc2Error } from "./errors";

/** EC2 shows what was just made within seconds, so what is not there is looked for again. */
const LOOKS_AGAIN = 3;
const PAUSE_MS = 2000;

/** Concurrent callers share one request. An answer that may still change is not kept. */
export class Lookups<T> {
  private readonly answers = new Map<string, Promise<T | undefined>>();

  constructor(
    private readonly look: (id: string) => Promise<T | undefined>,
    private readonly isFinal: (answer: T) => boolean = () => true,
  ) {}

  /** The answer that there is already, or that somebody waits for. */
  known(id: string): Promise<T | undefined> | undefined {
    return this.answers.get(id);
  }

  get(id: string): Promise<T | undefined> {
    const earlier = this.answers.get(id);
    if (earlier !== undefined) {
      return earlier;
    }
    const answer = this.look(id);
    this.answers.set(id, answer);
    const forget = (): void => void this.answers.delete(id);
    answer.then((it) => {
      if (it === undefined || !this.isFinal(it)) {
        forget();
      }
    }, forget);
    return answer;
  }
}

/** Looks until it is enough, or often enough to know that it will not be; not found is undefined. */
export async function patiently<T>(
  look: () => Promise<T | undefined>,
  isEnough: (seen: T | undefined) => boolean,
  clock: Clock,
): Promise<T | undefined> {
  for (let again = 0; ; again++) {
    const seen = await orNothing(look);
    if (isEnough(seen) || again === LOOKS_AGAIN) {
      return seen;
    }
    await clock.sleep(PAUSE_MS);
  }
}

/** Turns EC2's not-found into undefined: a look has found nothing, and a call that ends a thing has nothing left to do. */
export async function orNothing<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isEc2Error(error, "not-found")) {
      return undefined;
    }
    throw error;
  }
}

/** The instance as it is now; undefined where EC2 does not show it, or not any more. */
export async function findInstance(ec2: Pick<Ec2, "describeInstances">, id: string): Promise<Instance | undefined> {
  return (await ec2.describeInstances({ "instance-id": [id] }))[0];
}

/** An image that was deregistered is not found, or is refused as one that is no longer available (API reference, error codes). */
export async function findImage(ec2: Pick<Ec2, "describeImage">, imageId: string): Promise<Image | undefined> {
  try {
    return await orNothing(() => ec2.describeImage(imageId));
  } catch (error) {
    if (error instanceof Ec2Error && error.code === "InvalidAMIID.Unavailable") {
      return undefined;
    }
    throw error;
  }
}
