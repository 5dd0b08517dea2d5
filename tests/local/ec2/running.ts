import type { EC2Client } from "@aws-sdk/client-ec2";
import { launched, LONG } from "./scenes";
import type { VirtualClock } from "./support";

export async function runningInstance(
  ec2: EC2Client,
  clock: VirtualClock,
  overrides: Parameters<typeof launched>[1] = {},
) {
  const instance = await launched(ec2, overrides);
  clock.advance(LONG);
  return instance;
}
