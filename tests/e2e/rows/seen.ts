import assert from "node:assert/strict";
import type { SimState } from "../../../local/ec2";
import { TAG } from "../../../provider/ec2/tags";
import type { MachineState, Outputs as EngineOutputs } from "../../../provider/model/outputs";

export type Instance = SimState["instances"][string];
export type NetworkInterface = SimState["networkInterfaces"][string];
export type Volume = SimState["volumes"][string];

/** The documented outputs; the inputs are outputs too, and are not looked at here. */
export const OUTPUT_NAMES = [
  "id",
  "networkInterfaceId",
  "privateIp",
  "privateDnsName",
  "macAddress",
  "secondaryPrivateIps",
  "ipv6Addresses",
  "publicIp",
  "allocationId",
  "instanceId",
  "state",
  "lifecycle",
  "launchedInstanceType",
  "availabilityZone",
  "vpcId",
  "generation",
  "launchTemplateId",
  "dataVolumeIds",
  "drift",
] as const satisfies (keyof Outputs)[];

export type OutputName = (typeof OUTPUT_NAMES)[number];

export interface Outputs extends EngineOutputs {
  id: string;
}

/** A machine after a stage: what Pulumi has of it, what EC2 has, and what the run said of it. */
export class Seen {
  constructor(
    readonly outputs: Outputs,
    readonly account: SimState,
    readonly said: readonly string[],
    /** After the stage before. */
    readonly before?: Seen,
  ) {}

  get instance(): Instance {
    return there(this.account.instances[this.outputs.instanceId], "instance");
  }

  /** The instance of the stage before, which EC2 still shows after its end. */
  get previous(): Instance {
    return there(this.account.instances[this.before?.outputs.instanceId ?? ""], "previous instance");
  }

  get networkInterface(): NetworkInterface {
    return there(this.account.networkInterfaces[this.outputs.networkInterfaceId], "network interface");
  }

  get elasticIp(): SimState["addresses"][string] {
    return there(this.account.addresses[this.outputs.allocationId], "Elastic IP");
  }

  get template(): SimState["launchTemplates"][string] {
    return there(this.account.launchTemplates[this.outputs.launchTemplateId], "launch template");
  }

  /** The value that the latest version of the launch template holds at a path such as `Placement.Tenancy`. */
  launches(path: string): unknown {
    const data: unknown = this.template.versions.at(-1)?.data;
    return path.split(".").reduce<unknown>((it, name) => (it as Record<string, unknown> | undefined)?.[name], data);
  }

  /** The user data, readable. */
  get userData(): string {
    return Buffer.from(this.instance.userData ?? "", "base64").toString();
  }

  get spotRequest(): SimState["spotRequests"][string] {
    return there(this.account.spotRequests[this.instance.spotRequestId ?? ""], "spot request");
  }

  get rootVolume(): Volume {
    const { devices, rootDeviceName } = this.instance;
    const root = devices.find((it) => it.deviceName === rootDeviceName);
    return there(this.account.volumes[root?.volumeId ?? ""], "root volume");
  }

  volume(name: string): Volume {
    return there(this.account.volumes[this.outputs.dataVolumeIds[name] ?? ""], `data volume ${name}`);
  }

  /** The names of the data volumes, each with its size and its device on the instance. */
  get dataVolumes(): Record<string, string> {
    const names = Object.keys(this.outputs.dataVolumeIds).sort();
    return Object.fromEntries(names.map((name) => [name, this.describe(this.volume(name))]));
  }

  private describe({ size, attachment }: Volume): string {
    const place = attachment?.instanceId === this.outputs.instanceId ? attachment.device : "elsewhere";
    return `${size} GiB on ${place}`;
  }

  /** The user's own tags of everything that belongs to the machine. */
  get tags(): Record<string, Record<string, string>> {
    const { instance, networkInterface, elasticIp, template, rootVolume } = this;
    return Object.fromEntries(
      Object.entries({ instance, networkInterface, elasticIp, template, rootVolume }).map(([what, { tags }]) => [
        what,
        Object.fromEntries(Object.entries(tags).filter(([key]) => !/^(Name$|managed-instance:|aws:)/.test(key))),
      ]),
    );
  }

  /** A setting that the record keeps outside of what can be launched from it. */
  recorded(tag: "market" | "fallback" | "replacement" | "desiredState" | "schedules"): string {
    return this.template.tags[TAG[tag]] ?? "";
  }

  /** How long EC2 took to end an instance, in seconds. */
  endTook({ instanceId }: Instance): number {
    const at = (event: string): number =>
      there(
        this.account.ledger.milestones.find((it) => it.instanceId === instanceId && it.event === event),
        `${event} of ${instanceId}`,
      ).time;
    return (at("terminated") - at("shutdown-requested")) / 1000;
  }

  /** The outputs that are other than after the stage before. */
  get changedOutputs(): OutputName[] {
    const { before } = this;
    return OUTPUT_NAMES.filter(
      (name) => before !== undefined && JSON.stringify(this.outputs[name]) !== JSON.stringify(before.outputs[name]),
    );
  }

  /** The outputs that EC2's own facts call for. */
  get actual(): Partial<Outputs> {
    const { networkInterfaceId: id } = this.outputs;
    const instance = Object.values(this.account.instances).find(
      (it) => it.state !== "terminated" && it.networkInterfaceIds.includes(id),
    );
    const networkInterface = this.account.networkInterfaces[id];
    const elasticIp = Object.values(this.account.addresses).find((it) => it.networkInterfaceId === id);
    return {
      ...(networkInterface === undefined ? {} : identityOf(networkInterface)),
      publicIp: elasticIp?.publicIp ?? networkInterface?.autoPublicIp ?? "",
      allocationId: elasticIp?.allocationId ?? "",
      ...(instance === undefined ? NO_INSTANCE : stateOf(instance)),
      generation: this.template.latestVersion,
      drift: [],
    };
  }
}

function identityOf(networkInterface: NetworkInterface): Partial<Outputs> {
  const { networkInterfaceId, macAddress, privateAddresses, ipv6Addresses, availabilityZone, vpcId } = networkInterface;
  const [primary, ...secondary] = privateAddresses.map((it) => it.address);
  const addresses = { privateIp: primary, secondaryPrivateIps: secondary, ipv6Addresses };
  return { networkInterfaceId, macAddress, ...addresses, availabilityZone, vpcId };
}

function stateOf({ instanceId, state, spotRequestId, instanceType }: Instance): Partial<Outputs> {
  return {
    instanceId,
    state: state === "stopped" ? "paused" : (state as MachineState),
    lifecycle: spotRequestId === undefined ? "on-demand" : "spot",
    launchedInstanceType: instanceType,
  };
}

/** Only of a machine that is to be paused. */
const NO_INSTANCE = { instanceId: "", state: "paused", lifecycle: "", launchedInstanceType: "" } as const;

function there<T>(found: T | undefined, what: string): T {
  assert.ok(found, `EC2 shows no ${what}`);
  return found;
}
