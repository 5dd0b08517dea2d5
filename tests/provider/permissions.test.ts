/** The policy in docs/permissions.md: it is enough, each of its actions is needed, and what is missing is named. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  AssociateAddressCommand,
  CreateLaunchTemplateCommand,
  CreateNetworkInterfaceCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DetachVolumeCommand,
  type EC2Client,
  ReleaseAddressCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { type Statement, WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import type { Properties } from "../../provider/model/properties";
import { OPTIONAL_RIGHTS } from "../../provider/ec2/policies";
import { fitting, interfaceByHand, launchedByHand, nothingIsOurs } from "./by-hand";
import { withVersions } from "./many-versions";
import { program, type Stack } from "./support";
import { asMadeBefore, failureOf, later, machineOf, made, nothingIsLeft, quick, settled, somebody, up } from "./world";

const DOCS = readFileSync(join(__dirname, "../../docs/permissions.md"), "utf8");

/** In the order of the docs; each adds to those before it, but for the controller's, of which tests/cli/watch.test.ts tells. */
const [READER = [], OPERATOR = [], UP = [], GIVEN = [], CONTROLLER = [], ...OTHERS] = [
  ...DOCS.matchAll(/```json\n([^]*?)```/g),
].map(([, policy = ""]) => (JSON.parse(policy) as { Statement: Statement[] }).Statement);

type Policy = readonly Statement[];

const LIFE: Policy = [...READER, ...OPERATOR, ...UP];
const ALL: Policy = [...LIFE, ...GIVEN];

const actionsOf = (policy: Policy): string[] => [...new Set(policy.flatMap((it) => it.Action))];
/** Without them only the preview says less: tests/provider/inputs/surroundings/answers.test.ts has that. */
const OPTIONAL = actionsOf(READER.filter((it) => it.Sid === "ReadForPreview"));
/** Rights without which a run says a line and goes on; tests/provider/versions.test.ts tells of it. */
const UNNEEDED = ["ec2:DeleteLaunchTemplateVersions", "ec2:ModifyLaunchTemplate"];
const RIGHTS = actionsOf(ALL).filter((it) => ![...OPTIONAL, ...UNNEEDED].includes(it));

function without(right: string, policy: Policy): Policy {
  return policy.map((it) => ({ ...it, Action: [it.Action].flat().filter((action) => action !== right) }));
}

/** What is there already takes one right more. */
const policyFor = (name: string): Policy => (isAdoption(name) ? ALL : LIFE);

/** Of what somebody with other rights made. */
const isAdoption = (name: string): boolean => name.startsWith("adoption");

const DATA = { name: "data", deviceName: "/dev/sdf", size: 10 };
const LOGS = { name: "logs", deviceName: "/dev/sdg", size: 10 };
const DELETES = { deletion: { dataVolumes: "delete" } };
const SPOT = { market: { lifecycle: "spot" } };
const IMAGE = { imageId: WELL_KNOWN.imageV2 };

const ONCE = { recycleTriggers: { at: "1" } };
const AGAIN = { recycleTriggers: { at: "2" } };
const DRAINED = { replacement: { drainSeconds: 30 } };
/** What outlives an instance, and the role that each one has. */
const HELD = { ...DELETES, dataVolumes: [DATA], elasticIp: true, iamInstanceProfile: "demo" };

const DUAL_STACK = { subnetId: WELL_KNOWN.dualStackSubnet };

const EVERYTHING = {
  ...DUAL_STACK,
  ...SPOT,
  ...DELETES,
  elasticIp: true,
  secondaryPrivateIpCount: 1,
  ipv6AddressCount: 1,
  iamInstanceProfile: "demo",
  dataVolumes: [DATA],
  tags: { Team: "a" },
  replacement: { waitFor: "status-ok" },
};

const FEW = {
  ...DUAL_STACK,
  securityGroupIds: [WELL_KNOWN.otherSecurityGroup],
  tags: { Team: "a" },
};
const MANY = {
  ...DUAL_STACK,
  elasticIp: true,
  secondaryPrivateIpCount: 2,
  ipv6AddressCount: 2,
  iamInstanceProfile: "demo",
  monitoring: true,
  sourceDestCheck: false,
  metadataOptions: { httpTokens: "optional" },
  tags: { Stage: "b" },
};

/** Brings the machine to where the scenario begins, and gives what is wanted then; nothing: its end. */
type Prepare = (owner: Stack) => Promise<Properties | undefined>;

/** The simulated account has one to begin with. */
function addProfile({ simulator }: Stack, name: string): void {
  const world = simulator.snapshot();
  const arn = `arn:aws:iam::${world.accountId}:instance-profile/${name}`;
  world.instanceProfiles[name] = { name, arn, id: "AIPAOTHER000000000001" };
  simulator.restore(world);
}

/** From what is up to what is wanted. */
function change(before: Properties, after: Properties | undefined): Prepare {
  return async (owner) => {
    await owner.up(program(before));
    return after === undefined ? undefined : program(after);
  };
}

function strategy(name: string, after: Properties, more: Properties = {}): Prepare {
  const base = { elasticIp: true, replacement: { strategy: name }, ...more };
  return change(base, { ...base, ...after });
}

const SCENARIOS: Readonly<Record<string, Prepare>> = {
  "create with everything": () => Promise.resolve(program(EVERYTHING)),
  "more of what changes in place": change(FEW, MANY),
  "less of it, and another profile": async (owner) => {
    addProfile(owner, "other");
    return change(MANY, { ...FEW, iamInstanceProfile: "other" })(owner);
  },
  "no profile": change({ iamInstanceProfile: "demo" }, {}),
  "terminate-first": strategy("terminate-first", IMAGE, { ...DELETES, dataVolumes: [DATA] }),
  "root-volume": strategy("root-volume", IMAGE),
  "stop-start": strategy("stop-start", { instanceType: "m6i.large", userData: "#!/bin/sh\n" }),
  overlap: strategy("overlap", IMAGE),
  "another subnet": change(
    { elasticIp: true, instanceType: "t3.medium" },
    { elasticIp: true, instanceType: "t3.medium", subnetId: WELL_KNOWN.subnetB },
  ),
  "another assignment of a public address": change({ publicIpAssignment: "assign" }, { publicIpAssignment: "none" }),
  pause: change({}, { desiredState: "paused" }),
  "pause of spot": change(SPOT, { ...SPOT, desiredState: "paused" }),
  resume: change({ desiredState: "paused" }, {}),
  "resume of what is stopped": async (owner) => {
    await owner.up(program());
    return change({ desiredState: "paused" }, {})(owner);
  },
  recycle: change({ ...HELD, ...ONCE }, { ...HELD, ...AGAIN }),
  "recycle of spot": change({ ...HELD, ...SPOT, ...ONCE }, { ...HELD, ...SPOT, ...AGAIN }),
  "recycle by overlap": strategy("overlap", AGAIN, ONCE),
  "pause after draining": change(DRAINED, { ...DRAINED, desiredState: "paused" }),
  "data volumes": change(
    { ...DELETES, dataVolumes: [DATA, LOGS] },
    { ...DELETES, dataVolumes: [{ ...DATA, size: 20 }] },
  ),
  "a data volume of a snapshot": change(DELETES, {
    ...DELETES,
    dataVolumes: [{ ...DATA, snapshotId: WELL_KNOWN.imageV1.replace("ami-", "snap-") }],
  }),
  "adoption of a running instance": async (owner) => fitting(await launchedByHand(owner)),
  "adoption of an Elastic IP": async (owner) => {
    const { networkInterfaceId, allocationId } = await interfaceByHand(owner);
    await somebody(owner).send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: networkInterfaceId }));
    return program({ elasticIp: allocationId });
  },
  "adoption by replacement": async (owner) => {
    const had = await launchedByHand(owner, { IamInstanceProfile: { Name: "demo" } });
    return fitting(had, { ...IMAGE, dataVolumes: [{ ...DATA, size: undefined, volumeId: had.dataVolumeId }] });
  },
  "a record with many versions": async (owner) => {
    await owner.up(program());
    withVersions(owner, 30);
    return program(IMAGE);
  },
  destroy: change(EVERYTHING, undefined),
};

interface Beginning {
  world: ReturnType<Stack["simulator"]["snapshot"]>;
  at: number;
  recorded: Stack["recorded"];
  wanted: Properties | undefined;
}

const beginnings = new Map<string, Promise<Beginning>>();

async function prepared(name: string): Promise<Beginning> {
  const owner = quick();
  if (!isAdoption(name)) {
    owner.simulator.iam.attach(LIFE);
  }
  const wanted = await SCENARIOS[name]?.(owner);
  later(owner);
  return { world: owner.simulator.snapshot(), at: owner.clock.now(), recorded: owner.recorded, wanted };
}

/** Where a scenario begins, with these rights from then on. */
async function beginning(name: string, policy: Policy): Promise<{ owner: Stack; wanted: Properties | undefined }> {
  const first = beginnings.get(name) ?? prepared(name);
  beginnings.set(name, first);
  const { world, at, recorded, wanted } = await first;
  const owner = quick();
  owner.clock.advance(at - owner.clock.now());
  owner.simulator.restore(world);
  owner.simulator.iam.attach(policy);
  owner.recorded = structuredClone(recorded);
  return { owner, wanted };
}

async function carriedOut(owner: Stack, wanted: Properties | undefined): Promise<void> {
  await (wanted === undefined ? owner.destroy() : owner.up(wanted));
}

const IN_USE = " is in use";

/** What a machine has that outlives its instance, and which of it an instance that runs has the use of. */
function factsOf(owner: Stack): string[] {
  const { networkInterfaces, elasticIps, volumes, instances } = made(owner);
  const running = instances.filter((it) => it.state === "running").map((it) => it.instanceId);
  const isUsed = ({ attachment }: { attachment?: { instanceId: string } }): boolean =>
    attachment !== undefined && running.includes(attachment.instanceId);
  const data = volumes.filter(({ attachment, tags }) => TAG.volume in tags || attachment?.device === DATA.deviceName);
  const online = networkInterfaces.filter(isUsed).map((it) => it.networkInterfaceId);
  const addresses = elasticIps.filter((it) => online.includes(it.networkInterfaceId ?? ""));
  return [
    ...networkInterfaces.flatMap(({ networkInterfaceId: id, macAddress, privateAddresses }) => [
      `${id} is ${macAddress}`,
      ...privateAddresses.map(({ address, primary }) => `${id} has ${address}${primary ? " first" : ""}`),
    ]),
    ...elasticIps.map((it) => `${it.allocationId} is ${it.publicIp}`),
    ...data.map((it) => `${it.volumeId} is there`),
    ...[...online, ...addresses.map((it) => it.allocationId), ...data.filter(isUsed).map((it) => it.volumeId)].map(
      (it) => `${it}${IN_USE}`,
    ),
  ];
}

interface Course {
  /** What is so before and after. */
  lasting: string[];
  /** The rights that it took. */
  used: string[];
}

/** Rights that a call of another action takes too. */
const TAKEN_WITH: Readonly<Record<string, string>> = {
  "ec2:CreateLaunchTemplate": "ec2:CreateTags",
  "ec2:AssociateIamInstanceProfile": "iam:PassRole",
  "ec2:ReplaceIamInstanceProfileAssociation": "iam:PassRole",
};

const courses = new Map<string, Promise<Course>>();

async function run(name: string): Promise<Course> {
  const { owner, wanted } = await beginning(name, policyFor(name));
  const before = factsOf(owner);
  await carriedOut(owner, wanted);
  const called = owner.simulator.calls().map((it) => `ec2:${it.action}`);
  const passes = called.includes("ec2:RunInstances") && wanted?.iamInstanceProfile !== undefined;
  const also = [...called.flatMap((it) => TAKEN_WITH[it] ?? []), ...(passes ? ["iam:PassRole"] : [])];
  const used = new Set([...called, ...also]);
  later(owner);
  const after = factsOf(owner);
  await comesToItsEnd(name, owner, wanted);
  return { lasting: before.filter((it) => after.includes(it)), used: [...used] };
}

function courseOf(name: string): Promise<Course> {
  const course = courses.get(name) ?? run(name);
  courses.set(name, course);
  return course;
}

/** It is as wanted, and what is left once it is destroyed is what was given to it. */
async function comesToItsEnd(name: string, owner: Stack, wanted: Properties | undefined): Promise<void> {
  if (wanted !== undefined) {
    await settled(owner, wanted);
    await owner.destroy();
    later(owner);
  }
  if (isAdoption(name)) {
    nothingIsOurs(owner);
  } else {
    nothingIsLeft(owner);
  }
}

/** What would be so had all been allowed, and is not. */
async function lostBy(owner: Stack, name: string): Promise<string[]> {
  const { lasting } = await courseOf(name);
  const facts = factsOf(owner);
  return lasting.filter((it) => !facts.includes(it));
}

/** A create needs it for nothing but the tag of its lease, which the next update takes off. */
async function endsWithLease(owner: Stack, carried: Promise<unknown>): Promise<boolean> {
  const isDone = await carried.then(
    () => true,
    () => false,
  );
  return isDone && made(owner).templates.some(({ tags }) => TAG.lease in tags);
}

/** The scenario fails without the right, says which it is, and has not lost anything. */
async function failsWithout(name: string, right: string): Promise<{ owner: Stack; wanted: Properties | undefined }> {
  const { owner, wanted } = await beginning(name, without(right, policyFor(name)));
  const carried = carriedOut(owner, wanted);
  if (right === "ec2:DeleteTags" && (await endsWithLease(owner, carried))) {
    return { owner, wanted };
  }
  const { message } = await failureOf(carried);
  assert.ok(message.includes(` was denied: `), message);
  assert.ok(message.includes(`Allow the action ${right} in the IAM policy of these credentials.`), message);
  later(owner);
  const lost = await lostBy(owner, name);
  // Not even for a while: what would only be refused later is asked about before.
  assert.deepEqual(lost, [], `${name} without ${right}`);
  return { owner, wanted };
}

/** Rights that a preview uses where it has them, and the scenarios that cannot do without them. */
const NEEDED_BY: Readonly<Record<string, string[]>> = {
  "ec2:DescribeSecurityGroups": ["more of what changes in place"],
};
/** They launch nothing: their image is looked at to warn of one that is gone, which can be left unsaid. */
const WARNED_OF: readonly string[] = [
  "more of what changes in place",
  "less of it, and another profile",
  "no profile",
  "data volumes",
];

/** Those that take it. */
async function scenariosWith(right: string): Promise<string[]> {
  const needed = NEEDED_BY[right];
  if (needed !== undefined) {
    return needed;
  }
  const all = await Promise.all(Object.keys(SCENARIOS).map(async (name) => ({ name, ...(await courseOf(name)) })));
  const isRead = (name: string): boolean => right !== "ec2:DescribeImages" || !WARNED_OF.includes(name);
  return all.filter(({ name, used }) => used.includes(right) && isRead(name)).map(({ name }) => name);
}

function actionsDenied(owner: Stack): string[] {
  return owner.simulator
    .calls()
    .filter((it) => it.result === "UnauthorizedOperation")
    .map((it) => it.action);
}

describe("the policy in the docs", () => {
  for (const name of Object.keys(SCENARIOS)) {
    it(`is enough for: ${name}`, async () => {
      await courseOf(name);
    });
  }

  it("is for five kinds of caller, of whom the reader has what reads, and nobody else names it again", () => {
    assert.deepEqual([READER.map((it) => it.Sid), OTHERS], [["Read", "ReadForPreview"], []]);
    const reads = RIGHTS.filter((it) => it.startsWith("ec2:Describe"));
    assert.deepEqual(actionsOf(READER), [...reads, ...OPTIONAL]);
    assert.deepEqual(OPTIONAL, OPTIONAL_RIGHTS);
    const names = [...ALL, ...CONTROLLER].map((it) => it.Sid);
    assert.deepEqual([...new Set(names)], names);
  });

  for (const right of RIGHTS) {
    it(`needs ${right}: without it an error names it, nothing is lost, and with it all goes on`, async () => {
      const [first, ...others] = await scenariosWith(right);
      assert.ok(first !== undefined, `no scenario uses ${right}`);
      const { owner, wanted } = await failsWithout(first, right);
      owner.simulator.iam.attach(policyFor(first));
      await carriedOut(owner, wanted);
      later(owner);
      assert.deepEqual(await lostBy(owner, first), []);
      await comesToItsEnd(first, owner, wanted);
      for (const name of others) {
        await failsWithout(name, right);
      }
    });
  }
});

const OPERATED = Object.keys(SCENARIOS).filter((it) => /^(pause|resume|recycle)/.test(it));

describe("the operator's policy", () => {
  const policy: Policy = [...READER, ...OPERATOR];

  for (const name of OPERATED) {
    it(`is enough for: ${name}`, async () => {
      const { owner, wanted } = await beginning(name, policy);
      assert.ok(wanted !== undefined);
      await owner.up(wanted);
      await settled(owner, wanted);
      later(owner);
      assert.deepEqual(await lostBy(owner, name), []);
    });
  }

  it("has no right that none of these takes", async () => {
    const courses = await Promise.all(OPERATED.map((name) => ownCallsOf(name, policy)));
    const used = new Set([...courses.flat(), ...UNNEEDED]);
    assert.deepEqual(
      actionsOf(OPERATOR).filter((it) => !used.has(it)),
      [],
    );
  });

  for (const name of [
    "create with everything",
    "another subnet",
    "data volumes",
    "more of what changes in place",
    "destroy",
  ]) {
    it(`is not enough for: ${name}; an error says which right is missing, and nothing is lost`, async () => {
      const { owner, wanted } = await beginning(name, policy);
      const { message } = await failureOf(carriedOut(owner, wanted));
      const [, right = ""] = /Allow the action (\S+) in the IAM policy/.exec(message) ?? [];
      assert.ok(actionsOf(UP).includes(right), message);
      later(owner);
      const gone = await lostBy(owner, name);
      assert.deepEqual(gone, []);
    });
  }
});

/** Without the destroy that a course ends with. */
async function ownCallsOf(name: string, policy: Policy): Promise<string[]> {
  const { owner, wanted } = await beginning(name, policy);
  await carriedOut(owner, wanted);
  return [...owner.simulator.calls().map((it) => `ec2:${it.action}`), "iam:PassRole"];
}

/** What the policies are not for, each as a call by who has them. */
const STRANGE: Readonly<Record<string, (ec2: EC2Client, things: Things) => Promise<unknown>>> = {
  "ends another's instance": (ec2, { foreign }) =>
    ec2.send(new TerminateInstancesCommand({ InstanceIds: [foreign.instanceId], DryRun: true })),
  "stops another's instance": (ec2, { foreign }) =>
    ec2.send(new StopInstancesCommand({ InstanceIds: [foreign.instanceId], DryRun: true })),
  "takes off another's volume": (ec2, { foreign }) =>
    ec2.send(new DetachVolumeCommand({ VolumeId: foreign.dataVolumeId, DryRun: true })),
  "deletes another's volume": (ec2, { foreign }) =>
    ec2.send(new DeleteVolumeCommand({ VolumeId: foreign.dataVolumeId, DryRun: true })),
  "deletes another's interface": (ec2, { foreign }) =>
    ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: foreign.networkInterfaceId, DryRun: true })),
  "releases another's Elastic IP": (ec2, { foreign }) =>
    ec2.send(new ReleaseAddressCommand({ AllocationId: foreign.allocationId, DryRun: true })),
  "takes another's Elastic IP": (ec2, { foreign, own }) =>
    ec2.send(
      new AssociateAddressCommand({
        AllocationId: foreign.allocationId,
        NetworkInterfaceId: own.networkInterfaceId,
        AllowReassociation: true,
        DryRun: true,
      }),
    ),
  "marks another's instance": (ec2, { foreign }) => mark(ec2, foreign.instanceId),
  "marks another's interface": (ec2, { foreign }) => mark(ec2, foreign.networkInterfaceId),
  "tags another's volume": (ec2, { foreign }) =>
    ec2.send(
      new CreateTagsCommand({ Resources: [foreign.dataVolumeId], Tags: [{ Key: "Team", Value: "a" }], DryRun: true }),
    ),
  "takes off another's tags": (ec2, { foreign }) =>
    ec2.send(new DeleteTagsCommand({ Resources: [foreign.instanceId], Tags: [{ Key: "Name" }], DryRun: true })),
  "launches from no template": (ec2, things) =>
    launch(ec2, things, { LaunchTemplate: undefined, ImageId: WELL_KNOWN.imageV1, InstanceType: "m7i.large" }),
  "launches from another's template": (ec2, things) =>
    launch(ec2, things, { LaunchTemplate: { LaunchTemplateId: things.foreignTemplateId } }),
  "launches what is not marked": (ec2, things) => launch(ec2, things, { TagSpecifications: [] }),
  "asks for spot that is not marked": (ec2, things) =>
    launch(ec2, things, { InstanceMarketOptions: { MarketType: "spot" } }),
  "makes an interface that is not marked": (ec2) =>
    ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA, DryRun: true })),
  "makes a volume that is not marked": (ec2) =>
    ec2.send(new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 1, DryRun: true })),
};

interface Things {
  foreign: Awaited<ReturnType<typeof launchedByHand>>;
  foreignTemplateId: string;
  own: { networkInterfaceId: string; launchTemplateId: string };
}

const MARK = { Key: TAG.id, Value: "mi-0a1b2c3d4e5f60718" };

const mark = (ec2: EC2Client, id: string): Promise<unknown> =>
  ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [MARK], DryRun: true }));

/** As the provider launches, other than said. */
function launch(ec2: EC2Client, { own }: Things, overrides: Partial<RunInstancesCommandInput>): Promise<unknown> {
  return ec2.send(
    new RunInstancesCommand({
      LaunchTemplate: { LaunchTemplateId: own.launchTemplateId },
      MinCount: 1,
      MaxCount: 1,
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: WELL_KNOWN.subnetA }],
      TagSpecifications: [
        { ResourceType: "instance", Tags: [MARK] },
        { ResourceType: "volume", Tags: [MARK] },
      ],
      DryRun: true,
      ...overrides,
    }),
  );
}

async function things(): Promise<{ owner: Stack; all: Things }> {
  const owner = await up();
  const { eni, template } = machineOf(owner);
  const foreign = await launchedByHand(owner);
  const { LaunchTemplate } = await somebody(owner).send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: "another",
      LaunchTemplateData: { ImageId: WELL_KNOWN.imageV1 },
    }),
  );
  const own = { networkInterfaceId: eni.networkInterfaceId, launchTemplateId: template.launchTemplateId };
  return { owner, all: { foreign, own, foreignTemplateId: LaunchTemplate?.LaunchTemplateId ?? "" } };
}

/** Which of the strange calls the policy lets through. */
async function letThrough(policy: Policy): Promise<string[]> {
  const { owner, all } = await things();
  owner.simulator.iam.attach(policy);
  const answers = await Promise.all(
    Object.entries(STRANGE).map(async ([title, call]) => ({
      title,
      name: (await failureOf(call(somebody(owner), all))).name,
    })),
  );
  return answers.filter(({ name }) => name !== "UnauthorizedOperation").map(({ title }) => title);
}

describe("the conditions of the policies", () => {
  it("let nothing be touched, launched or made that is not a managed instance's", async () => {
    assert.deepEqual(await letThrough(LIFE), []);
  });

  it("let a marked launch from a managed instance's template through", async () => {
    const { owner, all } = await things();
    owner.simulator.iam.attach(LIFE);
    assert.equal((await failureOf(launch(somebody(owner), all, {}))).name, "DryRunOperation");
  });

  for (const { Sid = "", Condition } of LIFE) {
    // To which service a role is passed, EC2 does not ask.
    if (Condition !== undefined && Sid !== "PassRole") {
      it(`each keep something out: ${Sid}`, async () => {
        const open = LIFE.map((it) => (it.Sid === Sid ? { ...it, Condition: {} } : it));
        assert.notDeepEqual(await letThrough(open), []);
      });
    }
  }

  it("let who may give in what exists mark it, and nobody else", async () => {
    const opened = await letThrough(ALL);
    assert.deepEqual(opened, ["marks another's instance", "marks another's interface"]);
    const { owner, wanted } = await beginning("adoption of a running instance", LIFE);
    const { message } = await failureOf(carriedOut(owner, wanted));
    assert.match(message, /Allow the action ec2:CreateTags in the IAM policy/);
  });
});

describe("the reading actions in the docs", () => {
  for (const name of Object.keys(SCENARIOS)) {
    it(`are enough for the preview and the refresh of: ${name}`, async () => {
      const { owner, wanted } = await beginning(name, READER);
      const { recorded } = owner;
      if (wanted !== undefined) {
        const { failures, changes } = await owner.preview(wanted);
        assert.deepEqual([failures, changes], [[], true]);
        assert.deepEqual(actionsDenied(owner), []);
      }
      await owner.refresh();
      assert.deepEqual([owner.recorded?.id, owner.outputs.drift], [recorded?.id, recorded && []]);
      const denied = actionsDenied(owner);
      const told = owner.lines.filter((it) => it.includes("not marked as ready: CreateTags was denied"));
      assert.deepEqual([denied, told.length], [denied.length === 0 ? [] : ["CreateTags"], denied.length]);
    });
  }

  it("are enough for a refresh that would mark the record: it says that it could not, and the next up does it", async () => {
    const { owner } = await beginning("pause", LIFE);
    owner.simulator.iam.clear();
    await asMadeBefore(owner);
    owner.simulator.iam.attach(READER);
    await owner.refresh();
    assert.match(owner.lines.join("\n"), /not marked as ready: CreateTags was denied: .*Allow the action/);
    owner.simulator.iam.attach(LIFE);
    await owner.up(program({ tags: { Team: "a" } }));
    await settled(owner, { tags: { Team: "a" } });
    assert.equal(machineOf(owner).template.tags[TAG.phase], "ready");
  });
});
