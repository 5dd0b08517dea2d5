/** `list`, `status` and `history`: what EC2 alone tells of the machines. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateTagsCommand, DeleteTagsCommand, StopInstancesCommand } from "@aws-sdk/client-ec2";
import type { Event } from "../../cli/machine-events";
import type { MachineView } from "../../cli/machine-view";
import { installed } from "../../cli/optional";
import { TAG } from "../../provider/ec2/tags";
import { program, URN } from "../provider/support";
import { later, made, quick, somebody, up } from "../provider/world";
import { machineOf } from "../provider/machine";
import { cli, done, json, withEnvironment } from "./support";

const OTHER_URN = URN.replace(/web$/, "db");

describe("managed-instance list", () => {
  it("has a line for each machine, with what a look tells", async () => {
    const owner = await up({ elasticIp: true });
    const { eip, instance, privateIp } = machineOf(owner);
    const second = quick({ on: owner });
    await second.up(program({ resourceUrn: OTHER_URN, market: { lifecycle: "spot" }, desiredState: "paused" }));
    const { out, err } = await done(owner, ["list"]);
    const [head = "", db = "", web = "", ...others] = out;
    assert.match(head, /^NAME +ID +STATE +GEN +INSTANCE +TYPE +MARKET +PRIVATE IP +PUBLIC IP +AGE$/);
    assert.match(db, /^db +mi-[0-9a-f]{17} +paused +1 +10\.0\.1\.\d+$/);
    assert.deepEqual(web.split(/ {2,}/).slice(0, -1), [
      "web",
      owner.recorded?.id,
      "running",
      "1",
      instance.instanceId,
      "m7i.large",
      "on-demand",
      privateIp,
      eip?.publicIp,
    ]);
    assert.deepEqual([others, err], [[], []]);
  });

  it("says on standard error that there are none", async () => {
    const { out, err } = await done(quick(), ["list"]);
    assert.deepEqual([out, err], [[], ["There are no managed instances in us-east-1."]]);
  });

  it("is an empty list as JSON where there are none", async () => {
    assert.deepEqual(json(await done(quick(), ["list", "--json"])), []);
  });
});

describe("managed-instance status", () => {
  it("says all that is known of one machine, under each other", async () => {
    const owner = await up({
      elasticIp: true,
      secondaryPrivateIps: ["10.0.1.77"],
      schedules: [{ action: "pause", cron: "0 20 * * *", timezone: "UTC" }],
    });
    const { eip, instance, privateIp, eni } = machineOf(owner);
    const { out } = await done(owner, ["status", "web"]);
    const values = new Map(out.map((line) => [line.slice(0, 12).trim(), line.slice(12)]));
    assert.deepEqual(
      [...values].filter(([name]) => name !== "age" && name !== "next"),
      [
        ["name", "web"],
        ["id", owner.recorded?.id],
        ["state", "running"],
        ["generation", "1"],
        ["instance", instance.instanceId],
        ["type", "m7i.large"],
        ["market", "on-demand"],
        ["interface", eni.networkInterfaceId],
        ["private IP", `${privateIp} 10.0.1.77`],
        ["public IP", `${eip?.publicIp ?? ""} ${eip?.allocationId ?? ""}`],
        ["zone", eni.availabilityZone],
      ],
    );
    assert.match(values.get("next") ?? "", /^pause at \d{4}-\d\d-\d\dT20:00:00Z$/);
    assert.match(values.get("age") ?? "", /^\d+[ms]( \d+s)?, since \d{4}/);
  });

  it("is JSON under names that stay, by name or by id", async () => {
    const owner = await up({ elasticIp: true });
    const { template, eip, eni, instance, privateIp } = machineOf(owner);
    for (const name of ["web", template.launchTemplateName]) {
      const { launchedAt, ageSeconds, ...view } = json(await done(owner, ["status", name, "--json"])) as MachineView;
      assert.deepEqual(view, {
        name: "web",
        id: template.launchTemplateName,
        state: "running",
        reason: "",
        desiredState: "running",
        generation: 1,
        instanceId: instance.instanceId,
        instanceType: "m7i.large",
        market: "on-demand",
        networkInterfaceId: eni.networkInterfaceId,
        privateIp,
        secondaryPrivateIps: [],
        ipv6Addresses: [],
        publicIp: eip?.publicIp,
        allocationId: eip?.allocationId,
        availabilityZone: eni.availabilityZone,
        launchTemplateId: template.launchTemplateId,
        lastReplacement: null,
        nextSchedule: null,
        drift: [],
      });
      assert.match(launchedAt ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.ok(ageSeconds !== null && ageSeconds >= 0);
    }
  });

  it("says what was done behind its back", async () => {
    const owner = await up();
    const { instance } = machineOf(owner);
    await somebody(owner).send(new StopInstancesCommand({ InstanceIds: [instance.instanceId] }));
    later(owner);
    const { out } = await done(owner, ["status", "web"]);
    assert.ok(
      out.some((it) => /^state +paused; is to be running$/.test(it)),
      out.join("\n"),
    );
    assert.ok(
      out.some((it) => /^drift +its instance is stopped$/.test(it)),
      out.join("\n"),
    );
    const { out: lines, err } = await done(owner, ["list"]);
    assert.match(lines[1] ?? "", / paused \* /);
    assert.match(err.join(), /status NAME` says more of: mi-/);
  });

  it("says of a record that cannot be read that nothing is done to it, and why", async () => {
    const owner = await up();
    const { template } = machineOf(owner);
    await somebody(owner).send(
      new DeleteTagsCommand({ Resources: [template.launchTemplateId], Tags: [{ Key: TAG.market }] }),
    );
    const { state, reason } = json(await done(owner, ["status", "web", "--json"])) as MachineView;
    assert.equal(state, "failed");
    assert.match(reason, /^its record cannot be read: .* no tag managed-instance:market, .*run `pulumi up`$/);
    const { code, err } = await cli(owner, ["recycle", "web", "--yes"]);
    assert.equal(code, 1);
    assert.match(err.join(), /^managed-instance: nothing is done to web \(mi-\w+\): its record cannot be read/);
  });

  it("does not guess at a name that several have, and lists their ids", async () => {
    const owner = await up();
    const second = quick({ on: owner });
    await second.up(program({ resourceUrn: URN.replace("dev", "prod") }));
    const { code, err } = await cli(owner, ["status", "web"]);
    assert.equal(code, 3);
    const ids = made(owner)
      .templates.map((it) => it.launchTemplateName)
      .sort();
    assert.deepEqual(err, [
      `managed-instance: several machines are called web: ${ids.join(", ")}; give the id of one.`,
    ]);
    await done(owner, ["status", ids[0] ?? ""]);
  });

  it("says which machine there is none of", async () => {
    for (const name of ["nobody", "mi-00000000000000000"]) {
      const { code, err } = await cli(quick(), ["status", name]);
      assert.equal(code, 3);
      assert.match(err.join(), new RegExp(`there is no managed instance ${name} in us-east-1; .managed-instance list`));
    }
  });

  it("prints no tag as a command for the terminal, in words or in JSON", async () => {
    const EVIL = "\u001b[2J\u202ebad\u2028\u{e0041}\u009b31m";
    const owner = await up();
    const { template } = machineOf(owner);
    await somebody(owner).send(
      new CreateTagsCommand({
        Resources: [template.launchTemplateId],
        Tags: [
          { Key: TAG.urn, Value: "sha256:0" },
          { Key: "Name", Value: EVIL },
          { Key: TAG.replacement, Value: EVIL },
        ],
      }),
    );
    for (const args of [
      ["list"],
      ["list", "--json"],
      ["status"],
      ["status", "--json"],
      ["doctor"],
      ["doctor", "--json"],
    ]) {
      const { out, err } = await cli(owner, args, { hasColour: false });
      for (const line of [...out, ...err]) {
        assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u, args.join(" "));
      }
    }
    const [view] = json(await done(owner, ["list", "--json"])) as MachineView[];
    assert.equal(view?.name, EVIL);
  });
});

describe("managed-instance history", () => {
  it("has the generations and the launches, oldest first, and says why CloudTrail is not asked", async () => {
    const owner = await up();
    later(owner);
    await owner.up(program({ instanceType: "m6i.large" }));
    const ran = await done(owner, ["history", "web", "--json"]);
    const events = json(ran) as Event[];
    assert.deepEqual(
      events.map(({ source, what }) => `${source} ${what.replace(/ami-\w+/, "AMI")}`.replace(/;.*/, "")),
      [
        "record generation 1: m7i.large, AMI",
        "instance launched or started of generation 1: m7i.large, on-demand",
        "record generation 2: m6i.large, AMI",
        "instance launched or started of generation 2: m6i.large, on-demand",
      ],
    );
    assert.match(ran.err.join(), /^CloudTrail is not asked: the endpoint of EC2 is not AWS's/);
    const { out } = await done(owner, ["history", "web", "--limit", "1"]);
    assert.equal(out.length, 2);
  });

  it("has what CloudTrail tells, where it may be asked: once, and not what was only read", async () => {
    const owner = await up();
    const { eni, template } = machineOf(owner);
    const at = 1_700_000_000;
    const events = [
      { EventId: "1", EventName: "CreateTags", EventTime: at, Username: "me", ReadOnly: "false" },
      { EventId: "2", EventName: "DescribeInstances", EventTime: at, Username: "me", ReadOnly: "true" },
    ];
    const asked: string[] = [];
    const server = createServer((request, response) => {
      request.on("data", (body: Buffer) => {
        asked.push(body.toString());
        response.setHeader("Content-Type", "application/x-amz-json-1.1");
        response.end(JSON.stringify({ Events: events }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = { AWS_ENDPOINT_URL_CLOUDTRAIL: url, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
    await withEnvironment(env, async () => {
      const ran = await done(owner, ["history", "web", "--json"]);
      const [first] = json(ran) as Event[];
      const { launchTemplateId: resourceId } = template;
      const wanted = { at: "2023-11-14T22:13:20Z", source: "cloudtrail", what: "CreateTags", resourceId, by: "me" };
      assert.deepEqual(first, wanted);
      assert.deepEqual(ran.err, []);
      assert.ok(asked.some((it) => it.includes(eni.networkInterfaceId)));
    });
    server.closeAllConnections();
    server.close();
  });

  it("does without what is not installed", async () => {
    const missing = Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
    assert.equal(await installed<unknown>(() => Promise.reject(missing)), undefined);
    await assert.rejects(installed(() => Promise.reject(new Error("broken"))));
  });
});
