import assert from "node:assert/strict";
import { TAG } from "../../../../provider/ec2/tags";
import type { Observed } from "../../../../provider/model/observed";
import { desired, elasticIp, eni, observed } from "../things";
import { kinds, OLD, planned } from "./plans";

describe("the plan of the network interface", () => {
  it("sets the groups and the check that are wanted", () => {
    const wanted = desired({ securityGroupIds: ["sg-00000002"], sourceDestCheck: false });
    assert.deepEqual(planned({ desired: wanted }), [
      { kind: "set-security-groups", networkInterfaceId: "eni-1", securityGroupIds: ["sg-00000002"] },
      { kind: "set-source-dest-check", enabled: false },
    ]);
  });

  it("goes back to the default group where none is wanted any more", () => {
    const held = eni({ securityGroups: [{ id: "sg-00000002", name: "web" }] });
    assert.deepEqual(kinds({ observed: observed({ networkInterfaces: [held] }) }), ["set-security-groups"]);
  });

  it("takes the same groups in another order, or twice, for the same", () => {
    const held = eni({
      securityGroups: [
        { id: "sg-00000001", name: "a" },
        { id: "sg-00000002", name: "b" },
      ],
    });
    const wanted = desired({ securityGroupIds: ["sg-00000002", "sg-00000001", "sg-00000002"] });
    assert.deepEqual(kinds({ desired: wanted, observed: observed({ networkInterfaces: [held] }, wanted) }), []);
  });

  it("makes one that would go with its instance stay, before the instance is ended", () => {
    const flipped = eni({
      attachment: { id: "eni-attach-1", instanceId: "i-1", deviceIndex: 0, deleteOnTermination: true },
    });
    const steps = kinds({ desired: desired(OLD), observed: observed({ networkInterfaces: [flipped] }) });
    assert.ok(steps.includes("keep-on-termination"));
    assert.ok(steps.indexOf("keep-on-termination") < steps.indexOf("retire"));
  });

  it("is made anew for another subnet, before the old instance is ended; the Elastic IP moves while nothing runs", () => {
    const wanted = desired({ elasticIp: true, subnetId: "subnet-0a1b2c3d" });
    assert.deepEqual(kinds({ desired: wanted, observed: observed({ elasticIps: [elasticIp()] }) }), [
      "make-network-interface",
      "record-generation",
      "preflight",
      "check-rights",
      "retire",
      "disassociate-elastic-ip",
      "associate-elastic-ip",
      "launch",
      "delete-network-interface",
    ]);
  });
});

describe("the plan of an interface that is not kept", () => {
  const wanted = desired({ persistPrivateIp: false, elasticIp: true });
  const fleeting = eni({ tags: { ...eni().tags, [TAG.kept]: "false" } });
  const world = (overrides: Partial<Observed> = {}): Observed =>
    observed({ networkInterfaces: [fleeting], elasticIps: [elasticIp()], ...overrides }, wanted);

  it("has nothing to do where its instance fits", () => {
    assert.deepEqual(planned({ desired: wanted, observed: world() }), []);
  });

  it("is made anew for each instance, and the old one goes last", () => {
    const next = desired({ persistPrivateIp: false, elasticIp: true, ...OLD });
    assert.deepEqual(kinds({ desired: next, observed: world() }), [
      "make-network-interface",
      "record-generation",
      "preflight",
      "check-rights",
      "retire",
      "disassociate-elastic-ip",
      "associate-elastic-ip",
      "launch",
      "delete-network-interface",
    ]);
  });

  it("goes with a pause that ends the instance, and stays with one that stops it", () => {
    const paused = { persistPrivateIp: false, elasticIp: true, desiredState: "paused" };
    assert.deepEqual(
      kinds({ desired: desired({ ...paused, pauseBehavior: "terminate" }), observed: world() }).filter(
        (it) => it !== "tag",
      ),
      ["check-rights", "retire", "disassociate-elastic-ip", "delete-network-interface"],
    );
    assert.deepEqual(
      kinds({ desired: desired(paused), observed: world() }).filter((it) => it !== "tag"),
      ["stop"],
    );
  });
});
