/** Whether an instance that runs also works, as far as EC2 can tell. */
import { explain } from "../../ec2/errors";
import { TAG } from "../../ec2/tags";
import { waitFor, WaitFailure } from "../../ec2/wait";
import { ObserveAgain, oncePropagated, type Run, seconds, transitionTimeout } from "./run";
import type { Instance } from "../../model/things";

/** The instance runs, and EC2 says that it does not work. */
export class FailedChecks extends WaitFailure {
  constructor(readonly instanceId: string) {
    super(`${instanceId} failed its status checks`);
  }
}

/** A check can fail for a moment while a guest boots; one that fails for this long has failed. */
const IMPAIRED_FOR_MS = 60_000;

export async function prove(run: Run, instance: Instance): Promise<void> {
  if (run.desired.replacement.waitFor === "running") {
    return;
  }
  try {
    await awaitStatus(run, instance);
  } catch (error) {
    if (error instanceof ObserveAgain) {
      throw error;
    }
    // Marked, so that the next run does not take the instance for a working one, should it stay.
    await run.ec2.createTags([instance.id], { [TAG.unproven]: "true" }).catch((second: unknown) => {
      run.say(`${instance.id} could not be marked as failing its checks: ${explain(second)}`);
    });
    throw error;
  }
}

async function awaitStatus(run: Run, { id }: Instance): Promise<void> {
  run.say(`waiting for the status checks of ${id}`);
  const start = run.clock.now();
  let impairedSince: number | undefined;
  await waitFor(
    {
      kind: "status-checks",
      what: `the status checks of ${id}`,
      read: async () => {
        const { status, down } = await oncePropagated(run, id, () => run.ec2.describeHealth(id));
        if (down !== undefined) {
          throw new ObserveAgain(`${id} is ${down}, which this run did not do`);
        }
        impairedSince = status === "impaired" ? (impairedSince ?? run.clock.now()) : undefined;
        if (impairedSince !== undefined && run.clock.now() - impairedSince >= IMPAIRED_FOR_MS) {
          throw new FailedChecks(id);
        }
        return status;
      },
      isReady: (status) => status === "ok",
      describe: (status) => status,
      timeoutMs: transitionTimeout(run),
    },
    run,
  );
  run.say(`${id} passes its status checks after ${seconds(run.clock.now() - start)}`);
}
