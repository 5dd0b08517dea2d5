/** `publicIpAssignment`: whether an instance gets a public address that changes with it. */
import assert from "node:assert/strict";
import { DeleteTagsCommand, ModifySubnetAttributeCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { interruptedAtEveryCall } from "./kills";
import { program, type Stack } from "./support";
import { later, made, nothingIsLeft, only, quick, settled, somebody, up } from "./world";
import { machineOf } from "./machine";

type Properties = Record<string, unknown>;
type Assignment = "assign" | "none" | "subnet-default";

const SUBNETS = [
  { title: "a subnet that maps public addresses", subnetId: WELL_KNOWN.defaultSubnets[0], maps: true },
  { title: "a subnet that maps none", subnetId: WELL_KNOWN.subnetA, maps: false },
];

/** `undefined`: the input is left out. */
const ASSIGNMENTS: (Assignment | undefined)[] = ["assign", "none", "subnet-default", undefined];

function isPublic(assignment: Assignment | undefined, maps: boolean): boolean {
  return assignment === "assign" || (assignment !== "none" && maps);
}

/** The public address that the instance has, which the outputs tell too. */
function publicIpOf(owner: Stack): string | undefined {
  const instance = only(made(owner).instances);
  const eni = made(owner).networkInterfaces.find((it) => it.networkInterfaceId === instance.networkInterfaceIds[0]);
  assert.equal(owner.outputs.publicIp, eni?.autoPublicIp ?? "");
  return eni?.autoPublicIp;
}

describe("publicIpAssignment", () => {
  for (const { title, subnetId, maps } of SUBNETS) {
    for (const persistPrivateIp of [true, false]) {
      const where = `in ${title}${persistPrivateIp ? "" : ", with an interface for each instance"}`;
      const inputs = (publicIpAssignment: Assignment | undefined, more: Properties = {}): Properties => ({
        subnetId,
        persistPrivateIp,
        ...(publicIpAssignment === undefined ? {} : { publicIpAssignment }),
        ...more,
      });

      for (const from of ASSIGNMENTS) {
        it(`${from ?? "left out"} ${where} is so from the first launch, and over the next`, async () => {
          const owner = await up(inputs(from));
          machineOf(owner);
          assert.equal(publicIpOf(owner) !== undefined, isPublic(from, maps));
          await settled(owner, inputs(from));
          await owner.up(program(inputs(from, { imageId: WELL_KNOWN.imageV2 })));
          machineOf(owner);
          assert.equal(publicIpOf(owner) !== undefined, isPublic(from, maps));
          await settled(owner, inputs(from, { imageId: WELL_KNOWN.imageV2 }));
          await owner.destroy();
          later(owner);
          nothingIsLeft(owner);
        });

        for (const to of ASSIGNMENTS.filter((it) => (it ?? "subnet-default") !== (from ?? "subnet-default"))) {
          it(`changed from ${from ?? "left out"} to ${to ?? "left out"} ${where} replaces the instance`, async () => {
            const owner = await up(inputs(from));
            const was = machineOf(owner);
            const { inputs: shown } = await owner.preview(program(inputs(to)));
            assert.deepEqual([shown.instanceId, shown.publicIp], [undefined, undefined]);
            assert.equal(shown.privateIp, persistPrivateIp ? was.privateIp : undefined);
            assert.match(owner.lines.at(-1) ?? "", /replaces i-\w+ \(publicIpAssignment\), terminate-first/);
            assert.equal(await owner.up(program(inputs(to))), "update");
            const now = machineOf(owner);
            assert.notEqual(now.instance.instanceId, was.instance.instanceId);
            assert.equal(now.eni.networkInterfaceId === was.eni.networkInterfaceId, persistPrivateIp);
            assert.equal(publicIpOf(owner) !== undefined, isPublic(to, maps));
            await settled(owner, inputs(to));
          });
        }
      }
    }
  }

  it("is a new address with each instance, and shown as unknown before it", async () => {
    const owner = await up({ publicIpAssignment: "assign" });
    const first = publicIpOf(owner);
    const wanted = { publicIpAssignment: "assign", recycleTriggers: { at: "1" } };
    assert.equal((await owner.preview(program(wanted))).inputs.publicIp, undefined);
    await owner.up(program(wanted));
    assert.notEqual(publicIpOf(owner), first);
    const inPlace = { ...wanted, tags: { Team: "a" } };
    assert.equal((await owner.preview(program(inPlace))).inputs.publicIp, publicIpOf(owner));
  });

  it("gives way to an Elastic IP and is back in a while when that is given up", async () => {
    const owner = await up({ publicIpAssignment: "assign", elasticIp: true });
    const { eip } = machineOf(owner);
    assert.equal(owner.outputs.publicIp, eip?.publicIp);
    await owner.up(program({ publicIpAssignment: "assign" }));
    assert.equal(owner.outputs.publicIp, "");
    later(owner);
    await owner.refresh();
    assert.notEqual(publicIpOf(owner), undefined);
    await settled(owner, { publicIpAssignment: "assign" });
  });

  it("goes with a move to another subnet", async () => {
    for (const [publicIpAssignment, has] of [
      ["assign", true],
      ["none", false],
    ] as const) {
      const owner = await up({ publicIpAssignment, subnetId: WELL_KNOWN.subnetA });
      const moved = { publicIpAssignment, subnetId: WELL_KNOWN.defaultSubnets[0] };
      await owner.up(program(moved));
      machineOf(owner);
      assert.equal(publicIpOf(owner) !== undefined, has);
      await settled(owner, moved);
    }
  });

  it("follows the subnet as it is when the input is taken out, whatever it was when the interface was made", async () => {
    const owner = await up({ publicIpAssignment: "none" });
    const maps = { SubnetId: WELL_KNOWN.subnetA, MapPublicIpOnLaunch: { Value: true } };
    await somebody(owner).send(new ModifySubnetAttributeCommand(maps));
    await owner.up(program());
    assert.notEqual(publicIpOf(owner), undefined);
  });

  it("is not replaced for where there is no instance yet", async () => {
    const owner = await up({ desiredState: "paused" });
    await owner.up(program({ desiredState: "paused", publicIpAssignment: "assign" }));
    await owner.up(program({ publicIpAssignment: "assign" }));
    machineOf(owner);
    assert.notEqual(publicIpOf(owner), undefined);
  });

  it("is set again where somebody took its tag off, and nothing is replaced for it", async () => {
    const owner = await up({ publicIpAssignment: "assign" });
    const was = machineOf(owner);
    const Resources = [was.eni.networkInterfaceId];
    await somebody(owner).send(new DeleteTagsCommand({ Resources, Tags: [{ Key: TAG.publicIp }] }));
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, ["its public IP assignment is not known to be as declared"]);
    assert.equal(await owner.up(program({ publicIpAssignment: "assign" })), "update");
    const now = machineOf(owner);
    assert.equal(now.instance.instanceId, was.instance.instanceId);
    assert.equal(now.eni.tags[TAG.publicIp], "assign");
    assert.equal(publicIpOf(owner), was.eni.autoPublicIp);
    await settled(owner, { publicIpAssignment: "assign" });
  });

  it("with the strategy overlap is of the instance's own interface, and the kept one is handed on", async () => {
    const replacement = { strategy: "overlap" };
    for (const { subnetId, maps } of SUBNETS) {
      let owner: Stack | undefined;
      for (const publicIpAssignment of ["assign", "none", "subnet-default"] as const) {
        const inputs = { replacement, subnetId, publicIpAssignment };
        const before: Properties = owner?.outputs ?? {};
        owner ??= quick();
        await owner.up(program(inputs));
        const instance = only(made(owner).instances);
        assert.equal(instance.state, "running");
        assert.equal(instance.networkInterfaceIds.length, 2);
        assert.equal(instance.networkInterfaceIds[1], owner.outputs.networkInterfaceId);
        assert.equal(publicIpOf(owner) !== undefined, isPublic(publicIpAssignment, maps), publicIpAssignment);
        assert.notEqual(owner.outputs.instanceId, before.instanceId);
        assert.equal(owner.outputs.privateIp, before.privateIp ?? owner.outputs.privateIp);
        await settled(owner, inputs);
      }
    }
  });

  for (const to of ["none", undefined] as const) {
    it(`is as wanted wherever the change from assign to ${to ?? "the default"} was killed`, async () => {
      const account = await up({ publicIpAssignment: "assign" });
      const wanted = to === undefined ? {} : { publicIpAssignment: to };
      await interruptedAtEveryCall(account, wanted, async (next, point) => {
        await next.up(program(wanted));
        machineOf(next);
        assert.equal(publicIpOf(next), undefined, point);
      });
    });
  }
});
