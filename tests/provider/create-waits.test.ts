/** A create to which EC2 does not answer at once: lost replies, throttling, and what it does not see yet. */
import assert from "node:assert/strict";
import { MUTATING, refusedCreate } from "./creations";
import { cutting, interposed } from "./interruptions";
import { program } from "./support";
import { failureOf, made, quick } from "./world";
import { machineOf } from "./machine";

describe("create", () => {
  describe("when a reply is lost", () => {
    for (const action of MUTATING) {
      for (const when of ["before", "after"] as const) {
        it(`makes one of each: ${action}, lost ${when} it took effect`, async () => {
          const owner = quick({ through: cutting(action, when) });
          await owner.up(program({ elasticIp: true, market: { lifecycle: "spot" } }));
          machineOf(owner);
          assert.equal(made(owner).elasticIps.length, 1);
        });
      }
    }
  });

  describe("when nobody answers", () => {
    /** As Node has it for a host with two addresses, such as localhost, where neither answers. */
    const refusedTwice = (): Error =>
      Object.assign(new AggregateError([new Error("connect ECONNREFUSED ::1:1")]), { code: "ECONNREFUSED" });

    it("knows a socket's error by its code, whatever class it is of", async () => {
      let left = 2;
      const through = interposed({
        before: () => {
          if (left-- > 0) {
            throw refusedTwice();
          }
        },
      });
      await quick({ through }).up(program());
    });

    it("says which error it was where nobody answers", async () => {
      const through = interposed({
        before: () => {
          throw refusedTwice();
        },
      });
      assert.match((await failureOf(quick({ through }).up(program()))).message, /ECONNREFUSED.*Check the endpoint/);
    });
  });

  it("waits out throttling and a profile that EC2 does not see yet", async () => {
    const owner = quick({ leapMs: 5000 });
    owner.simulator.faults.add({ action: "*", error: { code: "RequestLimitExceeded", status: 503 }, probability: 0.3 });
    const message = "Value (demo) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name";
    owner.simulator.faults.add({ action: "RunInstances", error: { code: "InvalidParameterValue", message }, times: 2 });
    await owner.up(program({ elasticIp: true, iamInstanceProfile: "demo" }));
    machineOf(owner);
  });

  for (const code of ["InvalidLaunchTemplateId.NotFound", "InvalidNetworkInterfaceID.NotFound"]) {
    it(`waits until EC2 sees what it just made: ${code}`, async () => {
      const owner = quick();
      owner.simulator.faults.add({ action: "RunInstances", error: { code }, times: 1 });
      await owner.up(program());
      machineOf(owner);
    });
  }

  it("waits with the Elastic IP while the interface's instance is pending", async () => {
    const owner = quick();
    owner.simulator.faults.add({ action: "AssociateAddress", error: { code: "IncorrectInstanceState" }, times: 1 });
    await owner.up(program({ elasticIp: true }));
    machineOf(owner);
  });

  it("asks once for what is denied, and says what was denied", async () => {
    const owner = quick();
    const message = "You are not authorized to perform this operation.";
    owner.simulator.faults.add({
      action: "RunInstances",
      error: { code: "UnauthorizedOperation", message, status: 403 },
    });
    const failure = await refusedCreate(owner, {});
    assert.match(
      failure.message,
      /RunInstances was denied: You are not authorized .* Allow the action in the IAM policy/,
    );
    assert.equal(owner.calls().filter((it) => it === "RunInstances").length, 1);
  });

  it("waits until the holder of its interface has let go of it", async () => {
    let struck = false;
    const owner = quick({
      through: interposed({
        before: (action) => {
          if (action === "RunInstances" && !struck) {
            struck = true;
            owner.simulator.faults.add({
              action: "RunInstances",
              error: { code: "InvalidNetworkInterface.InUse" },
              times: 1,
            });
          }
        },
      }),
    });
    await owner.up(program());
    machineOf(owner);
  });

  it("records what exists when the second look at the world fails", async () => {
    const owner = quick({
      through: interposed({
        after: async (action) => {
          // Another run's launch has got the interface, and the look that follows does not get through.
          if (action === "RunInstances") {
            owner.simulator.faults.add({ action: "DescribeLaunchTemplates", error: { code: "UnauthorizedOperation" } });
            await Promise.resolve();
            throw Object.assign(new Error("in use"), { name: "InvalidNetworkInterface.InUse" });
          }
        },
      }),
    });
    const failure = await failureOf(owner.up(program()));
    assert.match(failure.id ?? "no id", /^mi-/);
  });

  it("looks for the Elastic IP of which the reply was lost before it allocates another", async () => {
    const owner = quick({ through: cutting("AllocateAddress", "after") });
    await owner.up(program({ elasticIp: true }));
    assert.equal(owner.calls().filter((it) => it === "AllocateAddress").length, 1);
  });

  it("repeats a launch whose connection was cut, and makes one instance", async () => {
    const owner = quick();
    owner.simulator.faults.add({ action: "RunInstances", reset: true, when: "after", times: 1 });
    await owner.up(program());
    machineOf(owner);
  });
});
