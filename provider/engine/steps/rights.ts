/** Whether the credentials may make the calls that are needed once something is out of use: asked by dry runs of those very calls. */
import type { Ec2 } from "../../ec2/ec2";
import { explain, isEc2Error, isUnauthorized } from "../../ec2/errors";
import { TAG } from "../../ec2/tags";
import { userDataFor } from "../../kit/user-data";
import { castOf } from "../situation/cast";
import { isAlive } from "../situation/instances";
import { elasticIpOf, endsAttempts, findNetworkInterface, networkInterfaceOf, type Run } from "./run";
import type { LaunchPart } from "../record/specification";
import type { Instance, NetworkInterface } from "../../model/things";
import type { PublicIpAssignment } from "../../model/desired";
import type { Step } from "../planning/step";
import { DEVICE_INDEX } from "./hand-over";

/** A right that a later step needs is missing, so nothing was begun. */
export class RightsMissing extends Error {
  override readonly name = "RightsMissing";
}

type Call = (ec2: Ec2) => Promise<unknown>;

export async function checkRights(run: Run, steps: Step[]): Promise<void> {
  const calls = steps.flatMap((step) => callsOf(step, run));
  const refusals = await Promise.all(calls.map((call) => refusalOf(run, call)));
  const found = [...new Set(refusals.filter((it) => it !== undefined))];
  if (found.length > 0) {
    throw new RightsMissing(`${found.join(" ")} Nothing was ended or taken off.`);
  }
}

/**
 * Asks by a dry run whether a right is missing. Any other refusal says nothing: the call is made before its time, on an instance that
 * still runs and on things that are still held.
 */
async function refusalOf(run: Run, call: Call): Promise<string | undefined> {
  try {
    await run.ec2.dryRun(call);
    return undefined;
  } catch (error) {
    if (isNoAnswer(error)) {
      throw error;
    }
    return isUnauthorized(error) ? explain(error) : undefined;
  }
}

/** Whether a dry run came to nothing: it tells neither that a call would be accepted, nor that it would be refused. */
export function isNoAnswer(error: unknown): boolean {
  return endsAttempts(error) || isEc2Error(error, "throttled", "unreachable", "no-credentials");
}

/** The calls of a step to ask for. The preflight asks for the launch itself, with its whole specification. */
function callsOf(step: Step, run: Run): Call[] {
  switch (step.kind) {
    case "retire":
      return callsOfEnd(step.instance, run);
    case "stop":
      return callsOfStop(step.instance, run);
    case "change-stopped":
      return callsOfChange(step.instance, step.parts, run);
    case "disassociate-elastic-ip": {
      const { association } = step.elasticIp;
      return association === undefined ? [] : [(ec2) => ec2.disassociateAddress(association.id)];
    }
    case "associate-elastic-ip":
      return [callOfAssociation(run)];
    case "exchange-elastic-ip":
      return [
        ...step.held.flatMap(({ association }): Call[] =>
          association === undefined ? [] : [(ec2) => ec2.disassociateAddress(association.id)],
        ),
        ...(findNetworkInterface(run) === undefined ? [] : [callOfAssociation(run)]),
      ];
    case "set-public-ip-assignment":
      return callsOfAssignment(networkInterfaceOf(run), step.assignment);
    case "attach-network-interface": {
      const { id: networkInterfaceId } = networkInterfaceOf(run);
      return onInstance(run, ({ id }) => [(ec2) => ec2.attachNetworkInterface(networkInterfaceId, id, DEVICE_INDEX)]);
    }
    case "modify-volume":
      return [(ec2) => ec2.modifyVolume(step.volume.id, step.shape)];
    case "attach-volumes":
      return onInstance(run, ({ id }) => callsOfVolumes(run, id));
    default:
      return [];
  }
}

function callsOfEnd({ id, spotRequestId }: Instance, { desired }: Run): Call[] {
  return [
    ...(spotRequestId === undefined ? [] : [(ec2: Ec2): Promise<void> => ec2.cancelSpotRequest(spotRequestId)]),
    (ec2) => ec2.terminateInstance(id, desired.replacement.skipOsShutdown),
  ];
}

function callsOfStop({ id, state }: Instance, { desired }: Run): Call[] {
  return state === "running" ? [(ec2) => ec2.stopInstance(id, desired.replacement.skipOsShutdown)] : [];
}

function callsOfChange(instance: Instance, parts: readonly LaunchPart[], run: Run): Call[] {
  const { id, tags } = instance;
  const { instanceType } = run.desired;
  return [
    ...callsOfStop(instance, run),
    (ec2) => ec2.createTags([id], { [TAG.launch]: tags[TAG.launch] ?? "" }),
    parts.includes("userData")
      ? (ec2): Promise<void> => ec2.setUserData(id, userDataFor(run.desired))
      : (ec2): Promise<void> => ec2.setInstanceType(id, instanceType),
    (ec2) => ec2.startInstance(id),
  ];
}

function callOfAssociation(run: Run): Call {
  const { id, privateIp } = networkInterfaceOf(run);
  return (ec2) => ec2.associateAddress(elasticIpOf(run).allocationId, id, privateIp);
}

function callsOfAssignment({ id }: NetworkInterface, assignment: PublicIpAssignment): Call[] {
  return [
    (ec2) => ec2.setPublicIpAssignment(id, assignment === "assign"),
    assignment === "subnet-default"
      ? (ec2): Promise<void> => ec2.deleteTags([id], [TAG.publicIp])
      : (ec2): Promise<void> => ec2.createTags([id], { [TAG.publicIp]: assignment }),
  ];
}

function callsOfVolumes(run: Run, instanceId: string): Call[] {
  return castOf(run).volumes.flatMap(({ wanted, volume }): Call[] =>
    volume === undefined ? [] : [(ec2) => ec2.attachVolume(volume.id, instanceId, wanted.deviceName)],
  );
}

/** Asks on the old instance: the new one is not there yet, and both have the same tags, by which rights may be given. */
function onInstance(run: Run, calls: (instance: Instance) => Call[]): Call[] {
  const instance = castOf(run).coming ?? run.observed.instances.find(isAlive);
  return instance === undefined ? [] : calls(instance);
}
