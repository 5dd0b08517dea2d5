import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../../local/ec2";
import { cutting } from "../interruptions";
import { DATA, TAGS, account, codeOf, launchRequest, noting, runOn } from "./account";

describe("the EC2 client and launch templates", () => {
  it("reads a launch template back, and its latest version", async () => {
    const { ec2, clock } = account();
    const createdAt = clock.now();
    const { templateId: id } = await launchRequest(ec2);
    const [template] = await ec2.describeLaunchTemplates({ "tag:a": ["1"] });
    assert.match(template?.name ?? "", /^mi-\d+$/);
    assert.deepEqual(template, { id, name: template?.name, latestVersion: 1, createdAt, tags: TAGS });
    const data = { ...DATA, imageId: WELL_KNOWN.imageV2 };
    assert.equal(
      await ec2.createLaunchTemplateVersion({ templateId: id, description: "second", data, clientToken: "v2" }),
      2,
    );
    assert.equal((await ec2.describeLaunchTemplates({ "tag:a": ["1"] }))[0]?.latestVersion, 2);
    const { data: _, ...latest } = await ec2.describeLatestVersion(id);
    assert.deepEqual(latest, {
      number: 2,
      description: "second",
      createdAt,
      imageId: WELL_KNOWN.imageV2,
    });
  });

  it("reads all that a version says, but for the user data, which may be a secret; and makes one like another, with it", async () => {
    const { ec2, simulator } = account();
    const { templateId } = await launchRequest(ec2);
    const said = {
      imageId: WELL_KNOWN.imageV1,
      instanceType: "m7i.large",
      keyName: "key",
      iamInstanceProfile: WELL_KNOWN.instanceProfile,
      ebsOptimized: true,
      tenancy: "dedicated",
      placementGroup: "group",
      cpuCredits: "unlimited",
      cpuOptions: { coreCount: 1, threadsPerCore: 2 },
      monitoring: true,
      metadataOptions: {
        httpTokens: "optional",
        httpEndpoint: "enabled",
        instanceMetadataTags: "enabled",
        httpPutResponseHopLimit: 3,
      },
      rootVolume: {
        deviceName: "/dev/xvda",
        options: { size: 20, type: "gp3", iops: 4000, throughput: 250, encrypted: true, kmsKeyId: "alias/disk" },
      },
    } as const;
    const data = { ...said, userData: "c2VjcmV0" };
    const version = await ec2.createLaunchTemplateVersion({ templateId, description: "2", data, clientToken: "v2" });
    assert.deepEqual((await ec2.describeLatestVersion(templateId)).data, said);
    const like = { sourceVersion: version, imageId: said.imageId };
    const request = { templateId, description: "3", data: like, clientToken: "v3" };
    assert.equal(await ec2.createLaunchTemplateVersion(request), 3);
    assert.deepEqual((await ec2.describeLatestVersion(templateId)).data, said);
    const [template] = Object.values(simulator.snapshot().launchTemplates);
    assert.deepEqual(template?.versions.at(-1)?.data, template?.versions.at(-2)?.data);
    assert.notDeepEqual((await ec2.describeLatestVersion(templateId, { version: 1 })).data, said);
  });

  it("makes a launch template and a version once for one token", async () => {
    for (const action of ["CreateLaunchTemplate", "CreateLaunchTemplateVersion"]) {
      const { ec2, simulator } = account(cutting(action, "after"));
      const { templateId } = await launchRequest(ec2);
      await ec2.createLaunchTemplateVersion({ templateId, description: "2", data: DATA, clientToken: "v2" });
      const [template] = Object.values(simulator.snapshot().launchTemplates);
      assert.deepEqual(
        template?.versions.map((it) => it.description),
        ["first", "2"],
      );
    }
  });

  it("looks up the image behind an SSM parameter", async () => {
    const { ec2 } = account();
    const template = await ec2.createLaunchTemplate({
      name: "mi-2",
      description: "",
      data: { ...DATA, imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}` },
      tags: TAGS,
      clientToken: "t5",
    });
    assert.equal((await ec2.describeLatestVersion(template.id, { resolveImage: true })).imageId, WELL_KNOWN.imageV2);
    assert.match((await ec2.describeLatestVersion(template.id)).imageId ?? "", /^resolve:ssm:/);
  });
});

describe("the newest versions of launch templates", () => {
  it("are read off all those of the account where many are asked for", async () => {
    const sent: string[] = [];
    const { ec2, simulator } = account(noting(sent));
    const templates: string[] = [];
    for (let made = 0; made < 60; made++) {
      templates.push((await launchRequest(ec2)).templateId);
    }
    const calls = async (count: number): Promise<number> => {
      simulator.clearCalls();
      const found = await Promise.all(templates.slice(0, count).map((it) => ec2.describeLatestVersion(it)));
      assert.ok(found.every((it) => it.number === 1 && it.description === "first"));
      return simulator.calls().length;
    };
    for (const count of [2, 10, 60]) {
      assert.equal(await calls(count), 1, String(count));
      assert.match(sent.at(-1) ?? "", /LaunchTemplateVersion\.1=%24Latest/);
    }
    assert.equal(await calls(1), 1);
    assert.match(sent.at(-1) ?? "", /LaunchTemplateId=/);
    assert.equal(await codeOf(ec2.describeLatestVersion("lt-0a1b2c3d")), "InvalidLaunchTemplateId.NotFound");
  });

  it("are asked for one by one in an account of so many templates that their list is more pages than templates asked for", async () => {
    const firstPage = Buffer.from("page:0").toString("base64url");
    const { ec2, simulator } = account((handler) => ({
      ...handler,
      handle: (request: { body?: unknown; headers: Record<string, string> }) => {
        // EC2 may answer in pages unasked; the simulator does from a token on.
        const isList =
          String(request.body).includes("%24Latest") && !/LaunchTemplateId|NextToken/.test(String(request.body));
        return handler.handle(
          isList ? { ...request, body: `${String(request.body)}&NextToken=${firstPage}` } : request,
        );
      },
    }));
    const made: string[] = [];
    for (let count = 0; count < 450; count++) {
      made.push((await launchRequest(ec2)).templateId);
    }
    // The first ones come first, 200 on a page.
    const wanted = [...made.slice(0, 1), ...made.slice(-1)];
    const calls = async (templateIds: readonly string[]): Promise<number> => {
      simulator.clearCalls();
      const found = await Promise.all(templateIds.map((it) => ec2.describeLatestVersion(it)));
      assert.equal(found.length, templateIds.length);
      return simulator.calls().length;
    };
    // Two pages in vain for the second, then the second by itself.
    assert.equal(await calls(wanted), 3);
    assert.equal(await calls(wanted), 2);
    assert.equal(await calls(made), 3);
  });

  it("are not read again by any run where a list has just shown that they still are the newest", async () => {
    const { ec2, simulator, clock } = account();
    const { templateId } = await launchRequest(ec2);
    const calls = async (options: { listed?: number; version?: number }): Promise<[number, number]> => {
      simulator.clearCalls();
      const { number } = await runOn(ec2, clock).describeLatestVersion(templateId, options);
      return [number, simulator.calls().length];
    };
    assert.deepEqual(await calls({ listed: 1 }), [1, 1]);
    assert.deepEqual(await calls({ listed: 1 }), [1, 0]);
    assert.deepEqual(await calls({ version: 1 }), [1, 0]);
    assert.deepEqual(await calls({}), [1, 1], "a caller that does not say what a list showed looks");
    const data = { sourceVersion: 1, imageId: WELL_KNOWN.imageV2 };
    await ec2.createLaunchTemplateVersion({ templateId, description: "second", data, clientToken: "second" });
    assert.deepEqual(await calls({ listed: 1 }), [2, 1], "a list may lag behind");
    assert.deepEqual(await calls({ listed: 2 }), [2, 0]);
  });
});
