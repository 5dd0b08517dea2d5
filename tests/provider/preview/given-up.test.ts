/** Things on an address, an interface or an instance that a change or a destroy gives up: the run is refused, or the preview names them. */
import assert from "node:assert/strict";
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AttachNetworkInterfaceCommand,
  AttachVolumeCommand,
  CreateVolumeCommand,
  DisassociateAddressCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../local/ec2";
import { interfaceByHand } from "../by-hand";
import { program, type Stack } from "../support";
import { failureOf, later, made, nothingIsLeft, quick, somebody } from "../world";

type Properties = Record<string, unknown>;

const ONE_MORE = { secondaryPrivateIps: ["10.0.1.20"] };

/** Somebody puts an Elastic IP of his own on an address of the machine. */
async function elasticIpOn(owner: Stack, PrivateIpAddress: string): Promise<{ id: string; address: string }> {
  const ec2 = somebody(owner);
  const { AllocationId = "", PublicIp = "" } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
  const NetworkInterfaceId = String(owner.outputs.networkInterfaceId);
  await ec2.send(new AssociateAddressCommand({ AllocationId, NetworkInterfaceId, PrivateIpAddress }));
  return { id: AllocationId, address: PublicIp };
}

async function comesOff(owner: Stack, PublicIp: string): Promise<void> {
  await somebody(owner).send(new DisassociateAddressCommand({ PublicIp }));
}

interface Case {
  title: string;
  before: Properties;
  after: Properties;
  /** The private IP that somebody's is on. */
  on: (owner: Stack) => string;
}

const primary = (owner: Stack): string => String(owner.outputs.privateIp);
const secondary = (): string => "10.0.1.20";

const CASES: Case[] = [
  {
    title: "a secondary private IP that is dropped",
    before: ONE_MORE,
    after: { secondaryPrivateIps: [] },
    on: secondary,
  },
  {
    title: "a secondary private IP that is no longer counted",
    before: { secondaryPrivateIpCount: 1 },
    after: { secondaryPrivateIpCount: 0 },
    on: (owner) => String((owner.outputs.secondaryPrivateIps as string[])[0]),
  },
  {
    title: "the private IP of an interface that is given up for another subnet",
    before: { instanceType: "m6i.large" },
    after: { instanceType: "m6i.large", subnetId: WELL_KNOWN.subnetB },
    on: primary,
  },
  {
    title: "the private IP of an interface that is given up for another private IP",
    before: {},
    after: { privateIp: "10.0.1.99" },
    on: primary,
  },
  {
    title: "the private IP of an interface that is not kept",
    before: { persistPrivateIp: false },
    after: { persistPrivateIp: false, imageId: WELL_KNOWN.imageV2 },
    on: primary,
  },
];

describe("an Elastic IP of somebody else", () => {
  for (const { title, before, after, on } of CASES) {
    it(`on ${title} refuses the change, which preview says, and nothing is changed`, async () => {
      const owner = quick();
      await owner.up(program(before));
      const eip = await elasticIpOn(owner, on(owner));
      owner.lines.length = 0;
      await owner.preview(program(after));
      const words = `the Elastic IP ${eip.address} (${eip.id}), which is not this machine's, is on ${on(owner)} of `;
      assert.ok(owner.lines.join("\n").includes(words), owner.lines.join("\n"));
      owner.calls();
      const { message } = await failureOf(owner.up(program(after)));
      assert.ok(message.startsWith(`nothing was changed: ${words}`), message);
      assert.match(message, /would come off; disassociate it there first/);
      assert.deepEqual(owner.calls("mutating"), []);
      await comesOff(owner, eip.address);
      assert.equal(await owner.up(program(after)), "update");
    });
  }

  it("that moves along with a named secondary private IP stays on it", async () => {
    const owner = quick();
    await owner.up(program(ONE_MORE));
    const eip = await elasticIpOn(owner, secondary());
    await owner.up(program({ ...ONE_MORE, privateIp: "10.0.1.99" }));
    const now = made(owner).elasticIps.find((it) => it.allocationId === eip.id);
    assert.equal(now?.networkInterfaceId, owner.outputs.networkInterfaceId);
    assert.equal(now?.privateIpAddress, secondary());
  });

  it("on an interface that is deleted refuses the destroy, until it is off", async () => {
    const owner = quick();
    await owner.up(program());
    const eip = await elasticIpOn(owner, primary(owner));
    owner.calls();
    const { message } = await failureOf(owner.destroy());
    assert.match(message, new RegExp(`^nothing was deleted: the Elastic IP ${eip.address} \\(${eip.id}\\)`));
    assert.deepEqual(owner.calls("mutating"), []);
    await comesOff(owner, eip.address);
    await owner.destroy();
    later(owner);
    nothingIsLeft(owner, eip.id);
  });

  it("on an interface that is retained, or was adopted, is nothing in the way of a destroy", async () => {
    const owner = quick();
    await owner.up(program({ deletion: { networkInterface: "retain" } }));
    await elasticIpOn(owner, primary(owner));
    await owner.destroy();
    const adopting = quick();
    const { networkInterfaceId } = await interfaceByHand(adopting, undefined, { elastic: false });
    await adopting.up(program({ adopt: { networkInterfaceId } }));
    await elasticIpOn(adopting, primary(adopting));
    await adopting.destroy();
    for (const { elasticIps } of [made(owner), made(adopting)]) {
      assert.ok(elasticIps.every((it) => it.networkInterfaceId !== undefined));
    }
  });

  it("does not stand against a change that gives no address up", async () => {
    const owner = quick();
    await owner.up(program(ONE_MORE));
    await elasticIpOn(owner, secondary());
    await owner.up(program({ ...ONE_MORE, imageId: WELL_KNOWN.imageV2 }));
  });
});

describe("what others attached to an instance that is replaced", () => {
  it("is named by the preview, with what becomes of it", async () => {
    const owner = quick();
    await owner.up(program());
    const ec2 = somebody(owner);
    const InstanceId = String(owner.outputs.instanceId);
    const { networkInterfaceId, privateIp } = await interfaceByHand(owner, undefined, { elastic: false });
    await ec2.send(
      new AttachNetworkInterfaceCommand({ InstanceId, NetworkInterfaceId: networkInterfaceId, DeviceIndex: 1 }),
    );
    const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 5 }));
    later(owner);
    await ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device: "/dev/sdk" }));
    later(owner);
    await owner.preview(program({ imageId: WELL_KNOWN.imageV2 }));
    assert.ok(
      owner.lines
        .at(-1)
        ?.endsWith(`; ${VolumeId ?? ""}, ${networkInterfaceId} (${privateIp}) would be left without an instance`),
      owner.lines.at(-1),
    );
    // A change that keeps the instance leaves them where they are.
    await owner.preview(program({ monitoring: true }));
    assert.ok(!owner.lines.at(-1)?.includes(networkInterfaceId));
  });
});
