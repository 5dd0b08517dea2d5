import assert from "node:assert/strict";
import * as find from "../scripts/release-findings";

const MANIFEST: find.Manifest = {
  name: "pulumi-managed-instance",
  version: "1.2.3",
  license: "any",
  repository: {},
  publishConfig: { provenance: true },
  dependencies: { "@aws-sdk/client-ec2": "^3.0.0" },
};
const LOCK: find.Lockfile = {
  packages: {
    "": { version: "1.2.3", dependencies: MANIFEST.dependencies },
    "node_modules/@aws-sdk/client-ec2": { version: "3.0.0", integrity: "sha512-x" },
    "node_modules/quickstart": { link: true },
    "examples/quickstart": { version: "0.0.0" },
  },
};
const SOURCES = ["sdk/index.ts", "provider/index.ts", "local/main.ts", "tests/release.test.ts"];
const PACKED = ["sdk", "provider"].flatMap((it) => [`dist/${it}/index.js`, `dist/${it}/index.d.ts`]);

describe("the release check", () => {
  it("finds nothing in a release as it should be", () => {
    assert.deepEqual(find.versionFindings(MANIFEST, "# Changelog\n\n## [1.2.3] - 2026-01-31\n"), []);
    assert.deepEqual(find.packagingFindings(MANIFEST), []);
    assert.deepEqual(find.lockFindings(MANIFEST, LOCK), []);
    assert.deepEqual(find.packFindings([...PACKED, "package.json", "README.md", "CHANGELOG.md"], SOURCES), []);
    const answer = JSON.stringify({ metadata: { vulnerabilities: { info: 1, low: 2, moderate: 0, total: 3 } } });
    assert.deepEqual(find.auditFindings(answer), { findings: [] });
  });

  const BAD: readonly [what: string, findings: () => string[], wanted: RegExp][] = [
    ["a version that is still unreleased", () => find.versionFindings(MANIFEST, "## [Unreleased]\n"), /1\.2\.3/],
    ["a heading without a day", () => find.versionFindings(MANIFEST, "## [1.2.3]\n"), /YYYY-MM-DD/],
    [
      "a version of another form",
      () => find.versionFindings({ ...MANIFEST, version: "1.2" }, "## [1.2] - 2026-01-31"),
      /semver/,
    ],
    ["no repository", () => find.packagingFindings({ ...MANIFEST, repository: undefined }), /repository/],
    ["no license", () => find.packagingFindings({ ...MANIFEST, license: undefined }), /license/],
    ["no provenance", () => find.packagingFindings({ ...MANIFEST, publishConfig: {} }), /provenance/],
    [
      "a lockfile of another version",
      () => find.lockFindings({ ...MANIFEST, version: "1.2.4" }, LOCK),
      /another version/,
    ],
    [
      "a dependency that is not pinned",
      () => find.lockFindings(MANIFEST, { packages: { ...LOCK.packages, "node_modules/x": {} } }),
      /node_modules\/x/,
    ],
    ["a test in the package", () => find.packFindings([...PACKED, "dist/tests/release.test.js"], SOURCES), /tests/],
    ["a development tool in the package", () => find.packFindings([...PACKED, "dist/local/main.js"], SOURCES), /local/],
    [
      "a file compiled from a source that is gone",
      () => find.packFindings([...PACKED, "dist/provider/old.js"], SOURCES),
      /old\.js/,
    ],
    ["a source that was not compiled", () => find.packFindings(PACKED.slice(2), SOURCES), /sdk\/index\.js/],
    [
      "a vulnerability",
      () => find.auditFindings('{"metadata":{"vulnerabilities":{"high":1,"total":1}}}').findings,
      /1 vuln/,
    ],
  ];
  for (const [what, findings, wanted] of BAD) {
    it(`finds ${what}`, () => {
      const [finding = "", ...others] = findings();
      assert.match(finding, wanted);
      assert.deepEqual(others, []);
    });
  }

  it("finds a dependency that nobody agreed to", () => {
    const dependencies = { ...MANIFEST.dependencies, "left-pad": "^1.0.0" };
    const packages = { ...LOCK.packages, "": { version: "1.2.3", dependencies } };
    assert.match(find.lockFindings({ ...MANIFEST, dependencies }, { packages }).join(), /left-pad is a new dependency/);
  });

  it("says why it does not know of vulnerabilities, and does not fail for it", () => {
    assert.deepEqual(find.auditFindings('{"message":"405 Method Not Allowed"}'), {
      findings: [],
      why: "the registry does not audit (405 Method Not Allowed)",
    });
    assert.deepEqual(find.auditFindings("").findings, []);
  });
});
