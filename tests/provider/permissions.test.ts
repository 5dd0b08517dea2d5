/** The policy in docs/permissions.md: it is enough, each of its actions is needed, and what is missing is named. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import type { Properties } from "../../provider/handlers";
import { fitting, launchedByHand, nothingIsOurs } from "./by-hand";
import { program, type Stack } from "./support";
import { failureOf, later, machineOf, made, nothingIsLeft, quick, settled } from "./world";

interface Statement {
  Sid: string;
  Action: string[];
}

function statements(): Statement[] {
  const docs = readFileSync(join(__dirname, "../../docs/permissions.md"), "utf8");
  const [, policy = ""] = /```json\n([^]*?)```/.exec(docs) ?? [];
  return (JSON.parse(policy) as { Statement: Statement[] }).Statement;
}

const POLICY = statements();
const READS = POLICY.filter((it) => it.Sid === "Read").flatMap((it) => it.Action);
/** With the one that the docs name beside the policy. */
const RIGHTS = [...POLICY.flatMap((it) => it.Action), "iam:PassRole"];

const DATA = { name: "data", deviceName: "/dev/sdf", size: 10 };
const LOGS = { name: "logs", deviceName: "/dev/sdg", size: 10 };
const DELETES = { deletion: { dataVolumes: "delete" } };
const SPOT = { market: { lifecycle: "spot" } };
const IMAGE = { imageId: WELL_KNOWN.imageV2 };

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
  "data volumes": change(
    { ...DELETES, dataVolumes: [DATA, LOGS] },
    { ...DELETES, dataVolumes: [{ ...DATA, size: 20 }] },
  ),
  "adoption of a running instance": async (owner) => fitting(await launchedByHand(owner)),
  "adoption by replacement": async (owner) => {
    const had = await launchedByHand(owner, { IamInstanceProfile: { Name: "demo" } });
    return fitting(had, { ...IMAGE, dataVolumes: [{ ...DATA, size: undefined, volumeId: had.dataVolumeId }] });
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
  owner.simulator.iam.allowOnly(RIGHTS);
  const wanted = await SCENARIOS[name]?.(owner);
  later(owner);
  return { world: owner.simulator.snapshot(), at: owner.clock.now(), recorded: owner.recorded, wanted };
}

/** Where a scenario begins, with these rights from then on. */
async function beginning(
  name: string,
  rights: readonly string[],
): Promise<{ owner: Stack; wanted: Properties | undefined }> {
  const first = beginnings.get(name) ?? prepared(name);
  beginnings.set(name, first);
  const { world, at, recorded, wanted } = await first;
  const owner = quick();
  owner.clock.advance(at - owner.clock.now());
  owner.simulator.restore(world);
  owner.simulator.iam.allowOnly(rights);
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

/** Rights that a call of another action takes too. The simulator does not see a profile that a launch has from its template. */
const TAKEN_WITH: Readonly<Record<string, string>> = {
  "ec2:CreateLaunchTemplate": "ec2:CreateTags",
  "ec2:AssociateIamInstanceProfile": "iam:PassRole",
  "ec2:ReplaceIamInstanceProfileAssociation": "iam:PassRole",
};

const courses = new Map<string, Promise<Course>>();

async function run(name: string): Promise<Course> {
  const { owner, wanted } = await beginning(name, RIGHTS);
  const before = factsOf(owner);
  await carriedOut(owner, wanted);
  const called = owner.simulator.calls().map((it) => `ec2:${it.action}`);
  const used = new Set([...called, ...called.flatMap((it) => TAKEN_WITH[it] ?? [])]);
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
  if (name.startsWith("adoption")) {
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

/** The scenario fails without the right, says which it is, and has not lost anything. */
async function failsWithout(name: string, right: string): Promise<{ owner: Stack; wanted: Properties | undefined }> {
  const { owner, wanted } = await beginning(
    name,
    RIGHTS.filter((it) => it !== right),
  );
  const { message } = await failureOf(carriedOut(owner, wanted));
  assert.ok(message.includes(` was denied: `), message);
  assert.ok(message.includes(`Allow the action ${right} in the IAM policy of these credentials.`), message);
  later(owner);
  const lost = await lostBy(owner, name);
  // Not even for a while: what would only be refused later is asked about before.
  assert.deepEqual(lost, [], `${name} without ${right}`);
  return { owner, wanted };
}

/** Those that take it. */
async function scenariosWith(right: string): Promise<string[]> {
  const all = await Promise.all(Object.keys(SCENARIOS).map(async (name) => ({ name, ...(await courseOf(name)) })));
  return all.filter(({ used }) => used.includes(right)).map(({ name }) => name);
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

  it("names every action once, and under Read those that read", () => {
    assert.deepEqual([...new Set(RIGHTS)], RIGHTS);
    assert.deepEqual(
      READS,
      RIGHTS.filter((it) => it.startsWith("ec2:Describe")),
    );
    assert.equal(POLICY.length, 2);
  });

  for (const right of RIGHTS) {
    it(`needs ${right}: without it an error names it, nothing is lost, and with it all goes on`, async () => {
      const [first, ...others] = await scenariosWith(right);
      assert.ok(first !== undefined, `no scenario uses ${right}`);
      const { owner, wanted } = await failsWithout(first, right);
      owner.simulator.iam.allowOnly(RIGHTS);
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

describe("the reading actions in the docs", () => {
  for (const name of Object.keys(SCENARIOS)) {
    it(`are enough for the preview and the refresh of: ${name}`, async () => {
      const { owner, wanted } = await beginning(name, READS);
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
    const { owner } = await beginning("pause", READS);
    await owner.refresh();
    assert.match(owner.lines.join("\n"), /not marked as ready: CreateTags was denied: .*Allow the action/);
    owner.simulator.iam.allowOnly(RIGHTS);
    await owner.up(program({ tags: { Team: "a" } }));
    await settled(owner, { tags: { Team: "a" } });
    assert.equal(machineOf(owner).template.tags[TAG.phase], "ready");
  });
});
