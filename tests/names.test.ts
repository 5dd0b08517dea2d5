import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..");
const DECLARED = /^export (?:abstract |async )*(?:function\*?|const|class|interface|type) (\w+)/gm;

describe("the names that the product's files export", () => {
  it("have one meaning each: no two files export the same", () => {
    const homes = new Map<string, string[]>();
    for (const folder of ["sdk", "provider", "controller", "cli"]) {
      for (const file of readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })) {
        const source = file.endsWith(".ts") ? readFileSync(join(ROOT, folder, file), "utf8") : "";
        for (const [, name = ""] of source.matchAll(DECLARED)) {
          homes.set(name, [...(homes.get(name) ?? []), join(folder, file)]);
        }
      }
    }
    assert.ok(homes.size > 800, "the names were not found");
    const shared = [...homes].filter(([, files]) => files.length > 1);
    assert.deepEqual(shared, []);
  });
});
