import assert from "node:assert/strict";
import {
  AssociateAddressCommand,
  CreateNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  ModifyInstanceAttributeCommand,
  ModifyInstanceMetadataOptionsCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { UNKNOWN } from "../../provider/inputs/validation";
import { announced, interfaceByHand } from "./by-hand";
import { program, type Stack } from "./support";
import { failureOf, later, only, somebody, up } from "./world";

type Properties = Record<string, unknown>;

async function diffed(owner: Stack, inputs: Properties): Promise<Awaited<ReturnType<Stack["handlers"]["diff"]>>> {
  const { inputs: checked } = await owner.handlers.check(owner.recorded?.inputs ?? {}, program(inputs));
  return owner.handlers.diff(owner.recorded?.id ?? "", owner.outputs, checked);
}

describe("diff", () => {
  it("finds nothing where nothing changed, and says nothing", async () => {
    const owner = await up({ elasticIp: true });
    owner.lines.length = 0;
    assert.deepEqual(await diffed(owner, { elasticIp: true }), {
      changes: false,
      replaces: [],
      deleteBeforeReplace: true,
    });
    assert.deepEqual(owner.lines, []);
  });

  for (const [title, change] of [
    ["the image", { imageId: WELL_KNOWN.imageV2 }],
    ["the subnet", { subnetId: WELL_KNOWN.subnetB }],
    ["the private IP", { privateIp: "10.0.1.99" }],
    ["the Elastic IP", { elasticIp: true }],
    ["the tags", { tags: { Team: "a" } }],
    ["an input that is not known yet", { imageId: UNKNOWN }],
  ] as const) {
    it(`takes a change of ${title} for an update of the one resource`, async () => {
      const { changes, replaces } = await diffed(await up(), change);
      assert.equal(changes, true);
      assert.deepEqual(replaces, []);
    });
  }

  it("replaces the resource for another region only, the old one deleted first", async () => {
    const { changes, replaces, deleteBeforeReplace } = await diffed(await up(), {
      region: "eu-central-1",
      imageId: WELL_KNOWN.imageV2,
    });
    assert.deepEqual([changes, replaces, deleteBeforeReplace], [true, ["region"], true]);
  });

  it("says in one line what will happen, however often it is called", async () => {
    const owner = await up({ elasticIp: true, privateIp: "10.0.1.7" });
    const { instanceId, networkInterfaceId, publicIp } = owner.outputs as Record<string, string>;
    owner.lines.length = 0;
    for (let call = 0; call < 3; call++) {
      await diffed(owner, { elasticIp: true, privateIp: "10.0.1.7", imageId: WELL_KNOWN.imageV2 });
    }
    assert.deepEqual(owner.lines, [
      `web: replaces ${instanceId} (imageId), terminate-first, about 41 s dark; keeps ${networkInterfaceId}, 10.0.1.7, ${publicIp}`,
    ]);
  });

  it("shows no user data", async () => {
    const owner = await up({ userData: "old-hunter2" });
    await diffed(owner, { userData: "new-hunter2" });
    assert.ok(owner.lines.some((line) => line.includes("(userData)")));
    assert.ok(!owner.lines.join().includes("hunter2"));
  });

  it("asks EC2 nothing where there is nothing to say, and changes nothing where there is", async () => {
    const owner = await up();
    const { inputs } = await owner.preview(program());
    owner.calls();
    await owner.handlers.diff(owner.recorded?.id ?? "", owner.outputs, inputs);
    assert.deepEqual(owner.calls(), []);
    await diffed(owner, { imageId: WELL_KNOWN.imageV2 });
    assert.deepEqual(owner.calls("mutating"), []);
  });
});

describe("diff of a machine that was touched by hand, not refreshed", () => {
  const base = { elasticIp: true, privateIp: "10.0.1.7" };
  const tagged = { ...base, tags: { Team: "a" } };

  async function touched(touch: (owner: Stack, ids: Record<string, string>) => Promise<unknown>): Promise<Stack> {
    const owner = await up(base);
    await touch(owner, owner.outputs as Record<string, string>);
    later(owner);
    return owner;
  }

  const terminate = (owner: Stack, { instanceId = "" }: Record<string, string>): Promise<unknown> =>
    somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));

  it("says that its instance is gone, and that one is launched: nothing of what kept running", async () => {
    const owner = await touched(terminate);
    const { networkInterfaceId, publicIp } = owner.outputs as Record<string, string>;
    assert.equal(
      await announced(owner, program(tagged)),
      `web: launches an instance (tags; it has no instance); keeps ${networkInterfaceId}, 10.0.1.7, ${publicIp}`,
    );
    await owner.up(program(tagged));
    assert.equal(owner.outputs.state, "running");
  });

  it("says that its interface is gone, and keeps the addresses only", async () => {
    const owner = await touched(async (it, ids) => {
      await terminate(it, ids);
      later(it);
      await somebody(it).send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: ids.networkInterfaceId }));
    });
    const line = await announced(owner, program(tagged));
    assert.match(line, /^web: launches an instance \(tags; its network interface is gone; .*it has no instance\);/);
    assert.ok(line.endsWith(`; keeps 10.0.1.7, ${String(owner.outputs.publicIp)}`), line);
    const publicIp = owner.outputs.publicIp;
    await owner.up(program(tagged));
    assert.deepEqual([owner.outputs.privateIp, owner.outputs.publicIp], ["10.0.1.7", publicIp]);
  });

  it("says that its instance is stopped, and is started", async () => {
    const owner = await touched((it, { instanceId = "" }) =>
      somebody(it).send(new StopInstancesCommand({ InstanceIds: [instanceId] })),
    );
    const line = await announced(owner, program(tagged));
    assert.match(line, /^web: changes in place \(tags; its instance is stopped\); starts i-\w+; keeps eni-/);
    const other = await announced(owner, program({ ...base, imageId: WELL_KNOWN.imageV2 }));
    assert.match(other, /^web: replaces i-\w+ \(imageId; its instance is stopped\), /, "nobody paused it");
  });

  it("says of metadata options that somebody changed, after a refresh, nothing of the launch template that follows from it", async () => {
    const owner = await touched((it, { instanceId: InstanceId = "" }) =>
      somebody(it).send(new ModifyInstanceMetadataOptionsCommand({ InstanceId, HttpTokens: "optional" })),
    );
    await owner.refresh();
    assert.match(
      await announced(owner, program(base)),
      /^web: changes in place \(metadataOptions; its metadata options are not as declared\); i-\w+ keeps running;/,
    );
  });

  it("says what is in the way, and that up changes nothing", async () => {
    const owner = await touched(async (it, { allocationId = "" }) => {
      const other = await interfaceByHand(it, undefined, { elastic: false });
      await somebody(it).send(
        new AssociateAddressCommand({
          AllocationId: allocationId,
          NetworkInterfaceId: other.networkInterfaceId,
          AllowReassociation: true,
        }),
      );
    });
    const line = await announced(owner, program(tagged));
    assert.match(
      line,
      /^web: found that the Elastic IP .* is in use by eni-.*; until then `pulumi up` changes nothing$/,
    );
    const letsGo = { ...tagged, elasticIp: false, deletion: { elasticIp: "retain" } };
    assert.match(await announced(owner, program(letsGo)), /^web: changes in place \(elasticIp, tags, deletion;/);
    owner.calls();
    assert.match((await failureOf(owner.up(program(tagged)))).message, /^nothing was changed: the Elastic IP/);
    assert.deepEqual(owner.calls("mutating"), []);
  });

  for (const [title, attribute, inputs] of [
    ["replace", { DisableApiTermination: { Value: true } }, { imageId: WELL_KNOWN.imageV2 }],
    [
      "end for a pause",
      { DisableApiTermination: { Value: true } },
      { desiredState: "paused", pauseBehavior: "terminate" },
    ],
    ["stop", { DisableApiStop: { Value: true } }, { desiredState: "paused" }],
  ] as const) {
    it(`says that what it would ${title} is protected, and that up changes nothing`, async () => {
      const owner = await touched((it, { instanceId: InstanceId = "" }) =>
        somebody(it).send(new ModifyInstanceAttributeCommand({ InstanceId, ...attribute })),
      );
      const { recorded } = owner;
      assert.match(
        await announced(owner, program({ ...tagged, ...inputs })),
        /^web: found that i-\w+ has (termination|stop) protection \([a-zA-Z]+\); take it off \(aws ec2 .*; until then `pulumi up` changes nothing$/,
      );
      owner.calls();
      await failureOf(owner.up(program({ ...tagged, ...inputs })));
      assert.deepEqual(owner.calls("mutating"), []);
      assert.equal(owner.recorded, recorded, "a refused change is not on record as applied");
      assert.match(await announced(owner, program(tagged)), /^web: changes in place \(tags\); i-\w+ keeps running;/);
    });
  }

  it("says who has the address of an interface that is gone, and that up changes nothing, at refresh too", async () => {
    let takerId = "";
    const owner = await touched(async (it, ids) => {
      await terminate(it, ids);
      later(it);
      const ec2 = somebody(it);
      await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: ids.networkInterfaceId }));
      const { NetworkInterface } = await ec2.send(
        new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA, PrivateIpAddress: "10.0.1.7" }),
      );
      takerId = NetworkInterface?.NetworkInterfaceId ?? "";
    });
    const found = `found that its network interface is gone, and 10.0.1.7 is held by ${takerId}; free it there, or give another privateIp (recorded: ${String(owner.outputs.instanceId)}); until then \`pulumi up\` changes nothing`;
    assert.equal(await announced(owner, program(tagged)), `web: ${found}`);
    owner.calls();
    assert.match(
      (await failureOf(owner.up(program(tagged)))).message,
      /^nothing was changed: its network interface is gone, and/,
    );
    assert.deepEqual(owner.calls("mutating"), []);
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, [
      `its network interface is gone, and 10.0.1.7 is held by ${takerId}; free it there, or give another privateIp`,
    ]);
    await owner.up(program({ ...base, privateIp: "10.0.1.8" }));
    assert.deepEqual([owner.outputs.privateIp, owner.outputs.state], ["10.0.1.8", "running"]);
  });

  it("claims nothing of the instance where EC2 cannot be asked", async () => {
    const owner = await touched(terminate);
    const { inputs } = await owner.preview(program(tagged));
    owner.simulator.faults.add({ action: "DescribeInstances", error: { code: "UnauthorizedOperation", status: 403 } });
    owner.lines.length = 0;
    await owner.handlers.diff(owner.recorded?.id ?? "", owner.outputs, inputs);
    assert.match(
      only(owner.lines),
      /: changes \(tags\); EC2 could not be asked, so whether i-\w+ and its addresses stay is not known$/,
    );
  });
});

describe("diff of what changes in place", () => {
  it("says of a data volume under another device name that it comes off, and is attached again", async () => {
    const volume = (deviceName: string): Properties => ({ dataVolumes: [{ name: "data", deviceName, size: 8 }] });
    const owner = await up(volume("/dev/sdf"));
    const { data } = owner.outputs.dataVolumeIds as Record<string, string>;
    const line = await announced(owner, program(volume("/dev/sdg")));
    const off = `takes the data volume data (${data ?? ""}) off /dev/sdf and attaches it again as /dev/sdg: unmount it in the guest before`;
    assert.ok(line.includes(`; ${off}`), line);
    owner.calls();
    await owner.up(program(volume("/dev/sdg")));
    assert.deepEqual(
      owner.calls("mutating").filter((it) => it !== "CreateTags"),
      ["DetachVolume", "AttachVolume"],
    );
  });

  for (const [title, was, now, because] of [
    [
      "fewer secondary addresses",
      { secondaryPrivateIpCount: 2 },
      { secondaryPrivateIpCount: 1 },
      "secondaryPrivateIpCount",
    ],
    ["none any more", { secondaryPrivateIpCount: 2 }, {}, "secondary private IPs"],
    ["none of a list any more", { secondaryPrivateIps: ["10.0.1.8", "10.0.1.9"] }, {}, "secondary private IPs"],
    [
      "a shorter list",
      { secondaryPrivateIps: ["10.0.1.8", "10.0.1.9"] },
      { secondaryPrivateIps: ["10.0.1.9"] },
      "secondaryPrivateIps",
    ],
    ["fewer IPv6 addresses", { ipv6AddressCount: 2 }, { ipv6AddressCount: 1 }, "ipv6AddressCount"],
    ["no IPv6 address any more", { ipv6AddressCount: 2 }, {}, "IPv6 addresses"],
  ] as const) {
    it(`names each address that goes with ${title}, and the input by the program's name for it`, async () => {
      const subnetId = WELL_KNOWN.dualStackSubnet;
      const place = title.includes("IPv6") ? { subnetId } : {};
      const owner = await up({ ...place, ...was });
      const list = title.includes("IPv6") ? "ipv6Addresses" : "secondaryPrivateIps";
      const held = owner.outputs[list] as string[];
      const line = await announced(owner, program({ ...place, ...now }));
      assert.ok(line.startsWith(`web: changes in place (${because}); `), line);
      await owner.up(program({ ...place, ...now }));
      const left = owner.outputs[list] as string[];
      assert.ok(line.endsWith(`; gives up ${held.filter((it) => !left.includes(it)).join(", ")}`), line);
    });
  }

  it("keeps an Elastic IP of its own that is named by its id from now on", async () => {
    const owner = await up({ elasticIp: true });
    const { allocationId, publicIp } = owner.outputs as Record<string, string>;
    const line = await announced(owner, program({ elasticIp: allocationId }));
    assert.match(line, new RegExp(`; keeps eni-\\w+, [\\d.]+, ${publicIp ?? ""}$`));
  });
});
