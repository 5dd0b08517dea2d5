/** Somebody else with rights in the account does something to the machine of a random history. */
import {
  AssociateAddressCommand,
  CreateNetworkInterfaceCommand,
  CreateTagsCommand,
  DeleteLaunchTemplateCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DetachVolumeCommand,
  DisassociateAddressCommand,
  ModifyNetworkInterfaceAttributeCommand,
  ReleaseAddressCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import type { Stack } from "../provider/support";
import { made, somebody } from "../provider/world";
import type { Watch } from "./invariants";

/** The deeds that others with rights in the account do to the machine. */
export const DEEDS = {
  terminate: async ({ ec2, instanceId }) => {
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
  },
  stop: async ({ ec2, instanceId }) => {
    await ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
  },
  start: async ({ ec2, instanceId }) => {
    await ec2.send(new StartInstancesCommand({ InstanceIds: [instanceId] }));
  },
  interrupt: async ({ owner, instanceId }) => {
    await Promise.resolve(instanceId).then((it) => owner.simulator.interrupt({ instanceId: it }));
  },
  "delete the interface": async ({ ec2, eni }) => {
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni?.networkInterfaceId }));
  },
  "delete the interface and take its address": async ({ ec2, eni }) => {
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni?.networkInterfaceId }));
    const PrivateIpAddress = eni?.privateAddresses.find((it) => it.primary)?.address;
    await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: eni?.subnetId, PrivateIpAddress }));
  },
  "take the Elastic IP off": async ({ ec2, eip }) => {
    await ec2.send(new DisassociateAddressCommand({ AssociationId: eip?.associationId }));
  },
  "put the Elastic IP elsewhere": async ({ ec2, eip, foreignInterfaceId }) => {
    const AllocationId = eip?.allocationId;
    await ec2.send(
      new AssociateAddressCommand({ AllocationId, NetworkInterfaceId: foreignInterfaceId, AllowReassociation: true }),
    );
  },
  "release the Elastic IP": async ({ ec2, eip }) => {
    await ec2.send(new DisassociateAddressCommand({ AssociationId: eip?.associationId }));
    await ec2.send(new ReleaseAddressCommand({ AllocationId: eip?.allocationId }));
  },
  "take the tags off": async ({ ec2, recorded }) => {
    const Tags = Object.values(TAG).map((Key) => ({ Key }));
    for (const id of recorded) {
      await ec2.send(new DeleteTagsCommand({ Resources: [id], Tags })).catch(() => undefined);
    }
  },
  "tag it otherwise": async ({ ec2, recorded }) => {
    for (const id of recorded) {
      await ec2
        .send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: "Name", Value: "mine" }] }))
        .catch(() => undefined);
    }
  },
  "turn the source/destination check": async ({ ec2, eni }) => {
    const SourceDestCheck = { Value: !(eni?.sourceDestCheck ?? true) };
    const NetworkInterfaceId = eni?.networkInterfaceId;
    await ec2.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, SourceDestCheck }));
  },
  "exchange the security groups": async ({ ec2, eni }) => {
    const NetworkInterfaceId = eni?.networkInterfaceId;
    const Groups = [WELL_KNOWN.otherSecurityGroup];
    await ec2.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Groups }));
  },
  "let the interface end with its instance": async ({ ec2, eni }) => {
    const NetworkInterfaceId = eni?.networkInterfaceId;
    const Attachment = { AttachmentId: eni?.attachment?.attachmentId, DeleteOnTermination: true };
    await ec2.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Attachment }));
  },
  "delete the launch template": async ({ ec2, owner }) => {
    const LaunchTemplateId = String(owner.outputs.launchTemplateId);
    await ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId }));
  },
  "take a volume off": async ({ ec2, owner }) => {
    const [VolumeId] = Object.values((owner.outputs.dataVolumeIds ?? {}) as Record<string, string>);
    await ec2.send(new DetachVolumeCommand({ VolumeId }));
  },
  "use up the capacity": ({ owner }) => {
    owner.simulator.capacity.set("m6i.large", "us-east-1a", "on-demand", 0);
    owner.simulator.capacity.set("m6i.large", "us-east-1a", "spot", 0);
    return Promise.resolve();
  },
} satisfies Record<string, (scene: Scene) => Promise<void>>;
export type Deed = keyof typeof DEEDS;

interface Scene {
  owner: Stack;
  ec2: ReturnType<typeof somebody>;
  instanceId: string;
  eni: ReturnType<typeof made>["networkInterfaces"][number] | undefined;
  eip: ReturnType<typeof made>["elasticIps"][number] | undefined;
  /** The ids on record that are tagged. */
  recorded: string[];
  foreignInterfaceId: string;
}

/** Does one of them; EC2 refuses some, as when there is nothing to do it to. */
export async function doDeed(owner: Stack, deed: Deed, foreignInterfaceId: string): Promise<void> {
  const { outputs } = owner;
  const now = made(owner);
  const scene: Scene = {
    owner,
    ec2: somebody(owner),
    instanceId: String(outputs.instanceId),
    eni: now.networkInterfaces.find((it) => it.networkInterfaceId === outputs.networkInterfaceId),
    eip: now.elasticIps.find((it) => it.allocationId === outputs.allocationId),
    recorded: [outputs.networkInterfaceId, outputs.instanceId, outputs.launchTemplateId, outputs.allocationId]
      .map(String)
      .filter((it) => it !== "" && it !== "undefined"),
    foreignInterfaceId,
  };
  await DEEDS[deed](scene).catch(() => undefined);
}

/** Others give back the things of the machine's that they took. */
export async function giveBackTaken(owner: Stack, watch: Watch, foreignInterfaceId: string): Promise<void> {
  const ec2 = somebody(owner);
  for (const { networkInterfaceId: id, tags } of made(owner).networkInterfaces) {
    const isTheirs = id !== foreignInterfaceId && watch.foreign.has(id);
    if (isLeft(tags) || (isTheirs && !(TAG.id in tags))) {
      await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id }));
    }
  }
  for (const { allocationId, associationId, networkInterfaceId, tags } of made(owner).elasticIps) {
    if (networkInterfaceId === foreignInterfaceId) {
      await ec2.send(new DisassociateAddressCommand({ AssociationId: associationId }));
    } else if (isLeft(tags) && associationId === undefined) {
      // An account may have five.
      await ec2.send(new ReleaseAddressCommand({ AllocationId: allocationId }));
    }
  }
}

/** Whether a thing was to be retained, and is nobody's. */
function isLeft(tags: Record<string, string>): boolean {
  return TAG.retained in tags && !(TAG.id in tags);
}
