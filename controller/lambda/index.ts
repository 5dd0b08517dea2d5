/** Entry point that Lambda loads: the handler, for the account and region that the function is in. */
import { clockFromEnvironment } from "../../provider/kit/clock";
import { createEc2 } from "../../provider/ec2/client";
import { createHandler, type Handler } from "./handler";
import { logTo } from "./log";
import { createQueue } from "./queue";

function fromEnvironment(): Handler {
  const region = setting("AWS_REGION");
  const clock = clockFromEnvironment();
  const log = logTo(
    (line) => {
      process.stdout.write(`${line}\n`);
    },
    () => clock.now(),
  );
  return createHandler({
    region,
    clock,
    log,
    ec2: (options) => createEc2({ region, clock, ...options }),
    queue: createQueue({ region, url: setting("MANAGED_INSTANCE_QUEUE_URL") }),
  });
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    throw new Error(`${name} is not set; ManagedInstanceController sets it`);
  }
  return value;
}

let made: Handler | undefined;

/** Clients are made once, and live as long as the process. */
export const handler: Handler = (event, context) => {
  made ??= fromEnvironment();
  return made(event, context);
};
