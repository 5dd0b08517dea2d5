/** EC2 is eventually consistent: what a run has just made may be unknown to its next calls. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import { program, type Stack } from "./support";
import { failureOf, made, quick, settled, up } from "./world";
import { machineOf } from "./machine";

const DUAL_STACK = { subnetId: WELL_KNOWN.dualStackSubnet };
const IMAGE = { imageId: WELL_KNOWN.imageV2 };

function unknown(owner: Stack, action: string, code: string): void {
  owner.simulator.faults.add({ action, error: { code }, times: 2 });
}

describe("a thing that EC2 does not know yet", () => {
  it("is no proof that an instance does not work", async () => {
    const inputs = { replacement: { waitFor: "status-ok" } };
    const owner = await up(inputs);
    owner.calls();
    unknown(owner, "DescribeInstanceStatus", "InvalidInstanceID.NotFound");
    await owner.up(program({ ...inputs, ...IMAGE }));
    assert.equal(owner.calls("mutating").filter((it) => it === "RunInstances").length, 1);
    assert.equal(machineOf(owner).instance.imageId, IMAGE.imageId);
  });

  it("is waited for before an interface is handed over", async () => {
    const inputs = { replacement: { strategy: "overlap" } };
    const owner = await up(inputs);
    const { macAddress } = owner.outputs;
    unknown(owner, "AttachNetworkInterface", "InvalidInstanceID.NotFound");
    await owner.up(program({ ...inputs, ...IMAGE }));
    const { networkInterfaces, instances } = made(owner);
    const eni = networkInterfaces.find((it) => it.networkInterfaceId === owner.outputs.networkInterfaceId);
    assert.ok(eni !== undefined);
    assert.equal(eni.macAddress, macAddress);
    assert.equal(instances.find((it) => it.instanceId === eni.attachment?.instanceId)?.imageId, IMAGE.imageId);
  });

  it("is waited for before addresses are moved to a new interface", async () => {
    const owner = await up({ secondaryPrivateIpCount: 1 });
    const { secondaryPrivateIps } = owner.outputs;
    unknown(owner, "AssignPrivateIpAddresses", "InvalidNetworkInterfaceID.NotFound");
    const inputs = { secondaryPrivateIpCount: 1, privateIp: "10.0.1.77" };
    await owner.up(program(inputs));
    assert.equal(machineOf(owner).privateIp, "10.0.1.77");
    assert.deepEqual(owner.outputs.secondaryPrivateIps, secondaryPrivateIps);
  });

  for (const publicIpAssignment of ["assign", "none"]) {
    for (const action of ["ModifyNetworkInterfaceAttribute", "CreateTags"]) {
      it(`is waited for before publicIpAssignment is set to ${publicIpAssignment} (${action})`, async () => {
        const owner = quick();
        unknown(owner, action, "InvalidNetworkInterfaceID.NotFound");
        await owner.up(program({ publicIpAssignment }));
        assert.deepEqual(owner.simulator.faults.list(), [], "it was unknown to a call");
        await settled(owner, program({ publicIpAssignment }));
      });
    }
  }

  it("is asked for once where a repeat would make one more", async () => {
    const owner = await up({ ...DUAL_STACK, ipv6AddressCount: 1 });
    owner.simulator.faults.add({ action: "AssignIpv6Addresses", reset: true, when: "after", times: 1 });
    await owner.up(program({ ...DUAL_STACK, ipv6AddressCount: 3 }));
    assert.equal(machineOf(owner).eni.ipv6Addresses.length, 3);
  });
});

describe("an instance that EC2 shows as it was", () => {
  it("does not keep the new root volume from its tags", async () => {
    const inputs = { replacement: { strategy: "root-volume" } };
    const owner = await up(inputs, { leapMs: 2_000 });
    owner.simulator.consistency.set({ unknownMs: 10_000, staleMs: 10_000 });
    await owner.up(program({ ...inputs, ...IMAGE }));
    owner.simulator.consistency.set({});
    machineOf(owner);
    await settled(owner, program({ ...inputs, ...IMAGE }));
  });
});

describe("an error before anything was looked at", () => {
  const GOES_ON = "Nothing was changed. `pulumi up` goes on from here.";

  it("in check says that the inputs could not be checked", async () => {
    const owner = quick();
    owner.simulator.faults.add({ action: "DescribeSubnets", reset: true });
    const { failures } = await owner.preview(program());
    assert.deepEqual(
      failures.map((it) => it.reason),
      ["could not check the inputs: socket hang up (ECONNRESET; 5 tries in 240 s)."],
    );
  });

  it("in create says that it could not be looked whether the machine is there", async () => {
    const owner = quick();
    const { inputs } = await owner.preview(program());
    owner.simulator.faults.add({ action: "DescribeLaunchTemplates", reset: true });
    const { message } = await failureOf(owner.handlers.create(inputs));
    assert.equal(
      message,
      `could not look whether web is there already: socket hang up (ECONNRESET; 5 tries in 240 s). ${GOES_ON}`,
    );
  });

  it("in update says of which machine it could not be looked at what there is", async () => {
    const owner = await up();
    const { id = "", outputs = {} } = owner.recorded ?? {};
    const { inputs } = await owner.preview(program({ tags: { Team: "db" } }));
    owner.simulator.faults.add({ action: "DescribeVolumes", reset: true });
    const { message } = await failureOf(owner.handlers.update(id, outputs, inputs));
    assert.equal(
      message,
      `could not look at what there is of ${id}: socket hang up (ECONNRESET; 5 tries in 240 s). ${GOES_ON}`,
    );
  });

  it("in delete says so too, and that all is still recorded", async () => {
    const owner = await up();
    owner.simulator.faults.add({ action: "DescribeVolumes", reset: true });
    const { message } = await failureOf(owner.destroy());
    assert.match(
      message,
      /^could not look at what there is of mi-\w+: socket hang up .*; `pulumi destroy` goes on from/,
    );
  });
});
