import assert from "node:assert/strict";
import { TAG } from "../../../provider/ec2/tags";
import { plan, type Situation } from "../../../provider/engine/plan";
import type { Instance, InstanceState, Observed } from "../../../provider/engine/state";
import type { Step } from "../../../provider/engine/step";
import {
  desired,
  elasticIp,
  eni,
  generation,
  givenElasticIp,
  ID,
  instance,
  NOTHING,
  observed,
  recorded,
  template,
} from "./things";

type Overrides = Partial<Situation>;

function planned(overrides: Overrides = {}): Step[] {
  return plan({ id: ID, desired: desired(), observed: observed(), known: true, ...overrides });
}

function kinds(overrides: Overrides = {}): string[] {
  return planned(overrides).map((it) => it.kind);
}

const FREE = eni({ attachment: undefined, status: "available" });
const OLD = { imageId: "ami-0a1b2c3d" };

describe("plan", () => {
  it("has no step where everything is as it is wanted", () => {
    assert.deepEqual(planned(), []);
  });

  it("makes the record first, then the identity, then the instance, where nothing is", () => {
    assert.deepEqual(kinds({ observed: NOTHING, known: false }), ["record", "make-network-interface", "launch"]);
    assert.deepEqual(
      kinds({ observed: NOTHING, known: false, desired: desired({ elasticIp: true, sourceDestCheck: false }) }),
      [
        "record",
        "make-network-interface",
        "set-source-dest-check",
        "allocate-elastic-ip",
        "associate-elastic-ip",
        "launch",
      ],
    );
  });

  it("records a new specification and looks before it ends the instance of the old one", () => {
    const steps = planned({ desired: desired(OLD) });
    assert.deepEqual(
      steps.map((it) => it.kind),
      ["record-generation", "preflight", "retire", "launch"],
    );
    assert.deepEqual(steps[0], { kind: "record-generation", replacesBefore: "this" });
  });

  it("does not end an instance that fits after all, when a specification that failed is taken back", () => {
    const failed = generation({ number: 2, replacesBefore: 2 }, desired(OLD));
    assert.deepEqual(planned({ observed: observed({ generation: failed }) }), [
      { kind: "record-generation", replacesBefore: 1 },
    ]);
  });

  it("changes in place what a running instance takes on", () => {
    const steps = planned({
      desired: desired({ iamInstanceProfile: "p", metadataOptions: { httpTokens: "optional" } }),
    });
    assert.deepEqual(steps, [
      { kind: "record-generation", replacesBefore: 1 },
      { kind: "set-metadata-options", instanceId: "i-1" },
      { kind: "set-instance-profile", instanceId: "i-1" },
    ]);
  });

  it("knows a profile that is wanted by name by its ARN, with or without a path", () => {
    const held = instance({ iamInstanceProfileArn: "arn:aws:iam::1:instance-profile/team/p" });
    const wanted = desired({ iamInstanceProfile: "p" });
    const world = observed({ instances: [held], generation: generation({}, wanted) }, wanted);
    assert.deepEqual(planned({ desired: wanted, observed: { ...world, instances: [held] } }), []);
    const other = desired({ iamInstanceProfile: "q" });
    assert.ok(kinds({ desired: other, observed: { ...world, instances: [held] } }).includes("set-instance-profile"));
  });

  it("compares a hop limit only where one is wanted", () => {
    const wanted = desired({ metadataOptions: { httpPutResponseHopLimit: 3 } });
    assert.equal(instance().metadataOptions.httpPutResponseHopLimit, 2);
    assert.deepEqual(kinds(), []);
    assert.deepEqual(kinds({ desired: wanted, observed: observed({}, wanted) }), ["set-metadata-options"]);
  });

  describe("by the state of the instance", () => {
    function onState(state: InstanceState, overrides: Partial<Instance> = {}): string[] {
      return kinds({ observed: observed({ instances: [instance({ state, ...overrides })] }) });
    }

    it("leaves one that is running", () => {
      assert.deepEqual(onState("running"), []);
    });

    it("waits for one that is starting", () => {
      assert.deepEqual(onState("pending"), ["await-running"]);
    });

    it("starts one that is stopped or stopping", () => {
      assert.deepEqual(onState("stopped"), ["start"]);
      assert.deepEqual(onState("stopping"), ["start"]);
    });

    it("waits for one that is ending to let go of the interface, then launches", () => {
      assert.deepEqual(onState("shutting-down"), ["retire", "launch"]);
    });

    it("launches at once where the last one has ended", () => {
      const ended = [instance({ state: "terminated", networkInterfaceId: undefined })];
      assert.deepEqual(kinds({ observed: observed({ networkInterfaces: [FREE], instances: ended }) }), ["launch"]);
      assert.deepEqual(kinds({ observed: observed({ networkInterfaces: [FREE], instances: [] }) }), ["launch"]);
    });

    it("retires one of ours that is alive and does not hold the interface", () => {
      const astray = instance({ id: "i-2", networkInterfaceId: undefined });
      assert.deepEqual(kinds({ observed: observed({ instances: [instance(), astray] }) }), ["retire"]);
    });
  });

  describe("of the network interface", () => {
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
        "preflight",
        "retire",
        "disassociate-elastic-ip",
        "associate-elastic-ip",
        "launch",
        "delete-network-interface",
      ]);
    });
  });

  describe("of the Elastic IP", () => {
    const wanted = desired({ elasticIp: true });
    const given = desired({ elasticIp: "eipalloc-0a1b2c3d" });

    it("allocates one and puts it on", () => {
      assert.deepEqual(kinds({ desired: wanted }), ["allocate-elastic-ip", "associate-elastic-ip"]);
    });

    it("puts on the one that was allocated before", () => {
      const free = elasticIp({ association: undefined });
      assert.deepEqual(kinds({ desired: wanted, observed: observed({ elasticIps: [free] }) }), [
        "associate-elastic-ip",
      ]);
    });

    it("takes off and releases one that is no longer wanted", () => {
      assert.deepEqual(kinds({ observed: observed({ elasticIps: [elasticIp()] }) }), [
        "disassociate-elastic-ip",
        "release-elastic-ip",
      ]);
    });

    it("retains one that is no longer wanted where it is told to", () => {
      const steps = kinds({
        desired: desired({ deletion: { elasticIp: "retain" } }),
        observed: observed({ elasticIps: [elasticIp()] }),
      });
      assert.deepEqual(steps, ["disassociate-elastic-ip", "retain"]);
    });

    it("tags a given one as given, and never releases it", () => {
      const free = givenElasticIp({ association: undefined, tags: {} });
      assert.deepEqual(planned({ desired: given, observed: observed({ givenElasticIp: free }) }), [
        // The tag first, so that it is found and given back however the run ends.
        {
          kind: "tag",
          resourceIds: ["eipalloc-0a1b2c3d"],
          set: { [TAG.id]: ID, [TAG.owned]: "false" },
          remove: [],
        },
        { kind: "associate-elastic-ip" },
      ]);
      assert.deepEqual(kinds({ observed: observed({ elasticIps: [givenElasticIp()] }) }), [
        "disassociate-elastic-ip",
        "give-back",
      ]);
    });

    it("releases the second of two that were allocated, keeping the one in use", () => {
      const surplus = elasticIp({ allocationId: "eipalloc-0", association: undefined });
      const steps = planned({ desired: wanted, observed: observed({ elasticIps: [surplus, elasticIp()] }) });
      assert.deepEqual(steps, [{ kind: "release-elastic-ip", elasticIp: surplus }]);
    });
  });

  describe("of the tags", () => {
    const before = desired({ tags: { Team: "a", Stage: "x" } });
    const tags = { Team: "b", Cost: "1" };

    it("sets what is new or different and removes what was ours, on everything, and nothing else", () => {
      const wanted = desired({ elasticIp: true, tags });
      const steps = planned({
        desired: wanted,
        recorded: recorded({ tags: before.tags }),
        observed: observed({ elasticIps: [elasticIp({}, before)] }, before),
      });
      assert.deepEqual(
        steps,
        [["eni-1"], ["eipalloc-1"], ["i-1", "vol-1"], ["lt-1"]].map((resourceIds) => ({
          kind: "tag",
          resourceIds,
          set: tags,
          remove: ["Stage"],
        })),
      );
    });

    it("leaves the tags that somebody else put on", () => {
      const labelled = eni({ tags: { ...eni().tags, Owner: "net" } });
      assert.deepEqual(planned({ observed: observed({ networkInterfaces: [labelled] }) }), []);
    });

    it("gives the resource's name back when the user's own is taken away", () => {
      const named = desired({ tags: { Name: "db" } });
      const [step] = planned({ observed: observed({}, named), recorded: recorded({ tags: named.tags }) });
      assert.deepEqual(step, { kind: "tag", resourceIds: ["eni-1"], set: { Name: "web" }, remove: [] });
    });

    it("puts our own tags back on what lost them", () => {
      const bare = eni({ tags: {} });
      assert.deepEqual(kinds({ observed: observed({ networkInterfaces: [bare] }) }), ["tag"]);
    });

    it("marks the record as ready once a state is known to have the id, and never back", () => {
      const creating = template({ tags: { ...template().tags, [TAG.phase]: "creating" } });
      assert.deepEqual(planned({ observed: observed({ template: creating }), known: true }), [
        { kind: "tag", resourceIds: ["lt-1"], set: { [TAG.phase]: "ready" }, remove: [] },
      ]);
      assert.deepEqual(planned({ observed: observed({ template: creating }), known: false }), []);
      assert.deepEqual(planned({ known: false }), []);
    });
  });

  it("makes a record anew that somebody deleted, and counts the instance's generation from there", () => {
    const lost = observed({ template: undefined, generation: undefined });
    assert.deepEqual(kinds({ observed: lost }), ["tag", "record"]);
  });

  describe("for every pair of what is there and what is wanted", () => {
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

    let plans: { situation: Situation; steps: Step[] }[] = [];

    before(() => {
      for (const networkInterfaces of ENIS) {
        for (const instances of INSTANCES) {
          for (const elastic of ELASTIC) {
            for (const record of RECORDS) {
              const world = observed({ networkInterfaces, instances, ...elastic, ...record });
              const situations = WANTED.map((wanted) => ({ id: ID, desired: wanted, observed: world, known: true }));
              plans.push(...situations.map((situation) => ({ situation, steps: plan(situation) })));
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

    it("never releases what was given, and deletes no interface that is wanted", () => {
      for (const { situation, steps } of plans) {
        for (const step of steps) {
          assert.ok(step.kind !== "release-elastic-ip" || step.elasticIp.tags[TAG.owned] !== "false");
          assert.ok(
            step.kind !== "delete-network-interface" ||
              step.networkInterface.subnetId !== situation.desired.subnetId ||
              situation.desired.privateIp !== undefined,
          );
        }
      }
    });
  });
});
