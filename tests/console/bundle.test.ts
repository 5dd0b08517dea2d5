import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const BUILT = join(__dirname, "../../dist/console");
const read = (name: string): string => readFileSync(join(BUILT, name), "utf8");

describe("the console's page as it is built", () => {
  it("has these files and no other", () => {
    assert.deepEqual(readdirSync(BUILT).sort(), ["LICENSES.txt", "app.css", "app.js", "icon.svg", "index.html"]);
  });

  it("takes 60 kB with gzip at most", () => {
    const bytes = ["app.css", "app.js", "icon.svg", "index.html"].reduce(
      (sum, it) => sum + gzipSync(read(it)).length,
      0,
    );
    assert.ok(bytes <= 60_000, `${bytes} bytes`);
  });

  it("names no address outside", () => {
    const namespaces = /http:\/\/www\.w3\.org\/(2000\/svg|1999\/xhtml|1998\/Math\/MathML|1999\/xlink)/g;
    for (const name of ["app.css", "app.js", "icon.svg", "index.html"]) {
      assert.doesNotMatch(read(name).replace(namespaces, ""), /https?:\/\/|url\(|@import|\bimport\(/, name);
    }
  });

  it("has no script or style in its HTML, which the policy would refuse", () => {
    assert.doesNotMatch(read("index.html"), /<script(?![^>]* src=)|<style| style=| on\w+=/);
  });

  it("has the licence of each package that is in it", () => {
    for (const name of ["preact", "@preact/signals", "@preact/signals-core"]) {
      assert.match(read("LICENSES.txt"), new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(MIT\\)$`, "m"));
    }
    assert.ok(!read("LICENSES.txt").includes("no licence named"));
  });
});
