/** `managed-instance release NAME|ID`: gives up a machine that no stack has any more. */
import { type Deletion, release as giveUp } from "../controller/by-hand";
import { isBegun, isMakerGone } from "../provider/engine/record/claim";
import { isAlive } from "../provider/engine/situation/instances";
import { isOwnedElasticIp } from "../provider/engine/situation/belongings";
import { observe } from "../provider/engine/situation/observe";
import { idleCostOf } from "../provider/engine/planning/retention";
import type { Observed } from "../provider/model/observed";
import { isOwned, TAG } from "../provider/ec2/tags";
import { printable } from "../provider/kit/printable";
import type { Reading } from "../controller/record";
import { type Connection, connect, findReading, type GlobalOptions, type Shell } from "./connection";
import { confirmed } from "./confirm";
import { EXIT, CommandError } from "./exit";

export type ReleaseOptions = GlobalOptions & {
  yes?: boolean;
  retainElasticIp?: boolean;
  retainNetworkInterface?: boolean;
  deleteDataVolumes?: boolean;
};

/** Time without a change after which nobody is taken to work on a machine. */
const QUIET_MS = 15_000;

export async function releaseCommand(shell: Shell, idOrName: string, options: ReleaseOptions): Promise<void> {
  const { terminal } = shell;
  const connection = await connect(shell, options);
  const reading = await findReading(connection, idOrName);
  const deletion: Deletion = {
    networkInterface: options.retainNetworkInterface === true ? "retain" : "delete",
    elasticIp: options.retainElasticIp === true ? "retain" : "delete",
    dataVolumes: options.deleteDataVolumes === true ? "delete" : "retain",
  };
  const observed = await requireQuiet(connection, reading, terminal.complain);
  const question = `release ${reading.name} (${reading.id})? ${consequence(observed, deletion)} If a stack still has it, answer no, and run \`pulumi destroy\` there.`;
  await confirmed(terminal, printable(question), options.yes === true);
  const deps = connection.depsFor(reading);
  await giveUp(reading, deletion, { ...deps, region: connection.region });
  terminal.print(printable(`${reading.name} (${reading.id}) is released`));
}

/** @throws CommandError while a run, or a controller, works on the machine */
async function requireQuiet(connection: Connection, reading: Reading, say: (line: string) => void): Promise<Observed> {
  const { ec2, clock } = connection;
  const { id, name, template } = reading;
  const refuse = (why: string): never => {
    throw new CommandError(
      printable(
        `${why}, so ${name} (${id}) is not released: a run of Pulumi or a controller is at it. Nothing was changed. Run again once that is done`,
      ),
      EXIT.failed,
    );
  };
  if (isBegun(template)) {
    const { expectations } = connection.depsFor(reading);
    const observer = { clock, expectations, timeoutMs: QUIET_MS, say };
    if (!(await isMakerGone(ec2, observer, template))) {
      refuse("its record changed");
    }
  }
  const before = await observe(ec2, { id });
  const moving = before.instances.find(
    (it) => ["pending", "stopping", "shutting-down"].includes(it.state) || TAG.draining in it.tags,
  );
  if (moving !== undefined) {
    refuse(`${moving.id} is ${TAG.draining in moving.tags ? "being drained" : moving.state}`);
  }
  await clock.sleep(QUIET_MS);
  const now = await observe(ec2, { id });
  if (signOf(now) !== signOf(before)) {
    refuse(`it changed within ${QUIET_MS / 1000} s`);
  }
  return now;
}

/** Text that differs as soon as another run has changed the machine. */
function signOf({ template, instances, networkInterfaces, elasticIps, volumes }: Observed): string {
  return JSON.stringify([
    template?.tags,
    template?.latestVersion,
    instances.map((it) => [it.id, it.state, it.tags]),
    networkInterfaces.map((it) => [it.id, it.attachment?.instanceId]),
    elasticIps.map((it) => [it.allocationId, it.association?.id]),
    volumes.map((it) => [it.id, it.attachment?.instanceId]),
  ]);
}

/** Sentences that say what is deleted, what stays, and what that costs. */
function consequence(observed: Observed, deletion: Deletion): string {
  const { instances, networkInterfaces, elasticIps, volumes } = observed;
  const ends = instances.filter((it) => isAlive(it) && isOwned(it)).map((it) => it.id);
  const gone = [
    ...(deletion.networkInterface === "delete"
      ? networkInterfaces.filter(isOwned).map((it) => `${it.id} with ${it.privateIp}`)
      : []),
    ...(deletion.elasticIp === "delete" ? elasticIps.filter(isOwnedElasticIp).map((it) => it.publicIp) : []),
    ...(deletion.dataVolumes === "delete" ? volumes.filter(isOwned).map((it) => it.id) : []),
  ];
  const stays = [
    ...(deletion.networkInterface === "retain" ? networkInterfaces.map((it) => it.privateIp) : []),
    ...(deletion.elasticIp === "retain" ? elasticIps.map((it) => it.publicIp) : []),
    ...(deletion.dataVolumes === "retain" ? volumes.map((it) => it.id) : []),
    ...[...instances.filter(isAlive), ...networkInterfaces].filter((it) => !isOwned(it)).map((it) => it.id),
  ];
  const cost = idleCostOf(observed);
  return [
    ...(ends.length === 0 ? [] : [`It terminates ${ends.join(", ")}.`]),
    ...(gone.length === 0 ? [] : [`It deletes ${gone.join(", ")} for good.`]),
    ...(stays.length === 0 ? [] : [`${stays.join(", ")} stay${stays.length === 1 ? "s" : ""}.`]),
    ...(cost === 0 ? [] : [`Addresses and volumes of it cost about $${cost.toFixed(2)} a month now.`]),
  ].join(" ");
}
