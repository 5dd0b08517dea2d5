import assert from "node:assert/strict";
import type { Ec2Simulator } from "../../../local/ec2";
import { WELL_KNOWN } from "../../../local/ec2";
import { BASE } from "./row";

/** Things that exist before Pulumi does anything, and are still there when it is done. */
export interface Given {
  allocationId: string;
  other: { allocationId: string; publicIp: string };
  volumeId: string;
  /** To be replaced once it is adopted, and to be given back as it runs. */
  replaced: GivenInstance;
  kept: GivenInstance;
  networkInterfaceId: string;
  privateIp: string;
}

interface GivenInstance {
  instanceId: string;
  networkInterfaceId: string;
  privateIp: string;
  rootVolumeId: string;
}

const NO_INSTANCE: GivenInstance = {
  instanceId: "i-",
  networkInterfaceId: "eni-",
  privateIp: "",
  rootVolumeId: "vol-",
};

/** Before it is made, to tell the rows' names by. */
export const NOT_YET: Given = {
  allocationId: "eipalloc-",
  other: { allocationId: "eipalloc-", publicIp: "" },
  volumeId: "vol-",
  replaced: NO_INSTANCE,
  kept: NO_INSTANCE,
  networkInterfaceId: "eni-",
  privateIp: "",
};

/** Makes it by EC2's own calls, as somebody else than Pulumi would. */
export function give(simulator: Ec2Simulator): Given {
  const call = (action: string, params: Record<string, string>): ((tag: string) => string) => {
    const body = new URLSearchParams({ Action: action, Version: "2016-11-15", ...params }).toString();
    const reply = simulator.handle({ body });
    assert.equal(reply.status, 200, reply.body);
    return (tag) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(reply.body)?.[1] ?? "";
  };
  const address = (): { allocationId: string; publicIp: string } => {
    const made = call("AllocateAddress", { Domain: "vpc" });
    return { allocationId: made("allocationId"), publicIp: made("publicIp") };
  };
  const instance = (): GivenInstance => {
    const { imageId, instanceType, subnetId } = BASE;
    const launch = { ImageId: imageId, InstanceType: instanceType, SubnetId: subnetId };
    const made = call("RunInstances", { MinCount: "1", MaxCount: "1", ...launch });
    const instanceId = made("instanceId");
    const [networkInterfaceId = ""] = simulator.snapshot().instances[instanceId]?.networkInterfaceIds ?? [];
    const rootVolumeId = simulator.snapshot().instances[instanceId]?.devices[0]?.volumeId ?? "";
    return { instanceId, networkInterfaceId, privateIp: made("privateIpAddress"), rootVolumeId };
  };
  call("CreateKeyPair", { KeyName: "second" });
  addProfile(simulator);
  const made = call("CreateNetworkInterface", { SubnetId: BASE.subnetId });
  return {
    allocationId: address().allocationId,
    other: address(),
    volumeId: call("CreateVolume", { AvailabilityZone: "us-east-1a", Size: "7", VolumeType: "gp3" })("volumeId"),
    replaced: instance(),
    kept: instance(),
    networkInterfaceId: made("networkInterfaceId"),
    privateIp: made("privateIpAddress"),
  };
}

/** IAM is not EC2: there is no call for it. */
function addProfile(simulator: Ec2Simulator): void {
  const state = simulator.snapshot();
  const { [WELL_KNOWN.instanceProfile]: demo } = state.instanceProfiles;
  assert.ok(demo);
  const arn = demo.arn.replace(/demo$/, "second");
  state.instanceProfiles.second = { name: "second", arn, id: "AIPADEMO0000000000002" };
  simulator.restore(state);
}
