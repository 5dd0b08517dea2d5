/** What keeps a working machine from harm: the preflight, the limits on waiting, draining, and the way back. */
import assert from "node:assert/strict";
import {
  AllocateAddressCommand,
  CreateImageCommand,
  DeregisterImageCommand,
  type EC2Client,
  ModifyInstanceAttributeCommand,
  RebootInstancesCommand,
} from "@aws-sdk/client-ec2";
import { type TimingName, WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { holderOf, pathBetween } from "./holder";
import { goingOn, killedAfter, killedUp } from "./kills";
import { program, type Stack } from "./support";
import { failureOf, later, machineOf, made, only, quick, settled, somebody, up } from "./world";

type Properties = Record<string, unknown>;

const IMAGE = { imageId: WELL_KNOWN.imageV2 };
const HOUR_MS = 3_600_000;

async function newImage(ec2: EC2Client, owner: Stack): Promise<string> {
  const InstanceId = String(owner.outputs.instanceId);
  const { ImageId = "" } = await ec2.send(new CreateImageCommand({ InstanceId, Name: "next", NoReboot: true }));
  return ImageId;
}

interface Check {
  what: string;
  before?: Properties;
  after: Properties | ((owner: Stack) => Promise<Properties>);
  says: RegExp;
}

const CHECKS: Check[] = [
  {
    what: "the image is not there",
    after: async (owner) => {
      const ImageId = await newImage(somebody(owner), owner);
      await somebody(owner).send(new DeregisterImageCommand({ ImageId }));
      return { imageId: ImageId };
    },
    says: /the image ami-\w+ \(imageId\) does not exist in us-east-1; it was deregistered, .* take another imageId/,
  },
  {
    what: "the image is still being made",
    after: async (owner) => ({ imageId: await newImage(somebody(owner), owner) }),
    says: /the image ami-\w+ \(imageId\) is pending, not available yet; wait until/,
  },
  {
    what: "the region has no such type",
    after: { instanceType: "m99.large" },
    says: /m99\.large \(instanceType\) is not an instance type of us-east-1/,
  },
  {
    what: "the region has no such fallback type",
    after: { ...IMAGE, fallbackInstanceTypes: ["m99.large"] },
    says: /m99\.large \(fallbackInstanceTypes\) is not an instance type of us-east-1/,
  },
  {
    what: "the type is of another architecture than the image",
    after: { instanceType: "m7g.large" },
    says: /the image ami-\w+ is for x86_64, but m7g\.large \(instanceType\) takes arm64/,
  },
  {
    what: "a fallback type is of another architecture than the image",
    after: { ...IMAGE, fallbackInstanceTypes: ["m7g.large"] },
    says: /but m7g\.large \(fallbackInstanceTypes\) takes arm64/,
  },
  {
    what: "the zone does not have the type",
    before: { subnetId: WELL_KNOWN.subnetB, instanceType: "t3.medium" },
    after: { instanceType: "m7i.large" },
    says: /m7i\.large \(instanceType\) is not offered in us-east-1b, where eni-\w+ is/,
  },
  {
    what: "the zone has neither the type nor a fallback",
    before: { subnetId: WELL_KNOWN.subnetB, instanceType: "t3.medium" },
    after: { instanceType: "m7i.large", fallbackInstanceTypes: ["i4i.large"] },
    says: /not offered in us-east-1b, where eni-\w+ is, nor is one of i4i\.large \(fallbackInstanceTypes\)/,
  },
  {
    what: "the type does not take the interface's addresses",
    before: { secondaryPrivateIpCount: 2 },
    after: { instanceType: "t3.micro" },
    says: /t3\.micro \(instanceType\) takes 2 private IPv4 addresses on an interface, and eni-\w+ would have 3/,
  },
  {
    what: "a fallback type does not take the interface's addresses",
    before: { secondaryPrivateIpCount: 2 },
    after: { ...IMAGE, fallbackInstanceTypes: ["t3.micro"] },
    says: /t3\.micro \(fallbackInstanceTypes\) takes 2 private IPv4 addresses/,
  },
  {
    what: "the launch is not allowed",
    after: (owner) => {
      owner.simulator.iam.deny("RunInstances");
      return Promise.resolve(IMAGE);
    },
    says: /EC2 would not accept the launch of m7i\.large \(on-demand\): RunInstances was denied: .*UnauthorizedOperation/,
  },
  {
    what: "EC2 finds fault with the launch",
    after: { ...IMAGE, keyName: "nobodys" },
    says: /EC2 would not accept the launch of m7i\.large \(on-demand\): .*nobodys.*InvalidKeyPair\.NotFound/,
  },
];

describe("nothing is ended, or launched, when", () => {
  for (const strategy of ["terminate-first", "overlap"]) {
    for (const { what, before = {}, after, says } of CHECKS) {
      it(`${what} (${strategy})`, async () => {
        const base = { elasticIp: true, ...before, replacement: { strategy, drainSeconds: 60 } };
        const owner = await up(base);
        const was = holderOf(owner);
        const changes = typeof after === "function" ? await after(owner) : after;
        owner.calls();
        const failure = await failureOf(owner.unseen({ ...base, ...changes }));
        assert.match(failure.message, says);
        assert.match(failure.message, new RegExp(`\\. ${was.instance.instanceId} was left running`));
        assert.deepEqual(
          owner.calls("mutating").filter((it) => !["CreateLaunchTemplateVersion", "CreateTags"].includes(it)),
          [],
        );
        assert.equal(owner.outputs.imageId, WELL_KNOWN.imageV1);
        owner.simulator.iam.clear();
        await owner.up(program(base));
        const now = holderOf(owner);
        assert.equal(pathBetween(was, now), "none");
        assert.deepEqual(now.identity, was.identity);
        await settled(owner, base);
      });
    }
  }

  it("root-volume has no image to boot from", async () => {
    const base = { replacement: { strategy: "root-volume" } };
    const owner = await up(base);
    const failure = await failureOf(owner.unseen({ ...base, imageId: "ami-0fffffffffffffff0" }));
    assert.match(failure.message, /could not change i-\w+: the image ami-0f+0 \(imageId\) does not exist/);
    await owner.up(program(base));
    await settled(owner, base);
  });

  it("stop-start finds that the zone does not have the type", async () => {
    const base = { subnetId: WELL_KNOWN.subnetB, instanceType: "t3.medium", replacement: { strategy: "stop-start" } };
    const owner = await up(base);
    const failure = await failureOf(owner.unseen({ ...base, instanceType: "m7i.large" }));
    assert.match(failure.message, /could not change i-\w+: m7i\.large \(instanceType\) is not offered in us-east-1b/);
    await owner.up(program(base));
    await settled(owner, base);
  });
});

describe("protection", () => {
  const DRAINED = { elasticIp: true, replacement: { drainSeconds: 60 } };
  const MOVED = { subnetId: WELL_KNOWN.subnetB, instanceType: "t3.medium" };
  const PAUSED = { desiredState: "paused" };

  async function protect(
    owner: Stack,
    name: "DisableApiStop" | "DisableApiTermination",
    Value: boolean,
  ): Promise<void> {
    const InstanceId = String(owner.outputs.instanceId);
    await somebody(owner).send(new ModifyInstanceAttributeCommand({ InstanceId, [name]: { Value } }));
  }

  const OPTIONS = { stop: "--no-disable-api-stop", termination: "--no-disable-api-termination" } as const;
  const ATTRIBUTES = { stop: "DisableApiStop", termination: "DisableApiTermination" } as const;
  const TERMINATES = ["termination", "stop"] as const;
  const STOPS = ["stop"] as const;

  for (const [what, kinds, change, replacement] of [
    ["a replacement", TERMINATES, IMAGE, {}],
    ["a replacement by overlap", TERMINATES, IMAGE, { strategy: "overlap" }],
    ["a recycle", TERMINATES, { recycleTriggers: { at: "now" } }, {}],
    ["a change of type", STOPS, { instanceType: "m6i.large" }, { strategy: "stop-start" }],
    ["a pause that stops it", STOPS, PAUSED, {}],
    ["a pause that ends it", TERMINATES, { ...PAUSED, pauseBehavior: "terminate" }, {}],
    ["a pause in another subnet", TERMINATES, { ...PAUSED, ...MOVED }, {}],
    ["a move", TERMINATES, { ...MOVED, elasticIp: false }, {}],
    ["destroy", TERMINATES, undefined, {}],
  ] as const) {
    for (const kind of kinds) {
      it(`from ${kind} is found before anything is begun: ${what}`, async () => {
        const base = { ...DRAINED, replacement: { ...DRAINED.replacement, ...replacement } };
        const owner = await up(base);
        await owner.refresh();
        const was = holderOf(owner);
        await protect(owner, ATTRIBUTES[kind], true);
        const before = made(owner);
        const carriedOut = (): Promise<unknown> =>
          change === undefined ? owner.destroy() : owner.up(program({ ...base, ...change }));
        const id = was.instance.instanceId;
        const also = kind === "stop" && kinds === TERMINATES ? ", with which EC2 does not terminate it either" : "";
        const sentence = `${id} has ${kind} protection (${ATTRIBUTES[kind].replace("D", "d")})${also}; take it off (aws ec2 modify-instance-attribute --instance-id ${id} ${OPTIONS[kind]}), then run again`;
        if (change !== undefined) {
          await owner.preview(program({ ...base, ...change }));
          assert.equal(
            owner.lines.at(-1),
            `web: found that ${sentence} (recorded: ${id}); until then \`pulumi up\` changes nothing`,
          );
        }
        owner.calls();
        const { message } = await failureOf(carriedOut());
        const begins = `nothing was ${change === undefined ? "deleted" : "changed"}: ${sentence}.`;
        assert.ok(message.startsWith(begins), message);
        assert.deepEqual(owner.calls("mutating"), []);
        assert.deepEqual(made(owner), before);
        await protect(owner, ATTRIBUTES[kind], false);
        await carriedOut();
      });
    }
  }

  it("from termination stands in the way of no stop", async () => {
    const owner = await up(DRAINED);
    await protect(owner, "DisableApiTermination", true);
    await owner.up(program({ ...DRAINED, ...PAUSED }));
    assert.equal(owner.outputs.state, "paused");
    await owner.up(program(DRAINED));
    assert.equal(owner.outputs.state, "running");
  });

  it("from both is named at once, each with its command", async () => {
    const owner = await up(DRAINED);
    await protect(owner, "DisableApiTermination", true);
    await protect(owner, "DisableApiStop", true);
    const { message } = await failureOf(owner.up(program({ ...DRAINED, ...IMAGE })));
    assert.match(message, /^nothing was changed: i-\w+ has termination protection .*; i-\w+ has stop protection /);
    assert.match(message, /--no-disable-api-termination\).*--no-disable-api-stop\)/);
  });

  it("from stop stands in the way of no new root volume: EC2 reboots the instance for it", async () => {
    const base = { replacement: { strategy: "root-volume" } };
    const owner = await up(base);
    await protect(owner, "DisableApiStop", true);
    await protect(owner, "DisableApiTermination", true);
    const was = holderOf(owner);
    await owner.up(program({ ...base, ...IMAGE }));
    assert.equal(pathBetween(was, holderOf(owner)), "root-volume");
  });

  it("from stop refuses at preview a new region, which begins with a deletion", async () => {
    const owner = await up(DRAINED);
    await protect(owner, "DisableApiStop", true);
    await owner.preview(program({ ...DRAINED, region: "eu-central-1" }));
    assert.match(owner.lines.at(-1) ?? "", /^web: found that i-\w+ has stop protection .* changes nothing$/);
  });

  it("takes one call where an instance is to be stopped, two where it is to be terminated, none on spot", async () => {
    const asked = async (inputs: Properties, change: Properties): Promise<number> => {
      const owner = await up(inputs);
      owner.calls();
      await owner.unseen({ ...inputs, ...change });
      return owner.calls().filter((it) => it === "DescribeInstanceAttribute").length;
    };
    assert.equal(await asked({}, PAUSED), 1);
    assert.equal(await asked({}, IMAGE), 2);
    assert.equal(await asked({ market: { lifecycle: "spot" } }, IMAGE), 0);
  });
});

describe("the rights that a change takes once something is out of use", () => {
  const SMALL = { name: "data", deviceName: "/dev/sdf", size: 5 };
  const DATA = { dataVolumes: [SMALL] };
  const TYPE = { instanceType: "m6i.large" };
  const MOVED = { subnetId: WELL_KNOWN.subnetB };

  interface Need {
    what: string;
    before?: Properties;
    after: Properties;
    replacement?: Properties;
    /** What is asked for by dry runs, beside the launch. */
    asks: string[];
  }

  const NEEDS: Need[] = [
    { what: "a replacement takes none but the launch's", after: IMAGE, asks: [] },
    { what: "data volumes", before: DATA, after: IMAGE, asks: ["AttachVolume"] },
    {
      what: "data volumes that grow",
      before: DATA,
      after: { ...IMAGE, dataVolumes: [{ ...SMALL, size: 9 }] },
      asks: ["AttachVolume", "ModifyVolume"],
    },
    {
      what: "a data volume that changes its device",
      before: DATA,
      after: { dataVolumes: [{ ...SMALL, deviceName: "/dev/sdg" }] },
      asks: ["AttachVolume"],
    },
    {
      what: "a change of type",
      after: TYPE,
      replacement: { strategy: "stop-start" },
      asks: ["CreateTags", "ModifyInstanceAttribute", "StartInstances", "StopInstances"],
    },
    {
      what: "other user data",
      after: { userData: "#!/bin/sh\n" },
      replacement: { strategy: "stop-start" },
      asks: ["CreateTags", "ModifyInstanceAttribute", "StartInstances", "StopInstances"],
    },
    {
      what: "overlap, which launches another for the old one to end",
      after: IMAGE,
      replacement: { strategy: "overlap" },
      asks: ["AttachNetworkInterface", "TerminateInstances"],
    },
    {
      what: "the end that an instance is drained for",
      after: IMAGE,
      replacement: { drainSeconds: 60 },
      asks: ["TerminateInstances"],
    },
    {
      what: "the end of spot that is drained",
      before: { market: { lifecycle: "spot" } },
      after: IMAGE,
      replacement: { drainSeconds: 60 },
      asks: ["CancelSpotInstanceRequests", "TerminateInstances"],
    },
    {
      what: "the stop that an instance is drained for",
      after: { desiredState: "paused" },
      replacement: { drainSeconds: 60 },
      asks: ["StopInstances"],
    },
    {
      what: "another subnet",
      before: { elasticIp: true, instanceType: "t3.medium" },
      after: MOVED,
      asks: ["AssociateAddress", "DisassociateAddress"],
    },
    {
      what: "a changing public address",
      after: { publicIpAssignment: "assign" },
      asks: ["CreateTags", "ModifyNetworkInterfaceAttribute"],
    },
    {
      what: "the subnet's public address again",
      before: { publicIpAssignment: "assign" },
      after: { publicIpAssignment: "subnet-default" },
      asks: ["DeleteTags", "ModifyNetworkInterfaceAttribute"],
    },
  ];

  const LOSSES = [
    "TerminateInstances",
    "StopInstances",
    "DetachNetworkInterface",
    "DisassociateAddress",
    "DetachVolume",
    // Nor is a machine launched that the interface could not be moved to.
    "RunInstances",
  ];

  function asked(owner: Stack): string[] {
    const dry = owner.simulator.calls().filter((it) => it.dryRun && it.action !== "RunInstances");
    return dry.map((it) => it.action).sort();
  }

  for (const { what, before = {}, after, replacement = {}, asks } of NEEDS) {
    it(`are asked for before, and no others: ${what}`, async () => {
      const base = { ...before, replacement };
      const owner = await up(base);
      owner.calls();
      await owner.up(program({ ...base, ...after }));
      assert.deepEqual(asked(owner), asks);
    });

    // Without the right to set tags, the record of the new generation is refused already.
    for (const action of asks.filter((it) => it !== "CreateTags")) {
      it(`are asked for before: ${what} without ${action}`, async () => {
        const base = { ...before, replacement };
        const owner = await up(base);
        owner.simulator.iam.deny(action);
        owner.calls();
        const { message } = await failureOf(owner.up(program({ ...base, ...after })));
        assert.match(
          message,
          new RegExp(`^could not begin .*: ${action} was denied: .*Nothing was ended or taken off\\.`),
        );
        assert.deepEqual(
          owner.calls("mutating").filter((it) => LOSSES.includes(it)),
          [],
        );
        owner.simulator.iam.clear();
        await owner.up(program({ ...base, ...after }));
        later(owner);
        await settled(owner, { ...base, ...after });
      });
    }
  }

  it("are asked for where an Elastic IP is exchanged for another", async () => {
    const owner = await up({ elasticIp: true });
    const { elasticIps } = made(owner);
    const { AllocationId } = await somebody(owner).send(new AllocateAddressCommand({ Domain: "vpc" }));
    owner.simulator.iam.deny("AssociateAddress");
    const { message } = await failureOf(owner.up(program({ elasticIp: AllocationId })));
    assert.match(message, /AssociateAddress was denied/);
    const held = made(owner).elasticIps.filter((it) => it.allocationId !== AllocationId);
    assert.deepEqual(held, elasticIps);
    owner.simulator.iam.clear();
    await owner.up(program({ elasticIp: AllocationId }));
    assert.equal(owner.outputs.allocationId, AllocationId);
  });

  it("are not taken for missing because EC2 would refuse the call as long as the old instance runs", async () => {
    const base = { replacement: { strategy: "stop-start" } };
    const owner = await up(base);
    for (const action of ["StartInstances", "ModifyInstanceAttribute"]) {
      owner.simulator.faults.add({ action, error: { code: "IncorrectInstanceState", message: "runs" }, times: 1 });
    }
    await owner.up(program({ ...base, ...TYPE }));
    assert.equal(holderOf(owner).instance.instanceType, "m6i.large");
  });

  it("are not taken for there because EC2 did not answer", async () => {
    const base = { replacement: { strategy: "stop-start" } };
    const owner = await up(base);
    owner.simulator.faults.add({ action: "StartInstances", reset: true });
    const { message } = await failureOf(owner.up(program({ ...base, ...TYPE })));
    assert.match(message, /could not begin .*ECONNRESET/);
    assert.ok(!owner.calls("mutating").includes("StopInstances"));
  });
});

describe("timeoutSeconds", () => {
  const limited = { timeoutSeconds: 120 };

  const HANGS: [what: string, replacement: Properties, change: Properties, timing: TimingName, waitsFor: RegExp][] = [
    [
      "the end of the old instance",
      {},
      IMAGE,
      "terminate",
      /could not retire i-\w+: still waiting for eni-\w+ to be free/,
    ],
    [
      "the stop of the old instance",
      { strategy: "stop-start" },
      { instanceType: "m6i.large" },
      "stop",
      /still waiting for i-\w+ to stop/,
    ],
    [
      "the stop of a pause",
      {},
      { desiredState: "paused" },
      "stop",
      /could not stop i-\w+: still waiting for i-\w+ to stop/,
    ],
    [
      "a new root volume",
      { strategy: "root-volume" },
      IMAGE,
      "rootVolumeReplacing",
      /still waiting for the replacement of the root volume/,
    ],
    [
      "an interface to come off",
      { strategy: "overlap" },
      IMAGE,
      "detach",
      /could not detach eni-\w+ from i-\w+: still waiting for eni-\w+ to be free/,
    ],
    [
      "the launch of the new instance",
      { rollbackOnFailure: false },
      IMAGE,
      "launch",
      /could not launch .*: still waiting for i-\w+ to run/,
    ],
  ];

  for (const [what, replacement, change, timing, waitsFor] of HANGS) {
    it(`ends the wait for ${what}, and the next up goes on from there`, async () => {
      const base = { elasticIp: true, replacement: { ...limited, ...replacement } };
      const owner = await up(base, { leapMs: 5000 });
      const was = holderOf(owner);
      owner.simulator.timings.set({ [timing]: HOUR_MS });
      const begin = owner.clock.now();
      const failure = await failureOf(owner.up(program({ ...base, ...change })));
      const waited = (owner.clock.now() - begin) / 1000;
      assert.match(failure.message, waitsFor);
      assert.match(failure.message, /after 12\d s; last seen: .*`pulumi up` goes on from here/);
      assert.ok(waited >= 120 && waited < 240, `${waited} s`);
      owner.simulator.timings.reset();
      owner.clock.advance(2 * HOUR_MS);
      await owner.up(program({ ...base, ...change }));
      later(owner);
      if (change.desiredState === "paused") {
        assert.equal(owner.outputs.state, "paused");
      } else {
        assert.deepEqual(holderOf(owner).identity, was.identity);
        assert.equal(
          owner.outputs.instanceId === was.instance.instanceId,
          ["stop", "rootVolumeReplacing"].includes(timing),
        );
        await settled(owner, { ...base, ...change });
      }
    });
  }

  it("goes on as soon as the next up comes, while EC2 is still at it", async () => {
    const base = { replacement: { timeoutSeconds: 30 } };
    const owner = await up(base, { leapMs: 5000 });
    const was = holderOf(owner);
    owner.simulator.timings.set({ terminate: 80_000 });
    let failures = 0;
    for (let runs = 0; runs < 5 && (runs === 0 || owner.recorded?.failed === true); runs++) {
      await owner.up(program({ ...base, ...IMAGE })).catch(() => failures++);
    }
    assert.equal(failures, 2);
    assert.deepEqual(holderOf(owner).identity, was.identity);
  });

  it("limits the wait for the status checks", async () => {
    const owner = quick({ leapMs: 5000 });
    const replacement = { timeoutSeconds: 60, waitFor: "status-ok" };
    const failure = await failureOf(owner.up(program({ replacement })));
    assert.match(failure.message, /still waiting for the status checks of i-\w+ after 6\d s; last seen: initializing/);
  });
});

describe("drainSeconds", () => {
  const base = { elasticIp: true, replacement: { drainSeconds: 90 } };

  function timeOf(owner: Stack, action: string): number {
    return owner.simulator.calls().find((it) => it.action === action && it.result === "ok" && !it.dryRun)?.time ?? NaN;
  }

  for (const [what, change, replacement, action] of [
    ["ended", IMAGE, {}, "TerminateInstances"],
    ["stopped for another type", { instanceType: "m6i.large" }, { strategy: "stop-start" }, "StopInstances"],
    ["booted from another volume", IMAGE, { strategy: "root-volume" }, "CreateReplaceRootVolumeTask"],
  ] as const) {
    it(`is waited before the instance is ${what}, which can read so in its tags`, async () => {
      const inputs = { ...base, replacement: { ...base.replacement, ...replacement } };
      const owner = await up(inputs, { leapMs: 0 });
      const { instance } = holderOf(owner);
      owner.simulator.clearCalls();
      await owner.up(program({ ...inputs, ...change }));
      const began = timeOf(owner, "CreateTags");
      const waited = (timeOf(owner, action) - began) / 1000;
      assert.ok(waited >= 90 && waited < 95, `${waited} s`);
      assert.ok(owner.lines.some((line) => line.endsWith(`draining ${instance.instanceId} for 90 s`)));
      later(owner);
      holderOf(owner);
      await settled(owner, { ...inputs, ...change });
    });
  }

  it("is not waited for again by what goes on after a kill, but for the rest", async () => {
    const owner = await up(base, { leapMs: 0 });
    await owner.refresh();
    const killed = goingOn(owner, { leapMs: 0, through: killedAfter("CreateTags") });
    await killed.up(program({ ...base, ...IMAGE })).catch(() => undefined);
    const begun = Date.parse(only(made(owner).instances).tags[TAG.draining] ?? "");
    assert.equal(begun, owner.clock.now());
    owner.clock.advance(60_000);
    owner.simulator.clearCalls();
    await owner.up(program({ ...base, ...IMAGE }));
    const waited = (timeOf(owner, "TerminateInstances") - begun) / 1000;
    assert.ok(waited >= 90 && waited < 95, `${waited} s`);
    later(owner);
    holderOf(owner);
  });

  it("leaves no tag on an instance that stays after all", async () => {
    const owner = await up(base);
    await owner.refresh();
    const was = holderOf(owner);
    await killedUp(owner, killedAfter("CreateTags"), program({ ...base, ...IMAGE }));
    assert.ok(TAG.draining in only(made(owner).instances).tags);
    await owner.refresh();
    await owner.up(program(base));
    assert.equal(pathBetween(was, holderOf(owner)), "none");
    await settled(owner, base);
  });

  it("is not waited for where nothing runs", async () => {
    const owner = await up(base, { leapMs: 5000 });
    await owner.up(program({ ...base, desiredState: "paused", pauseBehavior: "stop" }));
    const begin = owner.clock.now();
    await owner.up(program({ ...base, ...IMAGE }));
    assert.ok(owner.clock.now() - begin < 90_000);
  });
});

describe("skipOsShutdown", () => {
  for (const [what, change, replacement, from, to] of [
    ["an end", IMAGE, {}, "shutdown-requested", "terminated"],
    [
      "a stop for another type",
      { instanceType: "m6i.large" },
      { strategy: "stop-start" },
      "shutdown-requested",
      "stopped",
    ],
    ["a pause", { desiredState: "paused" }, {}, "shutdown-requested", "stopped"],
    [
      "a pause that ends it",
      { desiredState: "paused", pauseBehavior: "terminate" },
      {},
      "shutdown-requested",
      "terminated",
    ],
  ] as const) {
    it(`does not wait for the guest at ${what}`, async () => {
      const times: number[] = [];
      for (const skipOsShutdown of [true, false]) {
        const inputs = { replacement: { ...replacement, skipOsShutdown } };
        const owner = await up(inputs, { leapMs: 0 });
        owner.simulator.timings.set({
          terminate: 40_000,
          stop: 40_000,
          terminateSkippingShutdown: 5_000,
          stopSkippingShutdown: 5_000,
        });
        const id = String(owner.outputs.instanceId);
        await owner.up(program({ ...inputs, ...change }));
        const { events } = owner.simulator.timeline();
        const timeOf = (event: string): number =>
          events.find((it) => it.instanceId === id && it.event === event)?.time ?? NaN;
        times.push((timeOf(to) - timeOf(from)) / 1000);
      }
      assert.deepEqual(times, [5, 40]);
    });
  }
});

describe("waitFor: status-ok", () => {
  for (const [what, change, replacement] of [
    ["a launch", IMAGE, {}],
    ["a launch beside", IMAGE, { strategy: "overlap" }],
    ["a stop and start", { instanceType: "m6i.large" }, { strategy: "stop-start" }],
    ["a new root volume", IMAGE, { strategy: "root-volume" }],
    ["a resume", {}, { strategy: "auto" }],
  ] as const) {
    it(`waits for the checks after ${what}, and "running" does not`, async () => {
      for (const waitFor of ["status-ok", "running"]) {
        const inputs = { replacement: { ...replacement, waitFor } };
        const owner = await up(what === "a resume" ? { ...inputs, desiredState: "paused" } : inputs, { leapMs: 5000 });
        if (what === "a resume") {
          await owner.up(program(inputs));
          await owner.up(program({ ...inputs, desiredState: "paused" }));
        }
        owner.lines.length = 0;
        await owner.up(program({ ...inputs, ...change }));
        const proofs = owner.lines.filter((line) => / passes its status checks after 1[0-9]{2} s$/.test(line));
        assert.equal(proofs.length, waitFor === "status-ok" ? 1 : 0, owner.lines.join("\n"));
      }
    });
  }
});

describe("what a preflight refuses", () => {
  it("gives up no address and grows no volume: all that cannot be undone comes after it", async () => {
    const volume = { name: "data", deviceName: "/dev/sdf", size: 5 };
    const before = { elasticIp: true, secondaryPrivateIpCount: 2, dataVolumes: [volume] };
    const owner = await up(before);
    const { elasticIps, networkInterfaces, volumes } = made(owner);
    const after = { keyName: "nobody", dataVolumes: [{ ...volume, size: 9 }] };
    const failure = await failureOf(owner.unseen(after));
    assert.match(failure.message, /EC2 would not accept the launch of m7i\.large .*was left running/);
    const now = made(owner);
    assert.deepEqual(now.elasticIps, elasticIps);
    assert.deepEqual(now.networkInterfaces, networkInterfaces);
    assert.deepEqual(
      now.volumes.map((it) => it.size),
      volumes.map((it) => it.size),
    );
    await owner.up(program(before));
    assert.deepEqual(made(owner).networkInterfaces, networkInterfaces);
  });
});

describe("an instance that fails its status checks and stays", () => {
  const replacement = { waitFor: "status-ok" };

  it("is checked again by the next up, until it passes them", async () => {
    const owner = quick();
    owner.simulator.impairNextBoot();
    await failureOf(owner.up(program({ replacement })));
    const { instanceId } = only(made(owner).instances);
    assert.match((await failureOf(owner.up(program({ replacement })))).message, /failed its status checks/);
    await somebody(owner).send(new RebootInstancesCommand({ InstanceIds: [instanceId] }));
    await owner.up(program({ replacement }));
    const { instance } = machineOf(owner);
    assert.equal(instance.instanceId, instanceId);
    assert.equal(instance.tags[TAG.unproven], undefined);
    assert.equal(await owner.up(program({ replacement })), "same");
  });

  it("is as good as any once nobody asks for the checks", async () => {
    const owner = quick();
    owner.simulator.impairNextBoot();
    await failureOf(owner.up(program({ replacement })));
    await owner.up(program());
    assert.equal(machineOf(owner).instance.tags[TAG.unproven], undefined);
  });
});

describe("rollbackOnFailure", () => {
  const TROUBLES: [
    what: string,
    trouble: (owner: Stack) => void,
    change: Properties,
    replacement: Properties,
    says: RegExp,
  ][] = [
    [
      "is ended by EC2 as it starts",
      (owner) => {
        owner.simulator.failNextLaunch("Client.InternalError");
      },
      IMAGE,
      {},
      /i-\w+ ended while it started: .*Client\.InternalError/,
    ],
    [
      "never passes its status checks",
      (owner) => {
        owner.simulator.impairNextBoot();
      },
      IMAGE,
      { waitFor: "status-ok" },
      /i-\w+ failed its status checks/,
    ],
    [
      "has no capacity",
      (owner) => {
        owner.simulator.capacity.set("m6i.large", "us-east-1a", "on-demand", 0);
      },
      { instanceType: "m6i.large" },
      {},
      /no capacity in us-east-1a: m6i\.large \(on-demand\)/,
    ],
  ];

  for (const [what, trouble, change, replacement, says] of TROUBLES) {
    it(`true: the generation before runs again when the new instance ${what}`, async () => {
      const base = { elasticIp: true, replacement };
      const owner = await up(base);
      const was = holderOf(owner);
      trouble(owner);
      const failure = await failureOf(owner.up(program({ ...base, ...change })));
      assert.match(failure.message, says);
      assert.match(failure.message, /The previous one, generation 1 on eni-\w+, runs again, as i-\w+\. Kept:/);
      later(owner);
      const instance = only(made(owner).instances);
      assert.deepEqual([instance.imageId, instance.instanceType], [WELL_KNOWN.imageV1, "m7i.large"]);
      assert.equal(owner.outputs.state, "running");
      await owner.up(program(base));
      assert.equal(holderOf(owner).instance.instanceId, instance.instanceId);
      assert.deepEqual(holderOf(owner).identity, was.identity);
      await settled(owner, base);
      owner.simulator.capacity.clear("m6i.large", "us-east-1a", "on-demand");
      await owner.up(program({ ...base, ...change }));
      assert.deepEqual(holderOf(owner).identity, was.identity);
    });

    it(`false: nothing comes after the new instance that ${what}`, async () => {
      const base = { elasticIp: true, replacement: { ...replacement, rollbackOnFailure: false } };
      const owner = await up(base);
      const was = holderOf(owner);
      trouble(owner);
      const failure = await failureOf(owner.up(program({ ...base, ...change })));
      assert.match(failure.message, says);
      assert.doesNotMatch(failure.message, /runs again/);
      assert.ok(!owner.lines.some((line) => line.includes("generation 1 on")));
      later(owner);
      await owner.up(program(base));
      later(owner);
      const now = holderOf(owner);
      assert.notEqual(now.instance.instanceId, was.instance.instanceId);
      assert.deepEqual([now.instance.imageId, now.instance.instanceType], [WELL_KNOWN.imageV1, "m7i.large"]);
      assert.deepEqual(now.identity, was.identity);
      await settled(owner, base);
    });
  }
});
