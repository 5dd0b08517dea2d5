import { attach, checkUnattached } from "./attachments";
import { takeCapacity } from "./capacity";
import { associateProfile } from "./instance-profiles";
import type { InstanceType } from "./instance-types";
import type { PlannedInterface } from "./launch-network";
import type { LaunchPlan } from "./launch-plan";
import type { LaunchSpec } from "./launch-spec";
import { METADATA_DEFAULTS } from "./metadata-options";
import { addressCount, checkAddressesFree, createInterface } from "./network-interfaces";
import { assignChangingPublicIp } from "./public-addresses";
import { fulfil } from "./spot-requests";
import type { Instance, SpotRequest, Subnet, Tags } from "./state";
import { beginChecks } from "./status-checks";
import { checkRoom, freeAddressCount } from "./subnets";
import { TIMINGS } from "./timings";
import { createDevices, hasBrokenDevice } from "./volumes";
import type { World } from "./world";

/**
 * Carries a plan out, or throws before anything was changed: who holds what is decided here, in one go.
 * @param request the spot request that launches again; without one a spot launch makes its own
 */
export function launch(world: World, plan: LaunchPlan, request?: SpotRequest): Instance[] {
  const most = checkAvailable(plan);
  const pool = { type: plan.type.name, zone: plan.zone.availabilityZone, lifecycle: plan.lifecycle };
  const count = takeCapacity(world, pool, plan.request.minCount, most);
  const reservationId = world.newId("r");
  return Array.from({ length: count }, (_, index) => {
    const instance = launchOne(world, plan, { reservationId, index });
    if (request !== undefined) instance.spotRequestId = request.spotInstanceRequestId;
    else if (plan.lifecycle === "spot") fulfil(world, instance, { type: plan.type, spec: plan.request.spec });
    return instance;
  });
}

/** How many instances there are addresses for, up to as many as there may be. */
function checkAvailable({ interfaces, request }: LaunchPlan): number {
  const needs = new Map<Subnet, number>();
  for (const planned of interfaces) {
    if (planned.kind === "existing") checkUnattached(planned.networkInterface);
    else {
      const { subnet } = planned.wanted;
      checkAddressesFree(planned.wanted);
      needs.set(subnet, (needs.get(subnet) ?? 0) + addressCount(planned.wanted));
    }
  }
  let most = request.maxCount;
  for (const [subnet, each] of needs) {
    checkRoom(subnet, each * request.minCount);
    most = Math.min(most, Math.floor(freeAddressCount(subnet) / each));
  }
  return most;
}

function launchOne(world: World, plan: LaunchPlan, place: { reservationId: string; index: number }): Instance {
  const { spec } = plan.request;
  const instance = newInstance(world, plan, place);
  world.account.instances.set(instance.instanceId, instance);
  for (const planned of plan.interfaces) attachPlanned(world, instance, planned);
  if (plan.profile !== undefined) associateProfile(world, instance, plan.profile);
  createDevices(world, instance, plan.devices, spec.tags.volume ?? {});
  assignChangingPublicIp(world, instance);
  world.ledger.note({ time: world.now, instanceId: instance.instanceId, event: "launched" });
  world.events.stateChange(instance.instanceId, "pending");
  scheduleStart(world, instance);
  return instance;
}

export function scheduleStart(world: World, instance: Instance): void {
  const { instanceId: id } = instance;
  beginChecks(world, instance);
  // A key that is denied shows only when the instance starts (EC2 guide, "instance terminates immediately").
  const broken = hasBrokenDevice(world, instance) ? "Client.InternalError" : undefined;
  const failure = world.launchFailures.shift() ?? broken;
  if (failure === undefined) world.later(TIMINGS.launch, { kind: "instance-running", id });
  else world.later(TIMINGS.failedLaunch, { kind: "instance-launch-failed", id, detail: failure });
}

function newInstance(world: World, plan: LaunchPlan, place: { reservationId: string; index: number }): Instance {
  const { request, image, type, zone } = plan;
  const { spec } = request;
  return {
    instanceId: world.newId("i"),
    reservationId: place.reservationId,
    amiLaunchIndex: place.index,
    clientToken: request.clientToken,
    imageId: image.imageId,
    architecture: image.architecture,
    firmware: image.firmware,
    instanceType: type.name,
    keyName: spec.keyName,
    availabilityZone: zone.availabilityZone,
    subnetId: zone.subnetId,
    vpcId: zone.vpcId,
    tenancy: spec.placement.tenancy,
    placementGroup: spec.placement.groupName,
    state: "pending",
    transitionReason: "",
    launchTime: world.now,
    rootDeviceName: image.rootDeviceName,
    devices: [],
    networkInterfaceIds: [],
    userData: spec.userData,
    metadataOptions: { ...METADATA_DEFAULTS, ...spec.metadataOptions },
    monitoring: spec.monitoring,
    ebsOptimized: spec.ebsOptimized,
    cpuCredits: spec.cpuCredits ?? defaultCredits(type),
    cpuOptions: spec.cpuOptions ?? {
      coreCount: Math.max(1, type.vcpus / type.threadsPerCore),
      threadsPerCore: type.threadsPerCore,
    },
    disableApiTermination: spec.disableApiTermination,
    disableApiStop: spec.disableApiStop,
    shutdownBehavior: spec.shutdownBehavior,
    tags: { ...spec.tags.instance, ...templateTags(spec) },
  };
}

/** EC2 guide, burstable-performance-instances. */
function defaultCredits({ burstable, name }: InstanceType): string | undefined {
  if (!burstable) return undefined;
  return name.startsWith("t2.") ? "standard" : "unlimited";
}

/** EC2's own tags, by which a launch from a template is known (terraform-provider-aws reads them). */
function templateTags({ template }: LaunchSpec): Tags {
  if (template === undefined) return {};
  return {
    "aws:ec2launchtemplate:id": template.launchTemplateId,
    "aws:ec2launchtemplate:version": String(template.versionNumber),
  };
}

function attachPlanned(world: World, instance: Instance, planned: PlannedInterface): void {
  const { deviceIndex } = planned;
  if (planned.kind === "existing") {
    attach(world, planned.networkInterface, instance, { deviceIndex, deleteOnTermination: false });
    return;
  }
  const { deleteOnTermination, wanted } = planned;
  const created = createInterface(world, { ...wanted, tags: { ...wanted.tags } });
  attach(world, created, instance, { deviceIndex, deleteOnTermination });
}
