import assert from "node:assert/strict";
import { machine, pageOf } from "../samples";
import { describeInBrowser, holdAccessible } from "./browser";

const MARKUP = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>`;
const LONG = "x".repeat(10_240);
const REVERSED = "\u202Edb\u202C\u200F\u0007\u001B[31m\nnext";

/** All texts of a machine that others can write, in one kind of hostility. */
function hostile(text: string, at: number): ReturnType<typeof machine> {
  return machine({
    id: `mi-${String(at).padStart(17, "0")}`,
    name: text,
    state: text as "failed",
    reason: text,
    desiredState: text as "",
    instanceId: text,
    instanceType: text,
    market: text as "",
    privateIp: text,
    secondaryPrivateIps: [text],
    publicIp: text,
    allocationId: text,
    availabilityZone: text,
    lastReplacement: { at: text, reason: text as "ended", instanceId: text, inARow: 1, tries: 1, gaveUp: false },
    nextSchedule: { action: text as "pause", at: text },
    drift: [text],
    unseen: [text],
  });
}

const TEXTS = { markup: MARKUP, "10 kB without a space": LONG, "control characters and direction marks": REVERSED };

describeInBrowser("text that others wrote", (theatre) => {
  for (const [title, text] of Object.entries(TEXTS)) {
    it(`is text where it is ${title}, in the fleet and in the machine, and breaks no layout`, async () => {
      const { stage, open } = theatre();
      const bad = hostile(text, 1);
      stage.show([bad, machine()]);
      stage.events = {
        events: [{ at: text, source: text as "record", what: text, resourceId: text, by: text }],
        notes: [text],
      };
      stage.report.checks.push({ kind: "note", about: text as "things", what: text, advice: text });
      const { page, complaints } = await open();
      await page.getByText("Machines (2)").waitFor();
      const row = await page.locator(".fleet tbody").filter({ hasNotText: "10.0.1.183" }).boundingBox();
      assert.ok((row?.height ?? Infinity) < 250, `a row is ${row?.height ?? 0} px high`);
      await holdAccessible(page);
      await page.goto(`${stage.url}/#/machines/${bad.id}`);
      await page.getByRole("heading", { name: "Things in EC2" }).waitFor();
      await page.getByRole("button", { name: "Run the checks" }).click();
      await page.locator(".check").waitFor();
      for (const width of [1280, 320]) {
        await page.setViewportSize({ width, height: 640 });
        await holdAccessible(page);
      }
      assert.equal(await page.evaluate(() => "hacked" in window), false);
      const unseen = await page.evaluate(() => /\p{Cf}|(?!\n|\t)\p{Cc}/u.test(document.body.innerText));
      assert.equal(unseen, false);
      assert.deepEqual(complaints, []);
    });
  }

  it("is there as a whole where it was cut: in the title", async () => {
    const { stage, open } = theatre();
    stage.show([machine({ name: LONG })]);
    const { page } = await open();
    assert.equal(await page.locator(".fleet tbody th bdi").getAttribute("title"), LONG);
  });

  it("shows a state that the page does not know as it is", async () => {
    const { stage, open } = theatre();
    stage.show([machine({ state: "hibernated" as "paused" })]);
    const { page } = await open();
    await page.getByRole("cell", { name: "hibernated" }).waitFor();
    await page.getByRole("button", { name: "hibernated 1" }).waitFor();
  });

  it("is shown escaped in a command, and copied as it is", async () => {
    const { stage, open } = theatre();
    const command = "managed-instance status $'a\u202Eb'";
    stage.pages.set(machine().id, pageOf(machine(), { commands: [{ about: "status", command }] }));
    const { page } = await open(`#/machines/${machine().id}`, { permissions: ["clipboard-read", "clipboard-write"] });
    await page.getByText("managed-instance status $'a\\u202eb'").waitFor();
    await page.getByRole("button", { name: "Copy the command: status" }).click();
    await page.getByRole("status").getByText("Copied the command: status.").waitFor({ state: "attached" });
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), command);
  });
});
