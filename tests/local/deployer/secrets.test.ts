import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { callOf, Lab, stepsOf, type LabRun } from "./lab";

describe("local deployer: secrets", () => {
  const lab = new Lab();
  const locked = new Lab();
  const program = (word: string): string => `
    const config = new pulumi.Config();
    const a = new Thing("a", { password: pulumi.secret("${word}"), say: pulumi.secret("${word}"), nested: { deep: pulumi.secret("${word}"), open: "yes" } });
    const b = new Thing("b", { copy: a.password, token: config.requireSecret("token") }, { additionalSecretOutputs: ["serial"] });
    return { password: a.password, nested: a.nested, serial: b.serial, open: a.label };`;
  const secretConfig = { token: "config-hush" };
  let created: LabRun;
  let same: LabRun;
  let updated: LabRun;

  before(async function () {
    this.timeout(60_000);
    const passphrase = {
      ...locked.env(`new Thing("a", { p: pulumi.secret("word-one") });`),
      PULUMI_CONFIG_PASSPHRASE: "one",
    };
    const other = locked.up("", { env: passphrase });
    created = await lab.up(program("word-one"), { secretConfig });
    same = await lab.up(program("word-one"));
    updated = await lab.up(program("word-two"));
    await other;
  });

  after(() => {
    lab.dispose();
    locked.dispose();
  });

  it("hands plain values to handlers and programs", () => {
    assert.equal(callOf(created, "create", "a")?.props?.password, "word-one");
    assert.deepEqual(created.outputs.nested, { deep: "word-one", open: "yes" });
  });

  it("knows which outputs are secret by the inputs at their path, and by the program's word", () => {
    assert.deepEqual(created.secretOutputs.sort(), ["nested", "password", "serial"]);
  });

  it("prints none of them", () => {
    for (const run of [created, same, updated]) assert.doesNotMatch(run.text, /word-(one|two)|config-hush/);
    assert.doesNotMatch(created.text, /serial of b/);
    assert.match(created.text, /^ {2}a: create runs \[secret\]$/m);
    assert.match(created.text, /^ {4}\+ nested: \{ deep: \[secret\], open: "yes" \}$/m);
    assert.match(updated.text, /^ {4}~ nested\.deep: \[secret\] => \[secret\]$/m);
  });

  it("writes none of them to the state, whose key is a file of its own", () => {
    assert.doesNotMatch(lab.stateText(), /word-two|config-hush|"serial of b"/);
    assert.equal(statSync(`${lab.stateFile}.key`).mode & 0o777, 0o600);
  });

  it("finds them again", () => {
    assert.deepEqual(stepsOf(same), ["a same", "b same"]);
    assert.equal(callOf(same, "diff", "a")?.olds?.password, "word-one");
  });

  it("keeps secret config for later runs", () => {
    assert.equal(callOf(updated, "check", "b")?.news?.token, "config-hush");
  });

  it("refuses a state whose key is another one", async () => {
    const key = readFileSync(`${lab.stateFile}.key`, "utf8");
    writeFileSync(`${lab.stateFile}.key`, "0".repeat(64));
    const run = await lab.run("destroy");
    writeFileSync(`${lab.stateFile}.key`, key);
    assert.deepEqual(run.failures.length, 1);
    assert.match(
      run.text,
      /^error: The secrets in the state file can't be decrypted: .*\.key is not the right one\.$/m,
    );
  });

  it("uses the passphrase where there is one, and asks for it where it is missing", async () => {
    assert.match(locked.stateText(), /"kind": "passphrase"/);
    assert.doesNotMatch(locked.stateText(), /word-one/);
    const run = await locked.run("destroy");
    assert.match(run.text, /^error: .*set PULUMI_CONFIG_PASSPHRASE to it\.$/m);
  });
});
