import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";

import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";

import { startServer, type Ec2Event, type RunningServer } from "../../../../local/ec2";
import { idOf, launched, madeInterface, refused, seenInterface, stateOf, terminated } from "../scenes";

const MARKET = { InstanceMarketOptions: { MarketType: "spot" as const } };
const ZONE = { instanceType: "t3.micro", availabilityZone: "us-east-1a" };

let server: RunningServer;
let ec2: EC2Client;

async function sim(request: string, body?: unknown) {
  const [method = "GET", path = ""] = request.split(" ");
  const init = { method, body: body === undefined ? undefined : JSON.stringify(body) };
  const response = await fetch(`${server.url}/_sim/${path}`, init);
  return { status: response.status, content: (await response.json()) as Record<string, unknown> };
}

async function ordered(request: string, body?: unknown): Promise<Record<string, unknown>> {
  const { status, content } = await sim(request, body);
  assert.equal(status, 200, JSON.stringify(content));
  return content;
}

describe("the control requests", () => {
  beforeEach(async () => {
    server = await startServer({ port: 0, seed: 1 });
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    ec2 = new EC2Client({ endpoint: server.url, region: "us-east-1", credentials, maxAttempts: 1 });
  });

  afterEach(async () => {
    ec2.destroy();
    await server.close();
  });

  it("say what there is", async () => {
    const { requests } = await ordered("GET ");
    assert.match((requests as Record<string, string>)["POST /_sim/interrupt"] ?? "", /takes spot instances back/);
    const actions = (await ordered("GET actions")) as unknown as { action: string; mutating: boolean }[];
    assert.deepEqual(
      actions.filter(({ action }) => ["RunInstances", "DescribeInstances"].includes(action)),
      [
        { action: "DescribeInstances", mutating: false },
        { action: "RunInstances", mutating: true },
      ],
    );
    const response = await fetch(server.url, { method: "POST", body: "Action=CreateFleet&Version=2016-11-15" });
    assert.match(await response.text(), /does not model it\. GET \/_sim\/actions lists those that it does\./);
  });

  it("sum up the calls by action, until they are forgotten", async () => {
    await ordered("POST throttling", { actions: { DescribeVpcs: { capacity: 1, refillPerSecond: 0.001 } } });
    await ec2.send(new DescribeVpcsCommand({}));
    await refused(ec2.send(new DescribeVpcsCommand({})), "RequestLimitExceeded", undefined, 503);
    const { DescribeVpcs } = (await ordered("GET calls/summary")) as Record<string, Record<string, unknown>>;
    const { firstAt, lastAt, ...counts } = DescribeVpcs ?? {};
    assert.deepEqual(counts, { mutating: false, dryRuns: 0, results: { ok: 1, RequestLimitExceeded: 1 } });
    assert.ok(Number(firstAt) <= Number(lastAt));
    await ordered("DELETE calls");
    assert.deepEqual(await ordered("GET calls/summary"), {});
  });

  it("throttle", async () => {
    await ordered("POST throttling", { actions: { DescribeVpcs: { capacity: 1, refillPerSecond: 0.001 } } });
    await ec2.send(new DescribeVpcsCommand({}));
    await refused(ec2.send(new DescribeVpcsCommand({})), "RequestLimitExceeded", undefined, 503);
    await ordered("DELETE throttling");
    await ec2.send(new DescribeVpcsCommand({}));
  });

  it("delay", async () => {
    await ordered("POST latency", { DescribeVpcs: 150, "*": { uniform: [1, 2] } });
    const before = performance.now();
    await ec2.send(new DescribeVpcsCommand({}));
    assert.ok(performance.now() - before > 140);
  });

  it("leave a call without an answer", async () => {
    await ordered("POST faults", { action: "DescribeVpcs", hang: true, times: 1 });
    const hangUp = new AbortController();
    const waiting = ec2.send(new DescribeVpcsCommand({}), { abortSignal: hangUp.signal });
    while (server.simulator.faults.list().length > 0) await setTimeout(5);
    hangUp.abort();
    await assert.rejects(waiting, { name: "AbortError" });
    await ec2.send(new DescribeVpcsCommand({}));
  });

  it("deny, and put the clocks apart", async () => {
    await ordered("POST iam", { allow: ["ec2:Describe*"], deny: ["DescribeVpcs"] });
    await refused(launched(ec2), "UnauthorizedOperation", undefined, 403);
    await refused(ec2.send(new DescribeVpcsCommand({})), "UnauthorizedOperation");
    await ordered("DELETE iam");
    await ordered("POST clock-skew", { seconds: 1_800 });
    await refused(launched(ec2), "RequestExpired");
    await ordered("DELETE clock-skew");
  });

  it("make the account consistent only eventually", async () => {
    await ordered("POST consistency", { unknownMs: 60_000 });
    const { NetworkInterfaceId: eni } = await madeInterface(ec2);
    await refused(seenInterface(ec2, eni), "InvalidNetworkInterfaceID.NotFound");
    await ordered("POST advance", { seconds: 60 });
    await seenInterface(ec2, eni);
  });

  it("set times, prices, room and quotas", async () => {
    await ordered("POST timings", { launch: 1_000, terminate: { mean: 5_000, spread: 100 } });
    assert.equal((await ordered("GET timings")).launch, 1_000);
    await ordered("POST spot-price", { ...ZONE, price: 0.5 });
    await refused(launched(ec2, MARKET), "SpotMaxPriceTooLow");
    await ordered("POST capacity", { ...ZONE, left: 1, isGivenBack: true });
    const instance = await launched(ec2);
    await refused(launched(ec2), "InsufficientInstanceCapacity");
    await ordered("POST advance", { seconds: 60 });
    await terminated(ec2, instance);
    await ordered("POST advance", { seconds: 60 });
    await launched(ec2);
    await ordered("POST quotas", { "network-interfaces": 0 });
    await refused(madeInterface(ec2), "NetworkInterfaceLimitExceeded");
  });

  it("interrupt, and recommend to rebalance", async () => {
    const instance = await launched(ec2, MARKET);
    await ordered("POST advance", { seconds: 60 });
    assert.deepEqual(await ordered("POST recommend-rebalance", ZONE), { recommended: [idOf(instance)] });
    assert.deepEqual(await ordered("POST interrupt", { instanceId: idOf(instance) }), {
      interrupted: [idOf(instance)],
    });
    await ordered("POST advance", { seconds: 300 });
    assert.equal(await stateOf(ec2, instance), "terminated");
  });

  it("are refused with a sentence that says what is taken", async () => {
    const bad: [request: string, body: unknown, says: RegExp][] = [
      ["POST latency", { "*": "slow" }, /"\*" must be a number of milliseconds, \{"uniform"/],
      ["POST throttling", { mutating: { capacity: 0 } }, /"capacity" must be a number above 0/],
      ["POST throttling", { reads: {} }, /Throttling has no "reads"\. It has: nonMutating, /],
      ["POST consistency", { staleMs: -1 }, /"staleMs" must be/],
      ["POST iam", { allow: "all" }, /"allow" must be a list of texts/],
      ["POST timings", { lunch: 1 }, /There is no timing "lunch"/],
      ["POST capacity", { ...ZONE, left: 1, lifecycle: "free" }, /"lifecycle" must be "spot" or "on-demand"/],
      ["POST interrupt", { instanceId: "i-0aaaaaaaaaaaaaaaa" }, /There is no instance i-0aaaaaaaaaaaaaaaa\./],
      ["POST interrupt", {}, /Say which/],
      ["POST events/target", { url: "https://example.com/" }, /to this machine only/],
      ["POST events/target", { url: "nowhere" }, /"url" must be an address/],
      ["GET events?since=-1", undefined, /"since" must be the sequence number/],
    ];
    for (const [request, body, says] of bad) {
      const { status, content } = await sim(request, body);
      assert.equal(status, 400, request);
      assert.match(String(content.error), says);
    }
  });
});

describe("the stream of events", () => {
  beforeEach(async () => {
    server = await startServer({ port: 0, seed: 1 });
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    ec2 = new EC2Client({ endpoint: server.url, region: "us-east-1", credentials, maxAttempts: 1 });
  });

  afterEach(async () => {
    ec2.destroy();
    await server.close();
  });

  it("is one event a line, after the one that is named", async () => {
    const instance = await launched(ec2);
    await ordered("POST advance", { seconds: 60 });
    const response = await fetch(`${server.url}/_sim/events?since=1`);
    assert.equal(response.headers.get("content-type"), "application/x-ndjson");
    assert.equal(response.headers.get("x-sim-sequence"), "2");
    const lines = (await response.text()).trimEnd().split("\n");
    const events = lines.map((line) => JSON.parse(line) as Ec2Event);
    assert.deepEqual(
      events.map(({ detail }) => detail),
      [{ "instance-id": idOf(instance), state: "running" }],
    );
  });

  it("goes on as server-sent events, by itself as time passes", async () => {
    await ordered("POST timings", { launch: 300 });
    const headers = { accept: "text/event-stream" };
    const response = await fetch(`${server.url}/_sim/events`, { headers });
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    await launched(ec2);
    let said = "";
    const reader = (response.body ?? assert.fail()).getReader();
    while (!said.includes('"running"')) said += new TextDecoder().decode((await reader.read()).value as Uint8Array);
    await reader.cancel();
    assert.match(said, /^id: 1\ndata: \{"version":"0",.*"state":"pending"\}\}\n\nid: 2\ndata: \{.*\}\n\n$/);
  });

  it("is sent to an address of this machine, each event as it is, again when it was not taken", async () => {
    const taken: Ec2Event[] = [];
    let refusals = 1;
    const target = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        if (refusals-- > 0) response.statusCode = 500;
        else taken.push(JSON.parse(body) as Ec2Event);
        response.end();
      });
    }).listen(0, "127.0.0.1");
    // A test that fails must not keep the whole run waiting.
    target.unref();
    await once(target, "listening");
    const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/events`;
    await ordered("POST events/target", { url });
    const instance = await launched(ec2, MARKET);
    await ordered("POST advance", { seconds: 60 });
    await ordered("POST interrupt", { instanceId: idOf(instance) });
    for (let look = 0; taken.length < 3 && look < 15_000; look += 1) await setTimeout(20);
    assert.deepEqual(
      taken.map(({ detail }) => detail["instance-action"] ?? detail.state),
      ["pending", "running", "terminate"],
    );
    const targets = (await ordered("GET events/target")) as unknown as { delivered: number }[];
    assert.equal(targets.length, 1);
    await ordered("DELETE events/target");
    target.close();
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}

describe("where the server listens", () => {
  it("is beyond this machine only for who says so twice", async () => {
    await assert.rejects(startServer({ port: 0, host: "0.0.0.0" }), /on 127\.0\.0\.1 only.*--allow-remote/);
    const open = await startServer({ port: 0, host: "0.0.0.0", allowRemote: true });
    const { port } = new URL(open.url);
    assert.equal((await fetch(`http://127.0.0.1:${port}/_sim/`)).status, 200);
    await open.close();
  });

  it("may be IPv6's loopback", async () => {
    const local = await startServer({ port: 0, host: "::1" }).catch((error: unknown) => error);
    // Where the machine has no IPv6 there is nothing to see.
    if (local instanceof Error) return;
    const running = local as RunningServer;
    assert.match(running.url, /^http:\/\/\[::1\]:\d+$/);
    assert.equal((await fetch(`${running.url}/_sim/`)).status, 200);
    await running.close();
  });
});
