import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PAGE, PICTURES, rendered } from "../../bench/page";

const HOW = "npm run bench -- --render writes it";

describe("docs/performance.md", function () {
  this.timeout(30_000);

  it("says what the kept results say", async () => {
    const page = readFileSync(PAGE, "utf8");
    assert.equal(page, (await rendered(page)).page, HOW);
  });

  it("shows the pictures that the kept results give, small enough to be read on the way", async () => {
    const { pictures } = await rendered(readFileSync(PAGE, "utf8"));
    const names = existsSync(PICTURES) ? readdirSync(PICTURES) : [];
    const kept = new Map(names.map((name) => [name, readFileSync(join(PICTURES, name), "utf8")]));
    assert.deepEqual([...kept.keys()].sort(), [...pictures.keys()].sort(), HOW);
    for (const [name, svg] of pictures) {
      assert.equal(kept.get(name), svg, `${name}: ${HOW}`);
      assert.ok(svg.length < 60_000, `${name} has ${svg.length} bytes`);
    }
  });
});
