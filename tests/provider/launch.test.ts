/** A launch that meets what EC2 or another writer did meanwhile: which replies count as the instance that is wanted. */
import assert from "node:assert/strict";
import { RunInstancesCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { cut, interposed } from "./interruptions";
import { WELL_KNOWN } from "../../local/ec2";
import { goingOn } from "./kills";
import { program, type Stack, type Through } from "./support";
import { failureOf, later, made, only, quick, settled, somebody, up } from "./world";
import { machineOf } from "./machine";

/** Hooks for the first launch alone. */
function atFirstLaunch(hooks: { before?: () => Promise<void>; after?: () => Promise<void> }): Through {
  const begun = { before: false, after: false };
  const once = (moment: "before" | "after") => async (action: string) => {
    if (action === "RunInstances" && !begun[moment]) {
      begun[moment] = true;
      await hooks[moment]?.();
    }
  };
  return interposed({ before: once("before"), after: once("after") });
}

const terminate = async (owner: Stack, instanceId: string): Promise<void> => {
  await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
};

describe("a launch", () => {
  it("that EC2 refuses for good is asked for once, and the error says what EC2 said", async () => {
    const owner = quick();
    const message = "The parameter creditSpecification is not supported for this instance";
    owner.simulator.faults.add({ action: "RunInstances", error: { code: "InvalidParameterCombination", message } });
    assert.match((await failureOf(owner.up(program()))).message, new RegExp(message));
    assert.equal(owner.calls("mutating").filter((it) => it === "RunInstances").length, 1);
    assert.deepEqual(made(owner).instances, []);
  });

  it("whose reply was lost is launched anew where the instance ended before the repeat", async () => {
    // An update: a create's lease would lapse as the instance ends, and the create be tried again.
    const account = await up({ elasticIp: true });
    let ended = "";
    const owner = goingOn(account, {
      through: atFirstLaunch({
        after: async () => {
          ended = only(made(account).instances.filter((it) => it.state !== "terminated")).instanceId;
          await terminate(account, ended);
          later(account);
          throw cut();
        },
      }),
    });
    const wanted = { elasticIp: true, imageId: WELL_KNOWN.imageV2 };
    await owner.up(program(wanted));
    later(owner);
    assert.notEqual(ended, "");
    assert.notEqual(machineOf(owner).instance.instanceId, ended);
    await settled(owner, wanted);
  });

  it("waits for the interface while an instance that another run launched on it, and that ends, still holds it", async () => {
    const account = quick();
    let looks = 0;
    const owner = quick({
      on: account,
      through: (handler) =>
        interposed({
          before: (action) => {
            looks += action === "DescribeAddresses" ? 1 : 0;
          },
        })(
          atFirstLaunch({
            before: async () => {
              looks = 0;
              const { networkInterfaceId } = only(made(account).networkInterfaces);
              const { launchTemplateId, tags } = only(made(account).templates);
              const ours = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
              const { Instances: [launched] = [] } = await somebody(account).send(
                new RunInstancesCommand({
                  LaunchTemplate: { LaunchTemplateId: launchTemplateId },
                  MinCount: 1,
                  MaxCount: 1,
                  NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: networkInterfaceId }],
                  TagSpecifications: [{ ResourceType: "instance", Tags: ours }],
                }),
              );
              await terminate(account, launched?.InstanceId ?? "");
            },
          })(handler) as never,
        ),
    });
    await owner.up(program({ elasticIp: true }));
    // Nothing was taken over, so nothing had to be looked at again.
    assert.equal(looks, 0);
    later(owner);
    machineOf(owner);
    await settled(owner, { elasticIp: true });
  });
});
