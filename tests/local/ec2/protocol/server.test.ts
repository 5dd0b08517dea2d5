import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  CreateReplaceRootVolumeTaskCommand,
  DescribeInstancesCommand,
  DescribeInstanceStatusCommand,
  DescribeReplaceRootVolumeTasksCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";

import { startServer, type RunningServer, type ServerOptions } from "../../../../local/ec2";
import { idOf, launched, madeInterface, refused, stateOf, terminated } from "../scenes";

describe("the server", () => {
  const opened: { close(): unknown }[] = [];
  const folder = mkdtempSync(join(tmpdir(), "ec2-simulator-"));

  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function started(options: Partial<ServerOptions> = {}): Promise<{ server: RunningServer; ec2: EC2Client }> {
    const server = await startServer({ port: 0, seed: 1, ...options });
    const ec2 = new EC2Client({
      endpoint: server.url,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
    });
    opened.push(
      {
        close: () => {
          ec2.destroy();
        },
      },
      server,
    );
    return { server, ec2 };
  }

  async function sim(server: RunningServer, request: string, body?: unknown) {
    const [method = "GET", path = ""] = request.split(" ");
    const response = await fetch(`${server.url}/_sim/${path}`, {
      method,
      body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, content: (await response.json()) as Record<string, unknown> };
  }

  it("answers the unmodified SDK over HTTP", async () => {
    const { server, ec2 } = await started();
    assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const instance = await launched(ec2);
    await sim(server, "POST advance", { seconds: 60 });
    assert.equal(await stateOf(ec2, instance), "running");
    await refused(stateOf(ec2, { InstanceId: "i-0aaaaaaaaaaaaaaaa" }), "InvalidInstanceID.NotFound", undefined, 400);
  });

  it("answers an error as EC2 does, in XML with a request id", async () => {
    const { server } = await started();
    const response = await fetch(server.url, { method: "POST", body: "Action=Nonsense&Version=2016-11-15" });
    assert.equal(response.status, 400);
    assert.match(response.headers.get("content-type") ?? "", /text\/xml/);
    assert.match(
      await response.text(),
      /<Response><Errors><Error><Code>InvalidAction<\/Code><Message>The action Nonsense .*<\/Message><\/Error><\/Errors><RequestID>[0-9a-f-]{36}<\/RequestID><\/Response>/,
    );
  });

  it("lets one of many clients have an interface", async () => {
    const { ec2 } = await started();
    const { NetworkInterfaceId } = await madeInterface(ec2);
    const NetworkInterfaces = [{ DeviceIndex: 0, NetworkInterfaceId }];
    const launches = await Promise.allSettled(Array.from({ length: 8 }, () => launched(ec2, { NetworkInterfaces })));
    assert.equal(launches.filter(({ status }) => status === "fulfilled").length, 1);
  });

  it("runs its time as fast as it is told to", async () => {
    const { server, ec2 } = await started({ timeScale: 1_000_000 });
    const instance = await launched(ec2);
    while ((await stateOf(ec2, instance)) !== "running");
    await terminated(ec2, instance);
    assert.ok(server.simulator.timeline().now > Date.now());
  });

  it("has control paths to look in, to reset, and to make trouble", async () => {
    const { server, ec2 } = await started();
    const instance = await launched(ec2);
    const { content: state } = await sim(server, "GET state");
    assert.ok(idOf(instance) in (state.instances as object));
    assert.equal(((await sim(server, "GET calls")).content as unknown as unknown[]).length, 1);
    assert.equal((await sim(server, "DELETE calls")).status, 200);
    assert.ok("privateIps" in (await sim(server, "GET timeline")).content);
    await sim(server, "POST faults", { action: "DescribeVpcs", error: { code: "Unavailable" } });
    await refused(ec2.send(new DescribeVpcsCommand({})), "Unavailable", undefined, 503);
    await sim(server, "DELETE faults");
    await ec2.send(new DescribeVpcsCommand({}));
    await sim(server, "POST capacity", { instanceType: "t3.micro", availabilityZone: "us-east-1a", left: 0 });
    await refused(launched(ec2), "InsufficientInstanceCapacity", undefined, 500);
    await sim(server, "POST reset");
    await sim(server, "POST fail-next-launch", { reason: "Client.InternalError" });
    const failing = await launched(ec2);
    await sim(server, "POST advance", { seconds: 60 });
    assert.equal(await stateOf(ec2, failing), "terminated");
    await sim(server, "POST impair-next-boot", { check: "system" });
    await sim(server, "POST fail-next-root-volume");
    assert.equal((await sim(server, "POST shut-down-guest", { instanceId: idOf(failing) })).status, 400);
    const InstanceId = idOf(await launched(ec2));
    await sim(server, "POST advance", { seconds: 300 });
    const { InstanceStatuses } = await ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [InstanceId] }));
    assert.equal(InstanceStatuses?.[0]?.SystemStatus?.Status, "impaired");
    await ec2.send(new CreateReplaceRootVolumeTaskCommand({ InstanceId }));
    await sim(server, "POST advance", { seconds: 300 });
    const { ReplaceRootVolumeTasks } = await ec2.send(new DescribeReplaceRootVolumeTasksCommand({}));
    assert.equal(ReplaceRootVolumeTasks?.[0]?.TaskState, "failed");
  });

  it("answers a bad control request with a sentence", async () => {
    const { server } = await started();
    const bad: [request: string, body: unknown, says: RegExp][] = [
      ["POST advance", { seconds: -1 }, /"seconds" must be a number above 0/],
      ["POST advance", "{", /must be a JSON object/],
      ["POST faults", { action: "RunInstances" }, /needs an "error"/],
      ["POST faults", { action: "RunInstances", error: { code: "X" }, often: 2 }, /no "often"/],
      [
        "POST capacity",
        { instanceType: "t3.huge", availabilityZone: "us-east-1a", left: 0 },
        /no instance type t3\.huge/,
      ],
      ["POST fail-next-launch", {}, /"reason" must be a text/],
      ["POST impair-next-boot", { check: "guest" }, /"check" must be "instance" or "system"/],
      ["POST fail-next-root-volume", { state: "gone" }, /"state" must be "failed" or "failed-detached"/],
    ];
    for (const [request, body, says] of bad) {
      const { status, content } = await sim(server, request, body);
      assert.equal(status, 400);
      assert.match(String(content.error), says);
    }
    assert.equal((await sim(server, "GET nothing")).status, 404);
  });

  it("cuts the connection when a fault says so", async () => {
    const { server, ec2 } = await started();
    server.simulator.faults.add({ action: "DescribeVpcs", reset: true, times: 1 });
    await assert.rejects(ec2.send(new DescribeVpcsCommand({})), /socket hang up|ECONNRESET/);
    await ec2.send(new DescribeVpcsCommand({}));
  });

  it("takes the time that a fault says, as its clock goes", async () => {
    const { server, ec2 } = await started({ timeScale: 1_000 });
    server.simulator.faults.add({ action: "DescribeVpcs", latencyMs: 50_000, times: 1 });
    const before = server.simulator.timeline().now;
    await ec2.send(new DescribeVpcsCommand({}));
    assert.ok(server.simulator.timeline().now - before >= 49_000);
  });

  it("keeps its account in a file that only its owner can read", async () => {
    const stateFile = join(folder, "state.json");
    const { server, ec2 } = await started({ stateFile });
    const instance = await launched(ec2);
    await server.close();
    assert.equal(statSync(stateFile).mode & 0o777, 0o600);
    const next = await started({ stateFile });
    await sim(next.server, "POST advance", { seconds: 60 });
    assert.equal(await stateOf(next.ec2, instance), "running");
  });

  it("does not start on a file that is something else", async () => {
    const stateFile = join(folder, "other.json");
    writeFileSync(stateFile, "{}");
    await assert.rejects(startServer({ port: 0, stateFile }), /other\.json is not a state of the EC2 simulator/);
  });

  it("listens on loopback only", async () => {
    await assert.rejects(startServer({ port: 0, host: "0.0.0.0" }), /listens on 127\.0\.0\.1 only/);
  });

  it("tells that a port is in use", async () => {
    const { server } = await started();
    const port = Number(new URL(server.url).port);
    await assert.rejects(startServer({ port }), { code: "EADDRINUSE" });
  });

  it("closes at once, connections or not", async () => {
    const { server, ec2 } = await started();
    await ec2.send(new DescribeInstancesCommand({}));
    await server.close();
    await assert.rejects(ec2.send(new DescribeInstancesCommand({})), /ECONNREFUSED|ECONNRESET|socket hang up/);
  });
});
