/** The policy in docs/permissions.md: it is enough, each of its actions is needed, and what is missing is named. */
import assert from "node:assert/strict";
import { OPTIONAL_RIGHTS } from "../../provider/ec2/policies";
import { TAG } from "../../provider/ec2/tags";
import type { Properties } from "../../provider/model/properties";
import { comesToItsEnd, courseOf, lostBy } from "./permission-courses";
import { beginning, carriedOut, PERMISSION_SCENARIOS } from "./permission-scenarios";
import {
  actionsIn,
  ALL,
  CONTROLLER,
  LIFE,
  OPERATOR,
  OTHERS,
  type Policy,
  policyFor,
  READER,
  UP,
  without,
} from "./policies";
import { program, type Stack } from "./support";
import { asMadeBefore, failureOf, later, made, settled } from "./world";
import { machineOf } from "./machine";

/** Without them only the preview says less: tests/provider/inputs/surroundings/answers.test.ts has that. */
const OPTIONAL = actionsIn(READER.filter((it) => it.Sid === "ReadForPreview"));
/** Rights without which a run says a line and goes on; tests/provider/versions.test.ts tells of it. */
const UNNEEDED = ["ec2:DeleteLaunchTemplateVersions", "ec2:ModifyLaunchTemplate"];
const RIGHTS = actionsIn(ALL).filter((it) => ![...OPTIONAL, ...UNNEEDED].includes(it));

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

/** The scenarios that take the right. */
async function scenariosWith(right: string): Promise<string[]> {
  const needed = NEEDED_BY[right];
  if (needed !== undefined) {
    return needed;
  }
  const all = await Promise.all(
    Object.keys(PERMISSION_SCENARIOS).map(async (name) => ({ name, ...(await courseOf(name)) })),
  );
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
  for (const name of Object.keys(PERMISSION_SCENARIOS)) {
    it(`is enough for: ${name}`, async () => {
      await courseOf(name);
    });
  }

  it("is for five kinds of caller, of whom the reader has what reads, and nobody else names it again", () => {
    assert.deepEqual([READER.map((it) => it.Sid), OTHERS], [["Read", "ReadForPreview"], []]);
    const reads = RIGHTS.filter((it) => it.startsWith("ec2:Describe"));
    assert.deepEqual(actionsIn(READER), [...reads, ...OPTIONAL]);
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

const OPERATED = Object.keys(PERMISSION_SCENARIOS).filter((it) => /^(pause|resume|recycle)/.test(it));

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
      actionsIn(OPERATOR).filter((it) => !used.has(it)),
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
      assert.ok(actionsIn(UP).includes(right), message);
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

describe("the reading actions in the docs", () => {
  for (const name of Object.keys(PERMISSION_SCENARIOS)) {
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
