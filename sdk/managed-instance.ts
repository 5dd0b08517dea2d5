import * as pulumi from "@pulumi/pulumi";
import type { ManagedInstanceArgs } from "./args";
import { serializedProvider } from "./serialized-provider";

const MODULE = "managed-instance";
const TYPE = "ManagedInstance";

/**
 * One EC2 machine that keeps its network interface, private IP, Elastic IP and data volumes for life, while the instance
 * under it is replaced, recycled, paused and resumed.
 *
 * `desiredState: "paused"` gives up the instance and keeps the rest; `"running"` launches or starts one on the same addresses.
 *
 * @example
 * ```ts
 * const db = new ManagedInstance("db", {
 *   subnetId: "subnet-0a1b2c3d4e5f60718",
 *   privateIp: "10.0.1.7",
 *   elasticIp: true,
 *   imageId: "ami-0a1b2c3d4e5f60718",
 *   instanceType: "m7i.large",
 *   market: { lifecycle: "spot" },
 * });
 * export const address = db.privateIp;
 * ```
 */
export class ManagedInstance extends pulumi.dynamic.Resource {
  // `declare`: a class field with a value would overwrite the output that the runtime assigns.

  /** The network interface (`eni-…`) that is kept. */
  declare readonly networkInterfaceId: pulumi.Output<string>;
  /** The primary private IPv4 address; it stays. */
  declare readonly privateIp: pulumi.Output<string>;
  /** The private DNS name of the network interface. */
  declare readonly privateDnsName: pulumi.Output<string>;
  /** The MAC address of the network interface; it stays. */
  declare readonly macAddress: pulumi.Output<string>;
  /** The secondary private IPv4 addresses of the network interface. */
  declare readonly secondaryPrivateIps: pulumi.Output<string[]>;
  /** The IPv6 addresses of the network interface. */
  declare readonly ipv6Addresses: pulumi.Output<string[]>;
  /** The public IPv4 address, the Elastic IP where there is one; empty if there is none. */
  declare readonly publicIp: pulumi.Output<string>;
  /** The Elastic IP's allocation id (`eipalloc-…`); empty if there is none. An address that this resource allocated is shown even if somebody associated it elsewhere. */
  declare readonly allocationId: pulumi.Output<string>;
  /** The instance (`i-…`) that holds the addresses now; empty if there is none. */
  declare readonly instanceId: pulumi.Output<string>;
  /**
   * `running`; `paused`: its instance is given up or stopped, and its addresses are kept; `pending`: its instance is still
   * starting; `failed`: its instance could not be launched; `missing`: its instance is gone.
   */
  declare readonly state: pulumi.Output<"running" | "paused" | "pending" | "failed" | "missing">;
  /** The market of the running instance: `spot` or `on-demand`; empty while none runs. */
  declare readonly lifecycle: pulumi.Output<"spot" | "on-demand" | "">;
  /** The type of the running instance; empty while none runs. */
  declare readonly launchedInstanceType: pulumi.Output<string>;
  /** The availability zone, fixed by the subnet. */
  declare readonly availabilityZone: pulumi.Output<string>;
  /** The VPC (`vpc-…`). */
  declare readonly vpcId: pulumi.Output<string>;
  /** The version of the launch specification, counted up from 1. */
  declare readonly generation: pulumi.Output<number>;
  /** The launch template (`lt-…`) that is the machine's record in EC2. */
  declare readonly launchTemplateId: pulumi.Output<string>;
  /** The ids (`vol-…`) of the data volumes, by name. */
  declare readonly dataVolumeIds: pulumi.Output<Record<string, string>>;
  /** Differences from the declared state that the last refresh found, in sentences; the next `up` puts them right. */
  declare readonly drift: pulumi.Output<string[]>;
  /** The region that the machine is in. */
  declare readonly region: pulumi.Output<string>;

  /**
   * @param name the name of the resource, and the `Name` tag unless `args.tags` has one
   * @param args the machine's inputs
   * @param opts Pulumi's resource options. `import` is refused: `args.adopt` takes over what runs. So is a `provider` of another
   *   package, such as `aws.Provider`: `args.region` is there for that. `replaceOnChanges` and `customTimeouts` have no effect: `args.recycleTriggers` and `args.replacement.timeoutSeconds` are there for that.
   *   `replaceWith` and a taint replace the resource, so every address is given up. `deletedWith` leaves the machine in EC2.
   *   `protect` keeps the resource from being deleted, and not its instance from being replaced. All of them:
   *   docs/how-to/resource-options.md.
   */
  constructor(name: string, args: ManagedInstanceArgs, opts?: pulumi.CustomResourceOptions) {
    refuseOptions(name, opts);
    const outputs = Object.fromEntries(OUTPUTS.map((output) => [output, undefined]));
    const resourceUrn = pulumi.createUrn(name, `pulumi-nodejs:dynamic/${MODULE}:${TYPE}`, opts?.parent);
    // A machine that is replaced as a resource (`--replace`, `pulumi state taint`, another region) has to be gone before its addresses
    // can be had again. The provider's diff says so too, but in the first two cases the engine does not hear it.
    const options = { deleteBeforeReplace: true, ...opts };
    super(serializedProvider, name, { ...outputs, ...args, resourceUrn }, options, MODULE, TYPE);
  }
}

/** Refuses options with which Pulumi ends in an error that says nothing to the user, or asks another provider to make the machine. */
function refuseOptions(name: string, opts: pulumi.CustomResourceOptions | undefined): void {
  const refused = (option: string, why: string): Error =>
    // Pulumi prints only the message of this class, without a stack.
    new pulumi.RunError(`The resource option ${option} of the ManagedInstance ${name} cannot be used, because ${why}.`);
  if (opts?.import !== undefined) {
    throw refused(
      "import",
      'Pulumi imports no dynamic resource; the input adopt takes over what runs, as in adopt: { instanceId: "i-…" }',
    );
  }
  // Pulumi's types leave the method out.
  const given = opts?.provider as { getPackage?: () => string } | undefined;
  const made = given?.getPackage?.() ?? DYNAMIC;
  if (made !== DYNAMIC) {
    throw refused(
      "provider",
      `Pulumi would ask the provider of ${made} to make the machine; the input region, or aws:region and aws:profile of the stack, say where the machine is`,
    );
  }
}

/** The package of all dynamic resources. */
const DYNAMIC = "pulumi-nodejs";

/** The runtime only assigns outputs that it was given a property for. */
const OUTPUTS = [
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
  "region",
] as const;
