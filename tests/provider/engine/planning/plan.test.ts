import assert from "node:assert/strict";
import { TAG } from "../../../../provider/ec2/tags";
import { plan, type Situation } from "../../../../provider/engine/planning/plan";
import { NOTHING_OBSERVED, type Observed } from "../../../../provider/model/observed";
import type { Instance, InstanceState } from "../../../../provider/model/things";
import type { Step } from "../../../../provider/engine/planning/step";
import {
  desired,
  elasticIp,
  eni,
  generation,
  givenElasticIp,
  ID,
  instance,
  observed,
  recorded,
  template,
  volume,
} from "../things";

type Overrides = Partial<Situation>;

/** What there is, is of a machine without wishes: that its record says where it is and what it holds is told of once, below. */
function planned(overrides: Overrides = {}): Step[] {
  return wholePlan(overrides).filter(
    (it) => it.kind !== "tag" || it.remove.length > 0 || Object.keys(it.set).join() !== TAG.network,
  );
}

function wholePlan(overrides: Overrides = {}): Step[] {
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
    assert.deepEqual(kinds({ observed: NOTHING_OBSERVED, known: false }), [
      "record",
      "make-network-interface",
      "launch",
    ]);
    assert.deepEqual(
      kinds({
        observed: NOTHING_OBSERVED,
        known: false,
        desired: desired({ elasticIp: true, sourceDestCheck: false }),
      }),
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
      { kind: "change-setting", setting: "metadataOptions", instanceId: "i-1" },
      { kind: "change-setting", setting: "iamInstanceProfile", instanceId: "i-1" },
    ]);
  });

  it("knows a profile that is wanted by name by its ARN, with or without a path", () => {
    const held = instance({ iamInstanceProfileArn: "arn:aws:iam::1:instance-profile/team/p" });
    const wanted = desired({ iamInstanceProfile: "p" });
    const world = observed({ instances: [held], generation: generation({}, wanted) }, wanted);
    assert.deepEqual(planned({ desired: wanted, observed: { ...world, instances: [held] } }), []);
    const other = desired({ iamInstanceProfile: "q" });
    assert.deepEqual(
      planned({ desired: other, observed: { ...world, instances: [held] } }).filter(
        (it) => it.kind === "change-setting",
      ),
      [{ kind: "change-setting", setting: "iamInstanceProfile", instanceId: "i-1" }],
    );
  });

  it("compares a hop limit only where one is wanted", () => {
    const wanted = desired({ metadataOptions: { httpPutResponseHopLimit: 3 } });
    assert.equal(instance().metadataOptions.httpPutResponseHopLimit, 2);
    assert.deepEqual(kinds(), []);
    assert.deepEqual(kinds({ desired: wanted, observed: observed({}, wanted) }), ["change-setting"]);
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

  describe("of a machine that is to be paused", () => {
    const stop = desired({ desiredState: "paused" });
    const end = desired({ desiredState: "paused", pauseBehavior: "terminate" });
    const onState = (wanted: typeof stop, overrides: Partial<Instance>): string[] =>
      kinds({ desired: wanted, observed: observed({ instances: [instance(overrides, wanted)] }, wanted) });

    it("stops or ends what runs, and nothing once that is done", () => {
      for (const state of ["running", "pending", "stopping"] as const) {
        assert.deepEqual(onState(stop, { state }), ["stop"]);
        assert.deepEqual(onState(end, { state }), ["retire"]);
      }
      assert.deepEqual(onState(stop, { state: "stopped" }), []);
      assert.deepEqual(onState(end, { state: "stopped" }), ["retire"]);
    });

    it("ends a spot instance, which EC2 does not stop", () => {
      assert.deepEqual(onState(stop, { lifecycle: "spot" }), ["retire"]);
    });

    it("keeps a stopped one that does not fit, with no settings of its own until it starts", () => {
      const wanted = desired({ desiredState: "paused", ...OLD, monitoring: true });
      const world = observed({ instances: [instance({ state: "stopped" })] }, wanted);
      assert.deepEqual(kinds({ desired: wanted, observed: world }), []);
    });

    it("ends a candidate that the interface was to be moved to", () => {
      const wanted = desired({ desiredState: "paused", replacement: { strategy: "overlap" } });
      const candidate = instance({ id: "i-2", networkInterfaceId: "eni-2" }, wanted);
      const world = observed({ instances: [instance({ state: "stopped" }, wanted), candidate] }, wanted);
      assert.deepEqual(kinds({ desired: wanted, observed: world }), ["retire"]);
    });
  });

  describe("by overlap", () => {
    const wanted = desired({ replacement: { strategy: "overlap" }, ...OLD });
    const DETACHABLE = { networkInterfaceId: "eni-0", secondaryNetworkInterfaceIds: ["eni-1"] };
    const candidate = instance({ id: "i-2", networkInterfaceId: "eni-2" }, wanted);
    const planOf = (instances: Instance[], networkInterfaces = [eni()]): string[] =>
      kinds({ desired: wanted, observed: observed({ instances, networkInterfaces }, wanted) });

    it("moves the interface from an old one that it can be taken off, and ends that last", () => {
      assert.deepEqual(planOf([instance(DETACHABLE)]), [
        "preflight",
        "check-rights",
        "launch-beside",
        "detach-network-interface",
        "attach-network-interface",
        "retire",
      ]);
    });

    it("ends an old one that it cannot be taken off only after the new one is proven", () => {
      assert.deepEqual(planOf([instance()]), [
        "preflight",
        "check-rights",
        "launch-beside",
        "retire",
        "attach-network-interface",
      ]);
    });

    it("goes on with the one that an earlier run launched", () => {
      assert.deepEqual(planOf([instance(DETACHABLE), candidate]), [
        "prove-candidate",
        "check-rights",
        "detach-network-interface",
        "attach-network-interface",
        "retire",
      ]);
    });

    it("attaches before it ends the old one, where an earlier run took the interface off", () => {
      const old = instance({ networkInterfaceId: "eni-0" });
      assert.deepEqual(planOf([old, candidate], [FREE]), ["prove-candidate", "attach-network-interface", "retire"]);
    });

    it("does not take an interface that is coming off for one that is held", () => {
      const attachment = { id: "a", instanceId: "i-1", deviceIndex: 1, deleteOnTermination: false, isDetaching: true };
      const old = instance(DETACHABLE, wanted);
      assert.deepEqual(planOf([old], [eni({ attachment })]), ["prove-candidate", "attach-network-interface"]);
    });

    it("keeps the generation of the one that the interface comes back to, when the change is taken back", () => {
      const failed = generation({ number: 2, replacesBefore: 2 });
      const world = observed(
        {
          instances: [instance({ networkInterfaceId: "eni-0" }, wanted)],
          networkInterfaces: [FREE],
          generation: failed,
        },
        wanted,
      );
      assert.deepEqual(planned({ desired: wanted, observed: world })[0], {
        kind: "record-generation",
        replacesBefore: 1,
      });
    });

    it("launches where there is nothing to take the interface off", () => {
      assert.deepEqual(planOf([], [FREE]), ["launch-beside", "attach-network-interface"]);
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
        "check-rights",
        "retire",
        "disassociate-elastic-ip",
        "associate-elastic-ip",
        "launch",
        "delete-network-interface",
      ]);
    });
  });

  describe("of further addresses", () => {
    const [a, b, c] = ["10.0.1.20", "10.0.1.21", "10.0.1.22"];
    const [a6, b6] = ["2001:db8::20", "2001:db8::21"];
    const holding = (secondaryPrivateIps: string[], ipv6Addresses: string[] = []): Observed =>
      observed({ networkInterfaces: [eni({ secondaryPrivateIps, ipv6Addresses })] });

    it("leaves those alone that nobody declared", () => {
      assert.deepEqual(planned({ observed: holding([a], [a6]) }), []);
    });

    it("puts on what is missing before it takes off what is not wanted, and says what may make room", () => {
      const wanted = desired({ secondaryPrivateIps: [b, c], ipv6Addresses: [b6] });
      assert.deepEqual(planned({ desired: wanted, observed: holding([a, b], [a6]) }), [
        { kind: "assign-private-ips", wanted: { addresses: [c] }, instead: [a] },
        { kind: "assign-ipv6-addresses", wanted: { addresses: [b6] }, instead: [a6] },
        { kind: "unassign-private-ips", networkInterfaceId: "eni-1", addresses: [a] },
        { kind: "unassign-ipv6-addresses", networkInterfaceId: "eni-1", addresses: [a6] },
      ]);
    });

    it("counts what is held, and takes the last ones off first", () => {
      const count = (secondaryPrivateIpCount: number): Step[] =>
        planned({ desired: desired({ secondaryPrivateIpCount }), observed: holding([a, b]) });
      assert.deepEqual(count(2), []);
      assert.deepEqual(count(5), [{ kind: "assign-private-ips", wanted: { count: 3 }, instead: [] }]);
      assert.deepEqual(count(1), [{ kind: "unassign-private-ips", networkInterfaceId: "eni-1", addresses: [b] }]);
      assert.deepEqual(count(0), [{ kind: "unassign-private-ips", networkInterfaceId: "eni-1", addresses: [a, b] }]);
    });

    it("takes the named ones along to another interface while nothing works behind either", () => {
      const steps = planned({
        desired: desired({ privateIp: "10.0.1.9", secondaryPrivateIps: [a, b], ipv6Addresses: [a6] }),
        observed: holding([a], [a6]),
      });
      assert.deepEqual(
        steps.map((it) => it.kind),
        [
          "make-network-interface",
          "preflight",
          "retire",
          "take-over-private-ips",
          "unassign-ipv6-addresses",
          "assign-ipv6-addresses",
          "launch",
          "delete-network-interface",
        ],
      );
      assert.deepEqual(steps[0], { kind: "make-network-interface", later: [a, a6] });
      assert.deepEqual(steps[3], { kind: "take-over-private-ips", from: "eni-1", addresses: [a] });
    });

    it("finishes a move that was interrupted: what is on neither interface is put on the new one", () => {
      const wanted = desired({ privateIp: "10.0.1.9", secondaryPrivateIps: [a, b], ipv6Addresses: [a6] });
      const made = eni({ id: "eni-2", privateIp: "10.0.1.9", attachment: undefined, status: "available" });
      const steps = planned({
        desired: wanted,
        observed: observed({ networkInterfaces: [eni({ secondaryPrivateIps: [a] }), made], instances: [] }, wanted),
      });
      assert.deepEqual(steps.slice(0, 3), [
        { kind: "assign-private-ips", wanted: { addresses: [b] }, instead: [] },
        { kind: "assign-ipv6-addresses", wanted: { addresses: [a6] }, instead: [] },
        { kind: "take-over-private-ips", from: "eni-1", addresses: [a] },
      ]);
    });

    it("records a new generation after all of the identity, which can be refused", () => {
      const wanted = desired({ ...OLD, elasticIp: true, secondaryPrivateIps: [a] });
      assert.deepEqual(kinds({ desired: wanted }), [
        "assign-private-ips",
        "allocate-elastic-ip",
        "associate-elastic-ip",
        "record-generation",
        "preflight",
        "retire",
        "launch",
      ]);
    });
  });

  describe("of an interface that is not kept", () => {
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

    it("claims a given one before it is put on, tags it as given, and never releases it", () => {
      const free = givenElasticIp({ association: undefined, tags: {} });
      const claims = [
        {
          kind: "elastic-ip",
          id: "eipalloc-0a1b2c3d",
          words: "the Elastic IP 52.1.2.3 (eipalloc-0a1b2c3d)",
          tags: { [TAG.id]: ID, [TAG.owned]: "false" },
        },
      ];
      assert.deepEqual(planned({ desired: given, observed: observed({ givenElasticIp: free }) }), [
        // The claim first, so that it is found and given back however the run ends.
        { kind: "claim-given", claims, isNew: false },
        { kind: "associate-elastic-ip" },
        { kind: "end-claims", claims },
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
        observed: observed(
          { elasticIps: [elasticIp({}, before)], template: template({}, { ...before, elasticIp: true }) },
          before,
        ),
      });
      assert.deepEqual(
        steps,
        [["lt-1"], ["eni-1"], ["eipalloc-1"], ["i-1", "vol-1"]].map((resourceIds) => ({
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
      const [, step] = planned({ observed: observed({}, named), recorded: recorded({ tags: named.tags }) });
      assert.deepEqual(step, { kind: "tag", resourceIds: ["eni-1"], set: { Name: "web" }, remove: [] });
    });

    it("says in the record what is wanted before anything happens to an instance: a controller goes by it", () => {
      const spot = desired({ ...OLD, elasticIp: true, market: { lifecycle: "spot" }, desiredState: "paused" });
      const steps = wholePlan({ desired: spot, observed: observed({ elasticIps: [elasticIp()] }) });
      assert.deepEqual(
        steps.map((it) => it.kind),
        ["tag", "record-generation", "retire"],
      );
      assert.deepEqual(steps[0], {
        kind: "tag",
        resourceIds: ["lt-1"],
        set: {
          [TAG.market]: "spot fallback-to-on-demand=true",
          [TAG.desiredState]: "paused pause-behavior=terminate",
          [TAG.network]: `subnet=${spot.subnetId} kept=true public-ip=subnet-default elastic-ip=own`,
        },
        remove: [],
      });
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

describe("plan of data volumes", () => {
  const DATA = { name: "data", deviceName: "/dev/sdf", size: 10 };
  const wanted = (...dataVolumes: Record<string, unknown>[]): Situation["desired"] => desired({ dataVolumes });
  const on = (volumes: Observed["volumes"], overrides: Partial<Observed> = {}): Observed =>
    observed({ volumes, ...overrides });

  it("has no step where they are as they are wanted", () => {
    assert.deepEqual(planned({ desired: wanted(DATA), observed: on([volume()]) }), []);
  });

  it("makes one before the launch, and attaches it after", () => {
    assert.deepEqual(kinds({ observed: NOTHING_OBSERVED, desired: wanted(DATA), known: false }), [
      "record",
      "make-network-interface",
      "make-volume",
      "launch",
      "attach-volumes",
    ]);
  });

  it("attaches one that is off, is coming off, or is on another device, which it comes off first", () => {
    const attached = { instanceId: "i-1", deviceName: "/dev/sdf", status: "attached", deleteOnTermination: false };
    const off = volume({ attachment: undefined, status: "available" });
    assert.deepEqual(kinds({ desired: wanted(DATA), observed: on([off]) }), ["attach-volumes"]);
    for (const status of ["detaching", "busy"]) {
      const coming = volume({ attachment: { ...attached, status } });
      assert.deepEqual(kinds({ desired: wanted(DATA), observed: on([coming]) }), ["attach-volumes"], status);
    }
    const elsewhere = volume({ attachment: { ...attached, deviceName: "/dev/sdz" } });
    assert.deepEqual(kinds({ desired: wanted(DATA), observed: on([elsewhere]) }), [
      "check-rights",
      "detach-volume",
      "attach-volumes",
    ]);
  });

  it("never takes one off an instance that is none of the machine's", () => {
    const attachment = { instanceId: "i-9", deviceName: "/dev/sdf", status: "attached", deleteOnTermination: true };
    assert.deepEqual(kinds({ observed: on([volume({ attachment })]) }), ["retain"]);
  });

  it("grows one, and leaves one that somebody made larger; with another type goes all that is wanted of its speed", () => {
    const stepFor = (input: Record<string, unknown>, held = volume()): unknown => {
      const [step] = planned({ desired: wanted({ ...DATA, ...input }), observed: on([held]) });
      return step?.kind === "modify-volume" ? step.shape : step;
    };
    assert.deepEqual(stepFor({ size: 11 }), { size: 11 });
    assert.equal(stepFor({}, volume({ size: 12 })), undefined);
    assert.deepEqual(stepFor({ throughput: 200 }), { throughput: 200 });
    assert.equal(stepFor({ iops: 3000 }), undefined);
    assert.deepEqual(stepFor({ type: "io2", iops: 3000 }), { type: "io2", iops: 3000 });
  });

  it("takes the volume of the name that is ours, and none that once had it", () => {
    const old = volume({ id: "vol-1", attachment: undefined, tags: { [TAG.volume]: "data", [TAG.retained]: "true" } });
    const given = { name: "old", deviceName: "/dev/sdg", volumeId: "vol-0000000000000001a" };
    const back = volume({ ...old, id: given.volumeId });
    assert.deepEqual(kinds({ desired: wanted(DATA), observed: on([old]) }), ["make-volume", "attach-volumes"]);
    assert.deepEqual(kinds({ desired: wanted(DATA, given), observed: on([back]) }), [
      "claim-given",
      "make-volume",
      "attach-volumes",
      "end-claims",
    ]);
  });

  it("retains, deletes or gives back what is not wanted, once it is off, and touches nobody else's", () => {
    const theirs = volume({ id: "vol-9", attachment: undefined, tags: { [TAG.id]: "mi-other" } });
    const given = volume({ tags: { [TAG.id]: ID, [TAG.owned]: "false" } });
    const gives = recorded({ dataVolumeIds: { data: "vol-2", x: "vol-9" } });
    const deletes = desired({ deletion: { dataVolumes: "delete" } });
    assert.deepEqual(kinds({ observed: on([volume(), theirs]), recorded: gives }), ["detach-volume", "retain"]);
    assert.deepEqual(kinds({ desired: deletes, observed: on([volume(), theirs]), recorded: gives }), [
      "detach-volume",
      "delete-volume",
    ]);
    assert.deepEqual(kinds({ desired: deletes, observed: on([given]) }), ["detach-volume", "give-back"]);
  });
});
