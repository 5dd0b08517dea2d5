import assert from "node:assert/strict";
import { DeleteLaunchTemplateCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { said } from "./holder";
import { interposed } from "./interruptions";
import { goingOn, killedAfter, killedUp } from "./kills";
import { program, type Stack } from "./support";
import { failureOf, later, made, only, settled, somebody, up } from "./world";
import { machineOf } from "./machine";

type Properties = Record<string, unknown>;

describe("update, with another run of the same state beside it", () => {
  it("knows its own instance by its tag, although it was launched between one look and the other", async () => {
    const account = await up();
    const was = machineOf(account);
    await somebody(account).send(new TerminateInstancesCommand({ InstanceIds: [was.instance.instanceId] }));
    later(account);
    await account.refresh();
    const other = goingOn(account);
    let looked = false;
    const owner = goingOn(account, {
      // The instances are looked at; before the interfaces are, another run gets to its end.
      through: interposed({
        before: async (action) => {
          if (action === "DescribeNetworkInterfaces" && !looked) {
            looked = true;
            await other.up(program());
          }
        },
      }),
    });
    await owner.up(program());
    assert.ok(looked);
    assert.equal(owner.outputs.networkInterfaceId, was.eni.networkInterfaceId);
    machineOf(owner);
  });
});

describe("update, when the new instance cannot be launched", () => {
  it("goes back to the old address, too, when a move's instance cannot be launched for good", async () => {
    const inputs = { elasticIp: true, privateIp: "10.0.1.7" };
    const owner = await up(inputs);
    const was = machineOf(owner);
    owner.simulator.failNextLaunch("Client.InternalError");
    await failureOf(owner.up(program({ ...inputs, privateIp: "10.0.1.8" })));
    const instance = only(made(owner).instances);
    const eip = only(made(owner).elasticIps);
    assert.deepEqual(instance.networkInterfaceIds, [was.eni.networkInterfaceId]);
    assert.equal(eip.networkInterfaceId, was.eni.networkInterfaceId);
    assert.deepEqual([owner.outputs.instanceId, owner.outputs.privateIp], [instance.instanceId, "10.0.1.7"]);
  });

  it("launches nothing by a number of another record, where somebody deleted the one that the instance was launched from", async () => {
    const owner = await up();
    await owner.up(program({ imageId: WELL_KNOWN.imageV2 }));
    const LaunchTemplateId = String(owner.outputs.launchTemplateId);
    await somebody(owner).send(new DeleteLaunchTemplateCommand({ LaunchTemplateId }));
    owner.simulator.capacity.set("m7i.large", "us-east-1a", "on-demand", 0);
    const begun = owner.clock.now();
    const { message } = await failureOf(owner.up(program({ keyName: "demo" })));
    assert.match(
      message,
      /no capacity .* The previous one, generation 2 on eni-\w+, cannot be launched again: its launch template was deleted\./,
    );
    assert.ok(owner.clock.now() - begun < 110_000, "nobody waits for a version that does not come");
    owner.simulator.capacity.set("m7i.large", "us-east-1a", "on-demand", 9);
    await owner.up(program({ keyName: "demo" }));
    await settled(owner, program({ keyName: "demo" }));
  });

  it("tells both outages: until the new instance ran, and until the previous one ran again after its failed checks", async () => {
    const owner = await up();
    owner.lines.length = 0;
    owner.simulator.impairNextBoot();
    await failureOf(owner.up(program({ imageId: WELL_KNOWN.imageV2, replacement: { waitFor: "status-ok" } })));
    const [first = "", second = "", ...others] = owner.lines.filter((it) => /: i-\w+ running after/.test(it));
    assert.deepEqual(others, []);
    assert.match(first, /; the address was dark for [1-9]\d* s$/);
    assert.match(second, /; the address was dark for [1-9]\d* s$/);
  });

  it("pays no more for the previous generation, when it is launched again, than its price limit", async () => {
    const market = { lifecycle: "spot", maxPrice: "0.09" };
    const owner = await up({ market });
    owner.simulator.failNextLaunch("Client.InternalError");
    await failureOf(owner.up(program({ market, imageId: WELL_KNOWN.imageV2 })));
    assert.equal(Number(only(made(owner).spotRequests).maxPrice), 0.09);
  });
});

describe("a preview after a failed update", () => {
  async function shown(owner: Stack, inputs: Properties): Promise<Properties> {
    return (await owner.preview(program(inputs))).inputs;
  }

  it("does not show the instance that has ended, when the program takes the change back", async () => {
    const owner = await up();
    await owner.up(program());
    const { instanceId } = owner.outputs;
    owner.simulator.capacity.set("m6i.large", "us-east-1a", "on-demand", 0);
    await failureOf(owner.up(program({ instanceType: "m6i.large" })));
    assert.notEqual((await shown(owner, {})).instanceId, instanceId);
  });

  it("says that the last replacement was rolled back, and that this up tries again, at refresh too", async () => {
    const owner = await up();
    const type = { instanceType: "m6i.large" };
    owner.simulator.capacity.set("m6i.large", "us-east-1a", "on-demand", 0);
    await failureOf(owner.up(program(type)));
    const { instanceId, networkInterfaceId, privateIp } = owner.outputs as Record<string, string>;
    const back = `the last replacement was rolled back: generation 2 did not work, and ${instanceId ?? ""} runs as generation 1 again`;
    assert.equal(
      await said(owner, type),
      `replaces ${instanceId ?? ""} (instanceType; ${back}), terminate-first, about 41 s dark; tries again what was rolled back: should it fail again, it is dark until the previous generation is back; keeps ${networkInterfaceId ?? ""}, ${privateIp ?? ""}`,
    );
    owner.lines.length = 0;
    await owner.refresh();
    assert.deepEqual(owner.lines, [
      `web: found that ${back} (recorded: ${instanceId ?? ""}); the next \`pulumi up\` tries it again, with an outage, unless the program takes the change back`,
    ]);
    assert.match(
      await said(owner, {}),
      /^changes in place \(the last replacement was rolled back: .*; i-\w+ keeps running;/,
    );
    owner.simulator.capacity.set("m6i.large", "us-east-1a", "on-demand", 1);
    await owner.up(program(type));
    await settled(owner, type);
  });

  it("does not call it another try where the program now wants something else", async () => {
    const owner = await up();
    owner.simulator.capacity.set("m6i.large", "us-east-1a", "on-demand", 0);
    await failureOf(owner.up(program({ instanceType: "m6i.large" })));
    const line = await said(owner, { instanceType: "m5.large" });
    assert.match(line, /^replaces i-\w+ \(instanceType; the last replacement was rolled back: /);
    assert.doesNotMatch(line, /tries again/);
  });

  it("says that the last replacement did not come about, where it was refused with the instance untouched", async () => {
    const owner = await up();
    await owner.refresh();
    const { instanceId } = owner.outputs as Record<string, string>;
    await killedUp(owner, killedAfter("CreateLaunchTemplateVersion"), program({ imageId: WELL_KNOWN.imageV2 }));
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, [
      `the last replacement did not come about: ${instanceId ?? ""} is still of generation 1, and none of generation 2 is there`,
    ]);
    await owner.up(program());
    assert.equal(owner.outputs.instanceId, instanceId);
    await settled(owner, {});
  });
});
