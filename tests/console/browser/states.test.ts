import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { ApiError, FleetMachine, Trouble } from "../../../cli/console/wire";
import { ago, FLEET, machine } from "../samples";
import { describeInBrowser, holdAccessible, type Theatre } from "./browser";
import { TOKEN, type Stage } from "./stage";

const ID = FLEET[0]?.id ?? "";
const MACHINE = `/api/machines/${ID}`;

const trouble = (kind: Trouble["kind"], text: string): Trouble => ({ kind, text, since: ago(120) });
const error = (code: ApiError["error"]["code"], text: string): ApiError["error"] => ({ code, text });

/** One state of a view: how it comes about, and the words by which a user knows it. */
interface State {
  title: string;
  set?: (stage: Stage) => void;
  /** Done once the page is open. */
  act?: (page: Page, stage: Stage) => Promise<void>;
  hash?: string;
  words: readonly (string | RegExp)[];
}

const unreadable = machine({
  name: "old",
  id: "mi-00000000000000001",
  state: "failed",
  desiredState: "",
  isReadable: false,
  reason: "its record was written in a format that this version cannot read",
  instanceId: "",
  launchedAt: null,
});

const partial: FleetMachine = machine({ publicIp: "", unseen: ["ec2:DescribeAddresses"] });

const FLEET_STATES: readonly State[] = [
  { title: "a fleet", words: ["Machines (9)", "given up after 3 replacements in a row (status-checks)"] },
  {
    title: "an empty fleet",
    set: (it) => {
      it.show([]);
    },
    words: ["There is no managed instance in us-east-1 yet", "npm install pulumi-managed-instance"],
  },
  {
    title: "a first look that is not over",
    set: (it) => {
      it.show([], { at: null });
    },
    words: ["Asking EC2 for the machines…"],
  },
  {
    title: "no credentials at the first look",
    set: (it) => {
      it.show([], { at: null, trouble: trouble("no-credentials", "No credentials were found.") });
    },
    words: ["No usable AWS credentials", "No credentials were found.", "aws sso login"],
  },
  {
    title: "credentials that ran out: old data with its time",
    set: (it) => {
      it.show(FLEET, { at: ago(300), trouble: trouble("no-credentials", "They have expired.") });
    },
    words: ["No usable AWS credentials", "Shown: EC2's answer of 5 min ago.", "Machines (9)"],
  },
  {
    title: "EC2 that cannot be reached: old data with its time",
    set: (it) => {
      it.show(FLEET, { at: ago(300), trouble: trouble("unreachable", "The name could not be resolved.") });
    },
    words: ["EC2 cannot be reached", "Since 2 min ago.", "Shown: EC2's answer of 5 min ago.", "Old data"],
  },
  {
    title: "throttling",
    set: (it) => {
      it.show(FLEET, { trouble: trouble("throttled", "EC2 answered RequestLimitExceeded.") });
    },
    words: ["EC2 throttles requests", "Nothing has to be done"],
  },
  {
    title: "a right that is missing for everything",
    set: (it) => {
      it.show([], { at: null, trouble: trouble("denied", "ec2:DescribeLaunchTemplates is missing.") });
    },
    words: ["A right is missing", "ec2:DescribeLaunchTemplates is missing.", "managed-instance iam-policy reader"],
  },
  {
    title: "a right that is missing for a part",
    set: (it) => {
      it.show([partial]);
    },
    words: [
      "Without ec2:DescribeAddresses, 1 machine is not seen whole.",
      "Not seen whole: ec2:DescribeAddresses is missing.",
    ],
  },
  {
    title: "an unreadable record",
    set: (it) => {
      it.show([unreadable]);
    },
    words: ["old", "failed", "in a format that this version cannot read"],
  },
  {
    title: "a server that is gone",
    act: async (page, stage) => {
      await page.getByText("Machines (9)").waitFor();
      await stage.close();
    },
    words: ["The console's server is gone", /Trying again in \d+ s\.|Trying again now\./, "Machines (9)"],
  },
  {
    title: "a server that was ended",
    act: async (page, stage) => {
      await page.getByText("Machines (9)").waitFor();
      stage.drop({ bye: true });
    },
    words: ["The console was ended", "Machines (9)"],
  },
  {
    title: "a session that expires",
    act: async (page, stage) => {
      await page.getByText("Machines (9)").waitFor();
      stage.failures.set("*", error("bad-session", "There is no session."));
      stage.drop({ bye: false });
    },
    words: ["The session has expired", "managed-instance console", "Machines (9)"],
  },
  {
    title: "a token that was used",
    hash: "#token=bad",
    set: (it) => {
      it.failures.set("*", error("bad-session", "This address was used already."));
    },
    words: ["This session is over", "This address was used already.", "managed-instance console"],
  },
  {
    title: "a page without a session",
    hash: "#/",
    set: (it) => {
      it.failures.set("*", error("bad-session", "There is no session."));
    },
    words: ["This session is over"],
  },
  { title: "a view that is not there", hash: "#/nothing", words: ["There is no such page", "All machines"] },
  {
    title: "a filter that matches nothing",
    hash: "#/?q=nothing",
    words: ["No machine matches the filter.", "Clear the filter"],
  },
];

const MACHINE_STATES: readonly State[] = [
  {
    title: "a machine",
    words: [
      "10.0.1.183",
      "2001:db8:1f::a7",
      "203.0.113.36",
      "replaced: interruption",
      "gives up the interface",
      "From a terminal",
    ],
  },
  {
    title: "a machine that is paused, with its addresses",
    hash: "#/machines/mi-71f0a9b8c7d6e5f43",
    words: ["paused", "10.0.3.10"],
  },
  {
    title: "a failed machine, with its reason and advice",
    hash: "#/machines/mi-8d9e0f1a2b3c4d5e6",
    words: ["This machine is failed", "given up after 3 replacements in a row", "managed-instance recycle legacy-erp"],
  },
  {
    title: "a machine with drift",
    hash: "#/machines/mi-5b0c44d1e2f3a4b59",
    words: ["Drift: not as it is on record", "10.0.2.42 is gone from the interface."],
  },
  {
    title: "a machine that is not looked at yet",
    set: (it) => {
      it.silent.add(MACHINE);
      it.silent.add(`${MACHINE}/events`);
    },
    words: ["10.0.1.183", "Loading…"],
  },
  {
    title: "a machine of which nothing came yet",
    set: (it) => {
      it.show([], { at: null });
      it.silent.add(MACHINE);
    },
    words: ["Asking EC2 for the machine…"],
  },
  {
    title: "things that cannot be looked at for throttling",
    set: (it) => {
      it.failures.set(MACHINE, error("throttled", "EC2 throttles requests."));
    },
    words: ["Not everything could be looked at", "EC2 throttles requests.", "10.0.1.183"],
  },
  {
    title: "events without a right",
    set: (it) => {
      it.failures.set(`${MACHINE}/events`, error("denied", "ec2:DescribeLaunchTemplateVersions is missing."));
    },
    words: ["Not shown", "ec2:DescribeLaunchTemplateVersions is missing.", "10.0.1.183"],
  },
  {
    title: "a machine that never was",
    hash: "#/machines/mi-00000000000000000",
    words: ["This machine is not there", "EC2 has no record of mi-00000000000000000"],
  },
  {
    title: "a machine that goes while it is looked at",
    act: async (page, stage) => {
      await page.getByText("10.0.1.183").first().waitFor();
      stage.show(FLEET.slice(1));
    },
    words: ["This machine is not there", "(db) any more", "Its addresses were 10.0.1.183 and 203.0.113.36."],
  },
  {
    title: "an unreadable record",
    set: (it) => {
      it.show([unreadable]);
    },
    hash: `#/machines/${unreadable.id}`,
    words: ["The record of this machine cannot be read", "in a format that this version cannot read"],
  },
];

async function holdState(theatre: Theatre, state: State, hash: string): Promise<void> {
  const { stage, open } = theatre;
  state.set?.(stage);
  const { page, complaints } = await open(state.hash ?? hash);
  await state.act?.(page, stage);
  for (const word of state.words) {
    await page.getByText(word).first().waitFor({ state: "visible", timeout: 5000 });
  }
  await holdAccessible(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 320, height: 640 });
  await holdAccessible(page);
  assert.deepEqual(complaints, []);
}

describeInBrowser(
  "the fleet view, light and wide as dark and narrow, accessible and without a complaint, shows",
  (theatre) => {
    for (const state of FLEET_STATES) {
      it(state.title, () => holdState(theatre(), state, `#token=${TOKEN}`));
    }
  },
);

describeInBrowser(
  "the machine view, light and wide as dark and narrow, accessible and without a complaint, shows",
  (theatre) => {
    for (const state of MACHINE_STATES) {
      it(state.title, () => holdState(theatre(), state, `#/machines/${ID}`));
    }

    it("the doctor's report after the button was pressed, and what it says meanwhile", async () => {
      const { stage, open } = theatre();
      stage.silent.add(`${MACHINE}/doctor`);
      stage.report.checks.push(
        { kind: "ok", about: "credentials", what: "arn:aws:iam::123456789012:user/me", advice: "" },
        {
          kind: "problem",
          about: "rights",
          what: "ec2:StopInstances is missing",
          advice: "`managed-instance iam-policy operator` has it.",
        },
      );
      const { page } = await open(`#/machines/${ID}`);
      // Asked for after the doctor would be, if that were asked for at once.
      await page.getByText("replaced: interruption").waitFor();
      assert.ok(!stage.requests.includes(`GET ${MACHINE}/doctor`));
      await page.getByRole("button", { name: "Run the checks" }).click();
      await page.getByRole("button", { name: "Checking…" }).waitFor();
      await holdAccessible(page);
      stage.silent.clear();
      await page.reload();
      await page.getByRole("button", { name: "Run the checks" }).click();
      await page.getByText("ec2:StopInstances is missing").waitFor();
      await page.getByText("Found 1 problem.").first().waitFor();
      await holdAccessible(page);
    });
  },
);
