import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { createServer } from "node:http";
import { createEc2 } from "../../../provider/ec2/client";
import type { Ec2Error } from "../../../provider/ec2/errors";
import { cutting } from "../interruptions";
import { TAGS, account, codeOf } from "./account";

describe("the EC2 client", () => {
  it("repeats what gets no reply at all, in the time that the client waits for one", async () => {
    const { ec2, simulator } = account();
    simulator.faults.add({ action: "DescribeInstances", hang: true, times: 1 });
    assert.deepEqual(await ec2.describeInstances({ "instance-id": ["i-0a1b2c3d"] }), []);
  });

  it("waits for no reply for ever", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    try {
      const { clock } = account();
      const ec2 = createEc2({
        region: "us-east-1",
        endpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
        clock: { now: () => clock.now(), sleep: () => Promise.resolve() },
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
        replyTimeoutMs: 20,
      });
      assert.equal(await codeOf(ec2.describeSubnet("subnet-1")), "ETIMEDOUT");
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });

  it("signs with EC2's time once it knows it, so that a clock that is wrong fails nothing, not even what is not repeated", async () => {
    for (const minutes of [20, -20]) {
      const { ec2, simulator } = account();
      simulator.clockSkew.set(minutes * 60_000);
      await ec2.allocateAddress(TAGS);
      await ec2.allocateAddress(TAGS);
      assert.deepEqual(
        simulator.calls().map((it) => [it.action, it.result]),
        [
          ["AllocateAddress", "RequestExpired"],
          ["AllocateAddress", "ok"],
          ["AllocateAddress", "ok"],
        ],
      );
    }
  });

  it("does not repeat what has expired at the right time: the credentials have", async () => {
    const { ec2, simulator } = account();
    simulator.faults.add({
      action: "*",
      error: { code: "RequestExpired", message: "Request has expired.", status: 400 },
    });
    await assert.rejects(ec2.describeSubnet("subnet-1"), (error: Ec2Error) => {
      assert.match(
        error.explanation,
        /no usable AWS credentials \(Request has expired\).* If they are, check this machine's clock\./,
      );
      return true;
    });
    assert.equal(simulator.calls().length, 1);
  });

  it("repeats what is throttled or lost on the way", async () => {
    const { ec2, simulator } = account(cutting("DescribeInstances", "before", 2));
    simulator.faults.add({
      action: "DescribeInstances",
      error: { code: "RequestLimitExceeded", status: 503 },
      times: 2,
    });
    assert.deepEqual(await ec2.describeInstances({ "instance-id": ["i-0a1b2c3d"] }), []);
    assert.deepEqual(
      simulator.calls().map((it) => it.result),
      ["RequestLimitExceeded", "RequestLimitExceeded", "ok"],
    );
  });

  it("gives errors with EC2's action, code, words and request", async () => {
    const { ec2 } = account();
    await assert.rejects(ec2.deleteNetworkInterface("eni-0a1b2c3d"), (error: Ec2Error) => {
      assert.equal(error.action, "DeleteNetworkInterface");
      assert.equal(error.code, "InvalidNetworkInterfaceID.NotFound");
      assert.match(error.said, /eni-0a1b2c3d/);
      assert.match(error.details.requestId ?? "", /^[0-9a-f-]{36}$/);
      return true;
    });
  });

  it("fails where there are no credentials, and asks nothing of EC2", async () => {
    const { clock, simulator } = account();
    const ec2 = createEc2({
      region: "us-east-1",
      clock: { now: () => clock.now(), sleep: () => Promise.resolve() },
      requestHandler: simulator.requestHandler(),
      credentials: () => Promise.reject(Object.assign(new Error("none"), { name: "CredentialsProviderError" })),
    });
    assert.equal(await codeOf(ec2.requireCredentials()), "CredentialsProviderError");
    assert.deepEqual(simulator.calls(), []);
  });
});
