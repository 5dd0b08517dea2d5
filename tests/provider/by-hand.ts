/** Things that somebody made by hand, with the SDK as it is, for a machine to adopt. */
import assert from "node:assert/strict";
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateNetworkInterfaceCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { OWN_TAG_PREFIX } from "../../provider/ec2/tags";
import { program, type Stack } from "./support";
import { later, made, only, quick, somebody } from "./world";

type Account = Pick<Stack, "simulator" | "clock">;
type Properties = Record<string, unknown>;

/** The ids of an instance made by hand, of what is on it, and its addresses. */
export interface ByHand {
  instanceId: string;
  networkInterfaceId: string;
  allocationId: string;
  publicIp: string;
  privateIp: string;
  rootVolumeId: string;
  dataVolumeId: string;
}

export const OWN_TAGS = { Name: "billing", Team: "payments" };
export const USER_DATA = "#!/bin/sh\necho by hand";

const TAGS = Object.entries(OWN_TAGS).map(([Key, Value]) => ({ Key, Value }));

/**
 * An instance as the console launches one: on an interface of its own that would end with it, with a data volume, an Elastic IP and
 * tags.
 */
export async function launchedByHand(
  account: Account,
  overrides: Partial<RunInstancesCommandInput> = {},
  { waits = true } = {},
): Promise<ByHand> {
  const ec2 = somebody(account);
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: WELL_KNOWN.imageV1,
      InstanceType: "m7i.large",
      MinCount: 1,
      MaxCount: 1,
      KeyName: WELL_KNOWN.keyName,
      UserData: Buffer.from(USER_DATA).toString("base64"),
      MetadataOptions: { HttpTokens: "optional" },
      NetworkInterfaces: [
        {
          DeviceIndex: 0,
          SubnetId: WELL_KNOWN.subnetA,
          Groups: [WELL_KNOWN.otherSecurityGroup],
          DeleteOnTermination: true,
        },
      ],
      BlockDeviceMappings: [
        { DeviceName: "/dev/sdf", Ebs: { VolumeSize: 40, VolumeType: "gp3", DeleteOnTermination: true } },
      ],
      TagSpecifications: [{ ResourceType: "instance", Tags: TAGS }],
      ...overrides,
    }),
  );
  if (waits) {
    later(account);
  }
  return thingsOf(account, Instances[0]?.InstanceId ?? "", waits);
}

async function thingsOf(account: Account, instanceId: string, hasElasticIp: boolean): Promise<ByHand> {
  const { instances, networkInterfaces, volumes } = account.simulator.snapshot();
  const instance = only(Object.values(instances).filter((it) => it.instanceId === instanceId));
  const eni = only(Object.values(networkInterfaces).filter((it) => it.attachment?.instanceId === instanceId));
  const volumeOn = (device: string): string =>
    only(
      Object.values(volumes).filter(
        ({ attachment }) => attachment?.instanceId === instanceId && attachment.device === device,
      ),
    ).volumeId;
  const elastic = hasElasticIp ? await elasticIpOn(account, eni.networkInterfaceId) : NO_ELASTIC_IP;
  return {
    instanceId,
    networkInterfaceId: eni.networkInterfaceId,
    ...elastic,
    privateIp: only(eni.privateAddresses).address,
    rootVolumeId: volumeOn(instance.rootDeviceName),
    dataVolumeId: volumeOn("/dev/sdf"),
  };
}

const NO_ELASTIC_IP = { allocationId: "", publicIp: "" };

/** A new Elastic IP with its own tags, on an interface. */
export async function elasticIpOn(
  account: Account,
  NetworkInterfaceId: string,
): Promise<{ allocationId: string; publicIp: string }> {
  const ec2 = somebody(account);
  const { AllocationId = "", PublicIp = "" } = await ec2.send(
    new AllocateAddressCommand({
      Domain: "vpc",
      TagSpecifications: [{ ResourceType: "elastic-ip", Tags: TAGS }],
    }),
  );
  await ec2.send(new AssociateAddressCommand({ AllocationId, NetworkInterfaceId }));
  return { allocationId: AllocationId, publicIp: PublicIp };
}

/** A network interface with its own tags, and an Elastic IP on it. */
export async function interfaceByHand(
  account: Account,
  SubnetId: string = WELL_KNOWN.subnetA,
  { elastic = true } = {},
): Promise<{ networkInterfaceId: string; privateIp: string; allocationId: string; publicIp: string }> {
  const { NetworkInterface } = await somebody(account).send(
    new CreateNetworkInterfaceCommand({
      SubnetId,
      Groups: [WELL_KNOWN.otherSecurityGroup],
      TagSpecifications: [{ ResourceType: "network-interface", Tags: TAGS }],
    }),
  );
  const networkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? "";
  const privateIp = NetworkInterface?.PrivateIpAddress ?? "";
  const on = elastic ? await elasticIpOn(account, networkInterfaceId) : NO_ELASTIC_IP;
  return { networkInterfaceId, privateIp, ...on };
}

/** Inputs that adopt an instance made by hand, and that it fits. */
export function fitting({ instanceId }: Pick<ByHand, "instanceId">, overrides: Properties = {}): Properties {
  return program({
    adopt: { instanceId },
    keyName: WELL_KNOWN.keyName,
    userData: USER_DATA,
    metadataOptions: { httpTokens: "optional" },
    ...overrides,
  });
}

export function instanceIn(owner: Stack, id: unknown): ReturnType<typeof made>["instances"][number] {
  return only(
    made(owner).instances.filter((it) => it.instanceId === id),
    `instance ${String(id)}`,
  );
}

export function interfaceIn(owner: Stack, id: unknown): ReturnType<typeof made>["networkInterfaces"][number] {
  return only(
    made(owner).networkInterfaces.filter((it) => it.networkInterfaceId === id),
    `interface ${String(id)}`,
  );
}

export function elasticIpIn(owner: Stack, id: unknown): ReturnType<typeof made>["elasticIps"][number] {
  return only(
    made(owner).elasticIps.filter((it) => it.allocationId === id),
    `Elastic IP ${String(id)}`,
  );
}

export function ownTagsOf({ tags }: { tags: Record<string, string> }): Properties {
  const isForeign = (key: string): boolean => !key.startsWith(OWN_TAG_PREFIX) && !key.startsWith("aws:");
  return Object.fromEntries(Object.entries(tags).filter(([key]) => isForeign(key)));
}

/** Our tags on a thing, as name and value. */
export function marksOf({ tags }: { tags: Record<string, string> }): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => key.startsWith(OWN_TAG_PREFIX)));
}

/** Asserts that an adopted thing is as it was made, with nothing of ours on it. */
export function isGivenBack(
  owner: Stack,
  had: Pick<ByHand, "networkInterfaceId" | "allocationId" | "privateIp">,
): void {
  const eni = interfaceIn(owner, had.networkInterfaceId);
  const eip = elasticIpIn(owner, had.allocationId);
  assert.equal(eni.privateAddresses[0]?.address, had.privateIp);
  assert.equal(eip.networkInterfaceId, had.networkInterfaceId);
  assert.deepEqual([marksOf(eni), marksOf(eip)], [{}, {}]);
  assert.deepEqual(ownTagsOf(eip), OWN_TAGS);
}

/** Nothing of the account is ours. */
export function nothingIsOurs(owner: Stack): void {
  const { templates, networkInterfaces, elasticIps, instances, volumes } = made(owner);
  assert.deepEqual(templates, []);
  for (const thing of [...networkInterfaces, ...elasticIps, ...instances, ...volumes]) {
    assert.deepEqual(marksOf(thing), {});
  }
}

/** Calls that would be an outage, or the beginning of one. */
export const DISRUPTIVE = [
  "RunInstances",
  "TerminateInstances",
  "StopInstances",
  "StartInstances",
  "RebootInstances",
  "DetachNetworkInterface",
  "DisassociateAddress",
  "CreateReplaceRootVolumeTask",
  "DetachVolume",
];

interface Adopted {
  owner: Stack;
  had: ByHand;
  inputs: Properties;
}

/** A fitting instance is adopted. */
export async function adopted(overrides: Properties = {}): Promise<Adopted> {
  const owner = quick();
  const had = await launchedByHand(owner);
  const inputs = fitting(had, overrides);
  owner.calls();
  await owner.up(inputs);
  return { owner, had, inputs };
}

/** The one line that a preview prints. */
export async function announced(owner: Stack, inputs: Properties): Promise<string> {
  const before = owner.lines.length;
  const { failures } = await owner.preview(inputs);
  assert.deepEqual(failures, []);
  return only(owner.lines.slice(before), "line");
}
