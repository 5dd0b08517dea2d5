/** How processes are pointed at the simulator, whoever runs them. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { nothingBut } from "../../../../local/ec2";

describe("the environment that points at the simulator", () => {
  it("gives the SDK its own keys and region, whatever profile and keys the shell has", () => {
    const script = `const { config } = new (require("@aws-sdk/client-ec2").EC2Client)({});
      Promise.all([config.credentials(), config.region()]).then(([{ accessKeyId }, region]) =>
        process.stdout.write(accessKeyId + " " + region));`;
    const shell = { AWS_PROFILE: "somebody", AWS_ACCESS_KEY_ID: "theirs", AWS_REGION: "eu-west-1" };
    const env = { ...process.env, ...shell, ...nothingBut("http://127.0.0.1:1", 1) };
    const said = execFileSync(process.execPath, ["-e", script], {
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    assert.equal(said, "test us-east-1");
  });
});
