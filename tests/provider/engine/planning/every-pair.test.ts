import assert from "node:assert/strict";
import { TAG } from "../../../../provider/ec2/tags";
import { plan } from "../../../../provider/engine/planning/plan";
import type { Step } from "../../../../provider/engine/planning/step";
import { type Cast, castOf } from "../../../../provider/engine/situation/cast";
import type { Observed } from "../../../../provider/model/observed";
import type { Instance } from "../../../../provider/model/things";
import { desired, elasticIp, eni, generation, givenElasticIp, ID, instance, observed, situation } from "../things";
import { FREE, OLD } from "./plans";

describe("the plan for every pair of what is there and what is wanted", () => {
  const ENIS: Observed["networkInterfaces"][] = [
    [],
    [eni()],
    [FREE],
    [eni({ attachment: { id: "a", instanceId: "i-1", deviceIndex: 0, deleteOnTermination: true } })],
    [eni({ id: "eni-2", subnetId: "subnet-0a1b2c3d", privateIp: "10.0.2.7", attachment: undefined }), eni()],
  ];
  const INSTANCES: Instance[][] = [
    [],
    ...(["pending", "running", "stopping", "stopped", "shutting-down", "terminated"] as const).map((state) => [
      instance({ state }),
    ]),
    [instance({ state: "terminated", id: "i-0" }), instance()],
    [instance({ tags: { [TAG.id]: ID } })],
  ];
  const ELASTIC: Partial<Observed>[] = [
    {},
    { elasticIps: [elasticIp()] },
    { elasticIps: [elasticIp({ association: undefined })] },
    { elasticIps: [givenElasticIp()], givenElasticIp: givenElasticIp() },
    { givenElasticIp: givenElasticIp({ association: undefined, tags: {} }) },
  ];
  const RECORDS: Partial<Observed>[] = [
    {},
    { template: undefined, generation: undefined },
    { generation: undefined },
    { generation: generation({ number: 2, replacesBefore: 2 }) },
  ];
  const WANTED = [
    desired(),
    desired({ elasticIp: true }),
    desired({ elasticIp: "eipalloc-0a1b2c3d" }),
    desired(OLD),
    desired({ subnetId: "subnet-0a1b2c3d", elasticIp: true }),
    desired({ privateIp: "10.0.1.9" }),
    desired({ securityGroupIds: ["sg-00000002"], tags: { a: "1" } }),
  ];

  let plans: { cast: Cast; steps: Step[] }[] = [];

  before(() => {
    for (const networkInterfaces of ENIS) {
      for (const instances of INSTANCES) {
        for (const elastic of ELASTIC) {
          for (const record of RECORDS) {
            const world = observed({ networkInterfaces, instances, ...elastic, ...record });
            const casts = WANTED.map((wanted) => castOf(situation({ desired: wanted, observed: world })));
            plans.push(...casts.map((cast) => ({ cast, steps: plan(cast) })));
          }
        }
      }
    }
  });

  after(() => {
    plans = [];
  });

  it("has at most one instance that is launched or started, after all that is retired", () => {
    for (const steps of plans.map((it) => it.steps.map(({ kind }) => kind))) {
      const brought = steps.filter((it) => it === "launch" || it === "start" || it === "await-running");
      assert.ok(brought.length <= 1, JSON.stringify(steps));
      assert.ok(!steps.includes("launch") || steps.lastIndexOf("retire") < steps.indexOf("launch"));
    }
  });

  it("has a record and an interface before anything is launched", () => {
    for (const steps of plans.map((it) => it.steps.map(({ kind }) => kind))) {
      for (const first of ["record", "record-generation", "make-network-interface"]) {
        assert.ok(!steps.includes("launch") || steps.indexOf(first as Step["kind"]) < steps.indexOf("launch"));
      }
    }
  });

  it("looks before it ends a working instance for one that has to start", () => {
    for (const { steps } of plans) {
      const launch = steps.findIndex((it) => it.kind === "launch");
      const ended = steps.findIndex(
        (it) => it.kind === "retire" && !["shutting-down", "terminated"].includes(it.instance.state),
      );
      const looked = steps.findIndex((it) => it.kind === "preflight");
      assert.ok(launch < 0 || ended < 0 || (looked >= 0 && looked < ended), JSON.stringify(steps));
    }
  });

  it("asks for the rights of what comes back before anything is taken out of use", () => {
    for (const { steps } of plans) {
      const taken = steps.findIndex(
        (it) =>
          (it.kind === "retire" && !["shutting-down", "terminated"].includes(it.instance.state)) ||
          it.kind === "disassociate-elastic-ip",
      );
      const asked = steps.findIndex((it) => it.kind === "check-rights");
      const late = steps.filter((it, index) => it.kind === "associate-elastic-ip" && taken >= 0 && index > taken);
      assert.ok(late.length === 0 || (asked >= 0 && asked < taken), JSON.stringify(steps));
    }
  });

  it("never releases what was given, and deletes no interface that is wanted", () => {
    for (const { cast, steps } of plans) {
      for (const step of steps) {
        assert.ok(step.kind !== "release-elastic-ip" || step.elasticIp.tags[TAG.owned] !== "false");
        assert.ok(
          step.kind !== "delete-network-interface" ||
            step.networkInterface.subnetId !== cast.desired.subnetId ||
            cast.desired.privateIp !== undefined,
        );
      }
    }
  });
});
