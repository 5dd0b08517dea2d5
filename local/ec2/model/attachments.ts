import { Ec2Error, invalidValue } from "./errors";
import { interfacesOf, recordHoldings } from "./holdings";
import { checkSlots, slotsOf } from "./interface-addresses";
import { INSTANCE_TYPES } from "./instance-types";
import { dropInterface } from "./network-interfaces";
import type { Due } from "./schedule";
import type { Attachment, Instance, NetworkInterface } from "./state";
import { TIMINGS } from "./timings";
import type { World } from "./world";

/** One holder at a time: the rule that the whole product leans on. */
export function checkUnattached(networkInterface: NetworkInterface): void {
  if (networkInterface.attachment === undefined) return;
  throw new Ec2Error("InvalidNetworkInterface.InUse", `Interface: [${networkInterface.networkInterfaceId}] in use.`);
}

export function attach(
  world: World,
  networkInterface: NetworkInterface,
  instance: Instance,
  how: Pick<Attachment, "deviceIndex" | "deleteOnTermination">,
): Attachment {
  checkUnattached(networkInterface);
  const attachment: Attachment = {
    ...how,
    attachmentId: world.newId("eni-attach"),
    instanceId: instance.instanceId,
    status: "attaching",
    attachTime: world.now,
  };
  networkInterface.attachment = attachment;
  instance.networkInterfaceIds.push(networkInterface.networkInterfaceId);
  world.later(TIMINGS.attach, { kind: "attachment-attached", id: networkInterface.networkInterfaceId });
  recordHoldings(world, networkInterface, "detached");
  return attachment;
}

/** Refuses what AttachNetworkInterface refuses. */
export function checkHotAttach(
  world: World,
  networkInterface: NetworkInterface,
  instance: Instance,
  deviceIndex: number,
): void {
  if (instance.state !== "running" && instance.state !== "stopped") {
    throw new Ec2Error(
      "IncorrectInstanceState",
      `The instance '${instance.instanceId}' is not in a valid state for this operation.`,
    );
  }
  if (networkInterface.availabilityZone !== instance.availabilityZone) {
    throw new Ec2Error(
      "InvalidParameterCombination",
      "You may not attach a network interface to an instance if they are not in the same availability zone",
    );
  }
  const attached = interfacesOf(world, instance);
  if (attached.some((other) => other.attachment?.deviceIndex === deviceIndex)) {
    throw invalidValue(
      `Instance '${instance.instanceId}' already has an interface attached at device index '${deviceIndex}'.`,
    );
  }
  const type = INSTANCE_TYPES.get(instance.instanceType);
  const limit = type?.maxInterfaces ?? Infinity;
  if (attached.length >= limit) {
    throw new Ec2Error(
      "AttachmentLimitExceeded",
      `Interface count ${attached.length + 1} exceeds the limit for ${instance.instanceType}`,
    );
  }
  checkSlots(type, slotsOf(networkInterface));
}

export type Attached = NetworkInterface & { attachment: Attachment };

export function findAttached(world: World, attachmentId: string): Attached {
  if (!/^eni-attach-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(attachmentId)) {
    throw new Ec2Error(
      "InvalidNetworkInterfaceAttachmentId.Malformed",
      `Invalid id: "${attachmentId}" (expecting "eni-attach-...")`,
    );
  }
  const hasIt = (candidate: NetworkInterface): candidate is Attached =>
    candidate.attachment?.attachmentId === attachmentId;
  const found = world.account.networkInterfaces.find("attachment.attachment-id", [attachmentId]).find(hasIt);
  if (found !== undefined) return found;
  throw new Ec2Error("InvalidAttachmentID.NotFound", `The attachment ID '${attachmentId}' does not exist`);
}

export function checkDetachable({ attachment, networkInterfaceId }: Attached, force: boolean): void {
  if (attachment.deviceIndex === 0) {
    throw new Ec2Error("OperationNotPermitted", "The network interface at device index 0 cannot be detached.");
  }
  if (attachment.status === "detaching" && !force) {
    throw new Ec2Error("IncorrectState", `The network interface '${networkInterfaceId}' is already being detached.`);
  }
}

/** Forced, the guest is not waited for: "last resort", by DetachNetworkInterface's own page. */
export function beginDetach(world: World, networkInterface: Attached, force: boolean): void {
  networkInterface.attachment.status = "detaching";
  recordHoldings(world, networkInterface, "detached");
  world.later(force ? TIMINGS.forcedDetach : TIMINGS.detach, {
    kind: "attachment-detached",
    id: networkInterface.networkInterfaceId,
    detail: networkInterface.attachment.attachmentId,
  });
}

/** Ends the attachments once an instance has ended: the interface is deleted or free, at this moment and not before. */
export function endAttachments(world: World, instance: Instance): void {
  for (const networkInterface of interfacesOf(world, instance)) {
    const { attachment } = networkInterface;
    const isDeleted = attachment?.deleteOnTermination === true;
    if (attachment !== undefined && !isDeleted && isReleasedLater(world, networkInterface, attachment)) continue;
    setFree(world, networkInterface);
    if (isDeleted) dropInterface(world, networkInterface);
  }
  instance.networkInterfaceIds = [];
}

/** Unless it is set otherwise an interface is free with the end of its instance. */
function isReleasedLater(world: World, networkInterface: NetworkInterface, attachment: Attachment): boolean {
  const lag = world.durationOf(TIMINGS.release);
  if (lag === 0) return false;
  attachment.status = "detaching";
  const { networkInterfaceId: id } = networkInterface;
  world.schedule.add({ at: world.now + lag, kind: "attachment-detached", id, detail: attachment.attachmentId });
  return true;
}

function setFree(world: World, networkInterface: NetworkInterface): void {
  delete networkInterface.attachment;
  delete networkInterface.autoPublicIp;
  recordHoldings(world, networkInterface, "detached");
}

export function onAttached(world: World, { id }: Due): void {
  const attachment = world.account.networkInterfaces.get(id)?.attachment;
  if (attachment?.status === "attaching") attachment.status = "attached";
}

export function onDetached(world: World, { id, detail }: Due): void {
  const networkInterface = world.account.networkInterfaces.get(id);
  const attachment = networkInterface?.attachment;
  // The instance may have ended meanwhile, and the interface may be with the next one.
  if (networkInterface === undefined || attachment?.attachmentId !== detail) return;
  const instance = attachment && world.account.instances.get(attachment.instanceId);
  setFree(world, networkInterface);
  if (instance !== undefined) instance.networkInterfaceIds = instance.networkInterfaceIds.filter((held) => held !== id);
}
