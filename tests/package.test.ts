import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

describe("the published package", () => {
  it("holds what a program and the provider need, and nothing else", function () {
    this.timeout(30_000);
    const packed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: ROOT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const parsed = JSON.parse(packed) as
      { files: { path: string }[] }[] | Record<string, { files: { path: string }[] }>;
    const files = Object.values(parsed)[0]?.files.map((it) => it.path) ?? [];
    const others = files.filter(
      (it) =>
        !/^dist\/(sdk|provider|controller|cli)\/.*\.(js|d\.ts)$|^dist\/console\/(app\.(js|css)|index\.html|icon\.svg)$/.test(
          it,
        ),
    );
    assert.deepEqual(others.sort(), [
      "CHANGELOG.md",
      "README.md",
      "dist/console/LICENSES.txt",
      "dist/controller/lambda/LICENSES.txt",
      "package.json",
    ]);
    for (const entry of [
      "sdk/index.js",
      "provider/index.js",
      "sdk/controller/index.js",
      "controller/lambda/index.js",
      "console/index.html",
      "console/app.js",
    ]) {
      assert.ok(files.includes(`dist/${entry}`), entry);
    }
  });

  it("has of the function its bundle only, and the licence of each package that is in it", () => {
    assert.deepEqual(readdirSync(join(ROOT, "dist/controller/lambda")).sort(), ["LICENSES.txt", "index.js"]);
    const licences = read("dist/controller/lambda/LICENSES.txt");
    for (const name of ["@aws-sdk/client-ec2", "@aws-sdk/client-sqs", "@smithy/core", "croner"]) {
      assert.match(licences, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((Apache-2\\.0|MIT)\\)$`, "m"));
    }
    assert.ok(!licences.includes("no licence named"));
  });

  it("has the command line, which starts as a program of its own", () => {
    const { bin } = JSON.parse(read("package.json")) as { bin: Record<string, string> };
    assert.deepEqual(bin, { "managed-instance": "dist/cli/main.js" });
    assert.match(read("dist/cli/main.js"), /^#!\/usr\/bin\/env node\n/);
  });

  it("does not load the AWS SDK, the provider or the controller into a program", () => {
    const script = `require("pulumi-managed-instance");
      const loaded = Object.keys(require.cache).filter((it) => /client-ec2|@pulumi\\/aws|croner|preact|[/]dist[/](provider|controller|cli|console|local|sdk[/]controller)[/]/.test(it));
      process.stdout.write(JSON.stringify(loaded));`;
    const loaded = execFileSync(process.execPath, ["-e", script], { cwd: ROOT, encoding: "utf8" });
    assert.equal(loaded, "[]");
  });

  it("loads the AWS SDK into the provider process when something is to be asked of EC2, and not before", () => {
    const script = `const { configure } = require("pulumi-managed-instance/provider");
      const isLoaded = () => Object.keys(require.cache).some((it) => it.includes("/@aws-sdk/"));
      const handlers = configure({ config: { get: (key) => (key === "aws:region" ? "us-east-1" : undefined) } });
      const subnet = { subnetId: "subnet-0a1b2c3d", imageId: "ami-0a1b2c3d", instanceType: "m7i.large" };
      const resourceUrn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/managed-instance:ManagedInstance::web";
      const news = { ...subnet, resourceUrn };
      const { checkInputs } = require("./dist/provider/inputs/inputs.js");
      const made = { vpcId: "vpc-0a1b2c3d", networkInterfaceId: "eni-0a1b2c3d", privateIp: "10.0.1.7", launchTemplateId: "lt-0a1b2c3d", availabilityZone: "us-east-1a" };
      const olds = { ...checkInputs(news, "us-east-1").inputs, ...made };
      (async () => {
        await handlers.check(olds, news);
        const before = isLoaded();
        const credentials = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        for (const it of credentials) delete process.env[it];
        process.env.AWS_EC2_METADATA_DISABLED = "true";
        await handlers.check({}, news);
        process.stdout.write(JSON.stringify([before, isLoaded()]));
        process.exit(0);
      })();`;
    const loaded = execFileSync(process.execPath, ["-e", script], { cwd: ROOT, encoding: "utf8" });
    assert.equal(loaded, "[false,true]");
  });
});

describe("the docs", () => {
  it("list exactly the EC2 actions that the client calls", () => {
    const client = readdirSync(join(ROOT, "provider/ec2")).map((it) => read(`provider/ec2/${it}`));
    const called = [...client.join("").matchAll(/new sdk\.(\w+)Command\(|\bsdk\.paginate(\w+)\(/g)].map(
      (it) => it[1] ?? it[2] ?? "",
    );
    const listed = [...read("docs/permissions.md").matchAll(/"ec2:(\w+)"(?!:)/g)].map((it) => it[1] ?? "");
    assert.deepEqual([...new Set(listed)].sort(), [...new Set(called)].sort());
  });
});
