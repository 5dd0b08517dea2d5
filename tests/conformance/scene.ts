import assert from "node:assert/strict";

import {
  type CreateNetworkInterfaceCommandInput,
  type EC2,
  type Instance,
  type NetworkInterface,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";

import type { Surroundings } from "./surroundings";

/** Longer than any launch, stop, termination, attachment or volume takes. */
const LONG_SECONDS = 300;

export interface RawReply {
  status: number;
  headers: Headers;
  body: string;
}

interface SceneParts {
  ec2: EC2;
  here: Surroundings;
  /** Different for each probe: a name for what has to have one. */
  name: string;
  advance: (seconds: number) => Promise<void>;
  raw: (body: string) => Promise<RawReply>;
}

/** The things that one probe has to work with: a client, an account, and time. */
export class Scene {
  readonly ec2: EC2;
  readonly here: Surroundings;
  readonly name: string;
  /** Lets so much time pass, where the target has time. */
  readonly advance: SceneParts["advance"];
  /** A request without the SDK, for what it would not send. */
  readonly raw: SceneParts["raw"];

  constructor(parts: SceneParts) {
    this.ec2 = parts.ec2;
    this.here = parts.here;
    this.name = parts.name;
    this.advance = parts.advance;
    this.raw = parts.raw;
  }

  /** Waits until nothing is under way any more. */
  settle(): Promise<void> {
    return this.advance(LONG_SECONDS);
  }

  /** A launch in the first subnet, unless it says where. */
  launchInput(overrides: Partial<RunInstancesCommandInput> = {}): RunInstancesCommandInput {
    const input = { ImageId: this.here.image, InstanceType: "t3.micro" as const, MinCount: 1, MaxCount: 1 };
    return { ...input, ...(saysWhere(overrides) ? {} : { SubnetId: this.here.subnetA }), ...overrides };
  }

  async launched(overrides: Partial<RunInstancesCommandInput> = {}): Promise<Instance> {
    const { Instances = [] } = await this.ec2.runInstances(this.launchInput(overrides));
    return the(Instances[0]);
  }

  async launch(overrides: Partial<RunInstancesCommandInput> = {}): Promise<string> {
    return the((await this.launched(overrides)).InstanceId);
  }

  async running(overrides: Partial<RunInstancesCommandInput> = {}): Promise<string> {
    const id = await this.launch(overrides);
    await this.settle();
    return id;
  }

  async stopped(overrides: Partial<RunInstancesCommandInput> = {}): Promise<string> {
    const id = await this.running(overrides);
    await this.ec2.stopInstances({ InstanceIds: [id] });
    await this.settle();
    return id;
  }

  async terminated(overrides: Partial<RunInstancesCommandInput> = {}): Promise<string> {
    const id = await this.running(overrides);
    await this.end(id);
    return id;
  }

  /** Terminates an instance and waits until it is over. */
  async end(id: string): Promise<void> {
    await this.ec2.terminateInstances({ InstanceIds: [id] });
    await this.settle();
  }

  async instance(id: string): Promise<Instance> {
    const { Reservations = [] } = await this.ec2.describeInstances({ InstanceIds: [id] });
    return the(Reservations[0]?.Instances?.[0]);
  }

  async state(id: string): Promise<string | undefined> {
    return (await this.instance(id)).State?.Name;
  }

  async eni(overrides: Partial<CreateNetworkInterfaceCommandInput> = {}): Promise<string> {
    const input = { SubnetId: this.here.subnetA, ...overrides };
    return the((await this.ec2.createNetworkInterface(input)).NetworkInterface?.NetworkInterfaceId);
  }

  async seenEni(id: string): Promise<NetworkInterface> {
    const { NetworkInterfaces = [] } = await this.ec2.describeNetworkInterfaces({ NetworkInterfaceIds: [id] });
    return the(NetworkInterfaces[0]);
  }

  /** An interface and a running instance that holds it as its primary one. */
  async held(overrides: Partial<CreateNetworkInterfaceCommandInput> = {}): Promise<{ eni: string; instance: string }> {
    const eni = await this.eni(overrides);
    return { eni, instance: await this.running(on(eni)) };
  }

  /** An Elastic IP's allocation id. */
  async eip(): Promise<string> {
    return the((await this.ec2.allocateAddress({ Domain: "vpc" })).AllocationId);
  }

  /** An Elastic IP on an interface; gives the association's id. */
  async associate(allocation: string, eni: string): Promise<string> {
    const input = { AllocationId: allocation, NetworkInterfaceId: eni };
    return the((await this.ec2.associateAddress(input)).AssociationId);
  }

  /** A running instance's hot-attached second interface. */
  async secondary(type: "t3.micro" | "t3.large" = "t3.micro") {
    const instance = await this.running({ InstanceType: type });
    const eni = await this.eni();
    const input = { InstanceId: instance, NetworkInterfaceId: eni, DeviceIndex: 1 };
    const attachment = the((await this.ec2.attachNetworkInterface(input)).AttachmentId);
    await this.settle();
    return { instance, eni, attachment };
  }

  /** A launch template with an image and a type. */
  async template(data: NonNullable<RunInstancesCommandInput["LaunchTemplate"]> | object = {}): Promise<string> {
    const LaunchTemplateData = { ImageId: this.here.image, InstanceType: "t3.micro" as const, ...data };
    const { LaunchTemplate } = await this.ec2.createLaunchTemplate({
      LaunchTemplateName: this.name,
      LaunchTemplateData,
    });
    return the(LaunchTemplate?.LaunchTemplateId);
  }

  /** The volume at the instance's root device. */
  async rootVolume(id: string): Promise<string> {
    const { RootDeviceName, BlockDeviceMappings = [] } = await this.instance(id);
    return the(BlockDeviceMappings.find(({ DeviceName }) => DeviceName === RootDeviceName)?.Ebs?.VolumeId);
  }
}

function saysWhere(overrides: Partial<RunInstancesCommandInput>): boolean {
  return "SubnetId" in overrides || "NetworkInterfaces" in overrides || "LaunchTemplate" in overrides;
}

/** Makes a launch use this interface as its primary one. */
export function on(eni: string): Partial<RunInstancesCommandInput> {
  return { NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: eni }] };
}

/** The value that has to be there. */
export function the<Value>(value: Value | undefined): Value {
  assert.ok(value !== undefined, "the answer lacks what the probe looks at");
  return value;
}

/** Like tags in an answer, as an object. */
export function tagsOf(tags: readonly { Key?: string; Value?: string }[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}
