/** `root-volume`: the running instance boots again from the new image, and keeps all else. */
import type { RootVolumeTask } from "../../ec2/ec2";
import { TAG } from "../../ec2/tags";
import type { Kind } from "../../ec2/expectations";
import { waitFor, WaitFailure } from "../../ec2/wait";
import { made, type Run, seconds, transitionTimeout } from "./run";
import { clientToken } from "../record/specification";
import type { Instance } from "../../model/things";
import { requireAlive } from "./alive";
import { darkening } from "./dark";
import { resolveImageId } from "./preflight";
import { prove } from "./prove";
import { awaitRunning, settle } from "./start";
import { markChanging, tagInstance, unmarkChanging } from "./tags";

const UNDER_WAY = ["pending", "in-progress", "failing", "failing-detached"];

export async function replaceRootVolume(run: Run, instance: Instance): Promise<void> {
  const begin = run.clock.now();
  await markChanging(run, instance, ["imageId"]);
  const begun = await darkening(run, true, () => taskOf(run, instance));
  const { task } = begun;
  run.say(`${instance.id} boots from ${run.desired.imageId} (${task.id})`);
  const ended = await awaitTask(run, instance, begun);
  if (ended.state !== "succeeded") {
    run.darkSince = undefined;
    // The task of an instance that another run ended fails, too.
    await requireAlive(run, instance);
    if (ended.state === "failed") {
      await unmarkChanging(run, instance, instance);
    }
    throw new WaitFailure(
      ended.state === "failed-detached"
        ? `EC2 could not replace the root volume of ${instance.id} and left it without one (${ended.id}); the next run launches another instance`
        : `EC2 could not replace the root volume of ${instance.id} (${ended.id}, ${ended.state}); it has its old one back`,
    );
  }
  const running = await awaitRunning(run, instance);
  settle(run, running, begin);
  await prove(run, running);
  await tagInstance(run, running);
  run.say(`the root volume of ${instance.id} is new after ${seconds(run.clock.now() - begin)}`);
}

interface Begun {
  task: RootVolumeTask;
  kind: Kind;
}

/** The task of this generation, if an earlier run began it; one that failed is followed by another. */
async function taskOf(run: Run, instance: Instance): Promise<Begun> {
  const instanceId = instance.id;
  const generation = String(made(run.observed.generation, "generation").number);
  const all = await run.ec2.describeRootVolumeTasks(instanceId);
  const tasks = all.filter((it) => it.tags[TAG.generation] === generation);
  const begun = tasks.find((it) => UNDER_WAY.includes(it.state) || it.state === "succeeded");
  if (begun !== undefined) {
    return { task: begun, kind: "under-way" };
  }
  // EC2 takes one at a time: that of an earlier generation, which is not wanted any more, has to end first.
  for (const other of all.filter((it) => UNDER_WAY.includes(it.state))) {
    await awaitTask(run, instance, { task: other, kind: "under-way" });
  }
  const template = made(run.observed.template, "launch template");
  const task = await run.ec2.replaceRootVolume({
    instanceId,
    imageId: await resolveImageId(run),
    tags: { [TAG.id]: run.id, [TAG.generation]: generation },
    clientToken: clientToken(template.id, generation, instanceId, "root volume", ...tasks.map((it) => it.id).sort()),
  });
  return { task, kind: "root-volume" };
}

async function awaitTask(run: Run, { id }: Instance, { task, kind }: Begun): Promise<RootVolumeTask> {
  const seen = await waitFor<RootVolumeTask | undefined>(
    {
      kind,
      what: `the replacement of the root volume (${task.id})`,
      read: async () => (await run.ec2.describeRootVolumeTasks(id)).find((it) => it.id === task.id),
      isReady: (it) => it !== undefined && !UNDER_WAY.includes(it.state),
      describe: (it) => it?.state ?? "not known yet",
      timeoutMs: transitionTimeout(run),
    },
    run,
  );
  return seen ?? task;
}
