import assert from "node:assert/strict";

import {
  AssociateAddressCommand,
  AttachNetworkInterfaceCommand,
  CreateLaunchTemplateCommand,
  CreateTagsCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeVolumesCommand,
  DetachNetworkInterfaceCommand,
  type EC2Client,
  type Filter,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN, type Ec2Simulator } from "../../../local/ec2";
import { Random } from "../../../local/ec2/model/random";
import { idOf, launched, launchedOn, madeAddress, madeInterface, terminated } from "./scenes";
import { simulated, type VirtualClock } from "./support";

/** A life with something of everything that an index knows, in an order that the seed decides. */
class Life {
  private readonly random: Random;
  private count = 0;

  constructor(
    readonly ec2: EC2Client,
    readonly simulator: Ec2Simulator,
    readonly clock: VirtualClock,
    seed: number,
  ) {
    this.random = new Random(seed);
  }

  /** One step; what EC2 refuses just does not happen. */
  async step(): Promise<void> {
    const steps: (() => Promise<void>)[] = [
      () => this.launch(),
      () => this.tag(),
      () => this.untag(),
      () => this.end(),
      () => this.move(),
      () => this.attach(),
      () => this.detach(),
      () => this.remove(),
    ];
    await steps[this.random.integer(steps.length)]?.().catch(() => undefined);
    this.clock.advance(this.random.integer(40_000));
  }

  private pick(table: "instances" | "networkInterfaces" | "addresses"): string {
    const ids = Object.keys(this.simulator.snapshot()[table]);
    return ids[this.random.integer(ids.length)] ?? "";
  }

  private async launch(): Promise<void> {
    const n = String((this.count += 1));
    const Tags = [{ Key: "n", Value: String(this.count % 3) }];
    const TagSpecifications = [{ ResourceType: "instance" as const, Tags }];
    const { NetworkInterfaceId } = await madeInterface(this.ec2);
    if (this.random.next() < 0.5) await launchedOn(this.ec2, NetworkInterfaceId, { ClientToken: n, TagSpecifications });
    else await launched(this.ec2, { ClientToken: n, InstanceMarketOptions: { MarketType: "spot" } });
    await madeAddress(this.ec2);
    const LaunchTemplateData = { ImageId: WELL_KNOWN.imageV1 };
    await this.ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: `t${n}`, LaunchTemplateData }));
  }

  private async tag(): Promise<void> {
    const Tags = [{ Key: "n", Value: String(this.random.integer(3)) }];
    await this.ec2.send(new CreateTagsCommand({ Resources: [this.pick("instances")], Tags }));
    await this.ec2.send(new CreateTagsCommand({ Resources: [this.pick("networkInterfaces")], Tags }));
  }

  private async untag(): Promise<void> {
    await this.ec2.send(new DeleteTagsCommand({ Resources: [this.pick("instances")], Tags: [{ Key: "n" }] }));
  }

  private async end(): Promise<void> {
    await terminated(this.ec2, { InstanceId: this.pick("instances") });
  }

  private async move(): Promise<void> {
    const [AllocationId, NetworkInterfaceId] = [this.pick("addresses"), this.pick("networkInterfaces")];
    const input = { AllocationId, NetworkInterfaceId, AllowReassociation: true };
    await this.ec2.send(new AssociateAddressCommand(input));
  }

  private async attach(): Promise<void> {
    const [InstanceId, NetworkInterfaceId] = [this.pick("instances"), this.pick("networkInterfaces")];
    await this.ec2.send(new AttachNetworkInterfaceCommand({ InstanceId, NetworkInterfaceId, DeviceIndex: 1 }));
  }

  private async detach(): Promise<void> {
    const { attachment } = this.simulator.snapshot().networkInterfaces[this.pick("networkInterfaces")] ?? {};
    await this.ec2.send(new DetachNetworkInterfaceCommand({ AttachmentId: attachment?.attachmentId }));
  }

  private async remove(): Promise<void> {
    await this.ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: this.pick("networkInterfaces") }));
  }
}

type Describe = (ec2: EC2Client, filters: Filter[]) => Promise<unknown>;

const instances: Describe = async (ec2, Filters) =>
  (await ec2.send(new DescribeInstancesCommand({ Filters }))).Reservations;
const interfaces: Describe = async (ec2, Filters) =>
  (await ec2.send(new DescribeNetworkInterfacesCommand({ Filters }))).NetworkInterfaces;
const addresses: Describe = async (ec2, Filters) =>
  (await ec2.send(new DescribeAddressesCommand({ Filters }))).Addresses;
const volumes: Describe = async (ec2, Filters) => (await ec2.send(new DescribeVolumesCommand({ Filters }))).Volumes;
const templates: Describe = async (ec2, Filters) =>
  (await ec2.send(new DescribeLaunchTemplatesCommand({ Filters }))).LaunchTemplates;

type Question = [Describe, filter: string, value: string | undefined];

/** The questions to ask, one for every filter that has an index. */
function questions(simulator: Ec2Simulator): Question[] {
  const state = simulator.snapshot();
  return [
    ...Object.values(state.instances).flatMap((one): Question[] => [
      [instances, "instance-id", one.instanceId],
      [instances, "client-token", one.clientToken],
      [instances, "reservation-id", one.reservationId],
      [instances, "spot-instance-request-id", one.spotRequestId],
      [interfaces, "attachment.instance-id", one.instanceId],
      [volumes, "attachment.instance-id", one.instanceId],
    ]),
    ...Object.values(state.networkInterfaces).flatMap((one): Question[] => [
      [instances, "network-interface.network-interface-id", one.networkInterfaceId],
      [interfaces, "private-ip-address", one.privateAddresses[0]?.address],
      [interfaces, "attachment.attachment-id", one.attachment?.attachmentId],
      [addresses, "network-interface-id", one.networkInterfaceId],
    ]),
    ...Object.values(state.addresses).flatMap((one): Question[] => [
      [addresses, "public-ip", one.publicIp],
      [addresses, "association-id", one.associationId],
    ]),
    ...Object.values(state.launchTemplates).map((one): Question => [
      templates,
      "launch-template-name",
      one.launchTemplateName,
    ]),
    ...["0", "1", "2"].flatMap((n): Question[] => [
      [instances, "tag:n", n],
      [interfaces, "tag:n", n],
    ]),
  ];
}

describe("the answer of an index", () => {
  for (const seed of [1, 2, 3]) {
    it(`is what looking at everything finds, all through a life (seed ${seed})`, async () => {
      const { ec2, simulator, clock } = simulated({ seed });
      simulator.quotas.set("elastic-ips", 100);
      const life = new Life(ec2, simulator, clock, seed);
      for (let round = 0; round < 8; round += 1) {
        for (let step = 0; step < 10; step += 1) await life.step();
        for (const [ask, Name, value = "none"] of questions(simulator)) {
          const byIndex = await ask(ec2, [{ Name, Values: [value] }]);
          // With a wildcard among its values a filter cannot be looked up.
          const byLooking = await ask(ec2, [{ Name, Values: [value, "no*such"] }]);
          assert.deepEqual(byIndex, byLooking, `${Name} ${value}`);
        }
      }
    });
  }

  it("is what a copy of the account finds", async () => {
    const { ec2, simulator, clock } = simulated();
    const instance = await launched(ec2, { ClientToken: "t1" });
    const copy = simulated({ seed: 2, clock });
    copy.simulator.restore(simulator.snapshot());
    const found = await copy.ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: "client-token", Values: ["t1"] }] }),
    );
    assert.equal(found.Reservations?.[0]?.Instances?.[0]?.InstanceId, idOf(instance));
  });
});
