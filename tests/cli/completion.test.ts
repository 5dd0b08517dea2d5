/** The completions that a shell gets for a command line. */
import assert from "node:assert/strict";
import { program, URN } from "../provider/support";
import { quick, up } from "../provider/world";
import { cli } from "./support";

type Account = Parameters<typeof cli>[0];

/** The library prints by itself. */
async function completions(account: Account, ...words: string[]): Promise<string[]> {
  const write = process.stdout.write.bind(process.stdout);
  let text = "";
  process.stdout.write = (chunk: string | Uint8Array): boolean => {
    text += chunk.toString();
    return true;
  };
  try {
    await cli(account, ["complete", "--", ...words]);
  } finally {
    process.stdout.write = write;
  }
  return text
    .split("\n")
    .filter((it) => it !== "" && !it.startsWith(":"))
    .map((it) => it.split("\t")[0] ?? "");
}

describe("completion", () => {
  it("has the commands", async () => {
    assert.deepEqual(await completions(quick(), "re"), ["resume", "recycle", "release"]);
    assert.ok(!(await completions(quick(), "")).includes("complete"));
  });

  it("has the options of a command, and those that every command has", async () => {
    assert.deepEqual(await completions(quick(), "pause", "--n"), ["--no-wait", "--no-color"]);
    assert.deepEqual(await completions(quick(), "resume", "--y"), ["--yes"]);
    assert.deepEqual(await completions(quick(), "status", "--y"), []);
  });

  it("has the choices of an argument or an option", async () => {
    assert.deepEqual(await completions(quick(), "iam-policy", "o"), ["operator"]);
    assert.deepEqual(await completions(quick(), "completion", ""), ["bash", "zsh", "fish"]);
    assert.deepEqual(await completions(quick(), "doctor", "--rights", ""), ["reader", "operator", "up"]);
  });

  it("has the machines' names, and ids where a name is several machines' or not one word", async () => {
    const owner = await up();
    const { id = "" } = owner.recorded ?? {};
    assert.deepEqual(await completions(owner, "pause", ""), ["web"]);
    assert.deepEqual(await completions(owner, "recycle", "--region", "us-east-1", "--yes", "w"), ["web"]);
    assert.deepEqual(await completions(owner, "watch", "web", ""), ["web"]);
    assert.deepEqual(await completions(owner, "list", ""), []);
    const [second, third] = [quick({ on: owner }), quick({ on: owner })];
    await second.up(program({ resourceUrn: URN.replace("dev", "prod") }));
    await third.up(program({ resourceUrn: URN.replace(/web$/, "two $(words)") }));
    const ids = [id, second.recorded?.id ?? "", third.recorded?.id ?? ""].sort();
    assert.deepEqual(await completions(owner, "status", ""), ids);
  });

  it("asks nothing of EC2 where no machine is meant, and says nothing where it cannot be asked", async () => {
    const owner = await up();
    owner.calls();
    await completions(owner, "pau");
    await completions(owner, "iam-policy", "");
    assert.deepEqual(owner.calls(), []);
    owner.simulator.iam.attach([]);
    assert.deepEqual(await completions(owner, "pause", ""), []);
  });
});
