import type { RequestLaunchTemplateData } from "@aws-sdk/client-ec2";

import { answers, area, refuses, source } from "../probe";
import { tagsOf, the, type Scene } from "../scene";
import { NOBODYS } from "../surroundings";

const { api, codes, facts, guide, seen } = source;
const create = api("CreateLaunchTemplate");
const version = api("CreateLaunchTemplateVersion");
const run = guide("launch from a launch template");

const addVersion = async (scene: Scene, id: string, data: RequestLaunchTemplateData, SourceVersion?: string) => {
  const input = { LaunchTemplateId: id, LaunchTemplateData: data, SourceVersion };
  return the((await scene.ec2.createLaunchTemplateVersion(input)).LaunchTemplateVersion);
};

const from = (scene: Scene, id: string, Version?: string) => ({
  ImageId: undefined,
  InstanceType: undefined,
  LaunchTemplate: { LaunchTemplateId: id, Version },
  SubnetId: scene.here.subnetA,
});

export const launchTemplates = area("launch templates", [
  answers({
    id: "templates.create",
    title: "a new template has one version, its default and latest",
    source: create,
    call: async (scene) => {
      const LaunchTemplateData = { InstanceType: "t3.micro" as const };
      const { LaunchTemplate: it } = await scene.ec2.createLaunchTemplate({
        LaunchTemplateName: scene.name,
        LaunchTemplateData,
      });
      const isId = /^lt-[0-9a-f]{17}$/.test(it?.LaunchTemplateId ?? "");
      return [isId, it?.LaunchTemplateName === scene.name, it?.DefaultVersionNumber, it?.LatestVersionNumber];
    },
    expected: [true, true, 1, 1],
  }),
  refuses({
    id: "templates.name.taken",
    title: "a name that is in use is refused",
    source: codes,
    setUp: (scene) => scene.template(),
    call: (scene) => scene.template(),
    code: "InvalidLaunchTemplateName.AlreadyExistsException",
  }),
  ...(
    [
      ["short", "ab"],
      ["long", "a".repeat(129)],
      ["characters", "a template!"],
    ] as const
  ).map(([id, LaunchTemplateName]) =>
    refuses({
      id: `templates.name.${id}`,
      title: `a name has 3 to 128 letters, digits and some signs (${id})`,
      source: codes,
      call: (scene) =>
        scene.ec2.createLaunchTemplate({ LaunchTemplateName, LaunchTemplateData: { InstanceType: "t3.micro" } }),
      code: "InvalidLaunchTemplateName.MalformedException",
    }),
  ),
  answers({
    id: "templates.tags",
    title: "tags are given with the creation",
    source: create,
    call: async (scene) => {
      const { LaunchTemplate } = await scene.ec2.createLaunchTemplate({
        LaunchTemplateName: scene.name,
        LaunchTemplateData: { InstanceType: "t3.micro" },
        TagSpecifications: [{ ResourceType: "launch-template", Tags: [{ Key: "a", Value: "1" }] }],
      });
      const input = { LaunchTemplateIds: [the(LaunchTemplate?.LaunchTemplateId)] };
      return tagsOf((await scene.ec2.describeLaunchTemplates(input)).LaunchTemplates?.[0]?.Tags);
    },
    expected: { a: "1" },
  }),
  answers({
    id: "templates.describe.by-name",
    title: "a template is found by its name",
    source: api("DescribeLaunchTemplates"),
    setUp: (scene) => scene.template(),
    call: async (scene, id) => {
      const { LaunchTemplates } = await scene.ec2.describeLaunchTemplates({ LaunchTemplateNames: [scene.name] });
      return LaunchTemplates?.map(({ LaunchTemplateId }) => LaunchTemplateId === id);
    },
    expected: [true],
  }),
  refuses({
    id: "templates.describe.unknown-name",
    title: "an unknown name is refused",
    source: codes,
    call: (scene) => scene.ec2.describeLaunchTemplates({ LaunchTemplateNames: ["nobodys-template"] }),
    code: "InvalidLaunchTemplateName.NotFoundException",
  }),
  answers({
    id: "templates.version.add",
    title: "a new version is the latest, and the default stays",
    source: version,
    setUp: (scene) => scene.template(),
    call: async (scene, id) => {
      const { VersionNumber, DefaultVersion } = await addVersion(scene, id, { InstanceType: "t3.small" });
      const { LaunchTemplates } = await scene.ec2.describeLaunchTemplates({ LaunchTemplateIds: [id] });
      const [it] = LaunchTemplates ?? [];
      return [VersionNumber, DefaultVersion, it?.DefaultVersionNumber, it?.LatestVersionNumber];
    },
    expected: [2, false, 1, 2],
  }),
  answers({
    id: "templates.version.source",
    title: "what a new version does not say is taken from its source version",
    source: version,
    setUp: (scene) => scene.template(),
    call: async (scene, id) => {
      const { LaunchTemplateData } = await addVersion(scene, id, { InstanceType: "t3.small" }, "1");
      return [LaunchTemplateData?.ImageId === scene.here.image, LaunchTemplateData?.InstanceType];
    },
    expected: [true, "t3.small"],
  }),
  answers({
    id: "templates.version.no-source",
    title: "without a source version it is not",
    source: version,
    setUp: (scene) => scene.template(),
    call: async (scene, id) =>
      (await addVersion(scene, id, { InstanceType: "t3.small" })).LaunchTemplateData?.ImageId ?? "none",
    expected: "none",
  }),
  refuses({
    id: "templates.version.source.unknown",
    title: "an unknown source version is refused",
    source: codes,
    setUp: (scene) => scene.template(),
    call: (scene, id) => addVersion(scene, id, { InstanceType: "t3.small" }, "7"),
    code: "InvalidLaunchTemplateId.VersionNotFound",
  }),
  answers({
    id: "templates.version.default",
    title: "another version can be made the default",
    source: api("ModifyLaunchTemplate"),
    setUp: async (scene) => {
      const id = await scene.template();
      await addVersion(scene, id, { InstanceType: "t3.small" });
      return id;
    },
    call: async (scene, id) => {
      const { LaunchTemplate } = await scene.ec2.modifyLaunchTemplate({ LaunchTemplateId: id, DefaultVersion: "2" });
      return LaunchTemplate?.DefaultVersionNumber;
    },
    expected: 2,
  }),
  answers({
    id: "templates.versions.all",
    title: "versions are described with the latest first",
    source: api("DescribeLaunchTemplateVersions"),
    setUp: async (scene) => {
      const id = await scene.template();
      await addVersion(scene, id, { InstanceType: "t3.small" });
      return id;
    },
    call: async (scene, id) => {
      const reply = await scene.ec2.describeLaunchTemplateVersions({ LaunchTemplateId: id });
      return reply.LaunchTemplateVersions?.map(({ VersionNumber }) => VersionNumber);
    },
    expected: [2, 1],
  }),
  ...(["$Latest", "$Default"] as const).map((name) =>
    answers({
      id: `templates.versions.${name.slice(1)}`,
      title: `${name} names the ${name.slice(1).toLowerCase()} version`,
      source: api("DescribeLaunchTemplateVersions"),
      setUp: async (scene) => {
        const id = await scene.template();
        await addVersion(scene, id, { InstanceType: "t3.small" });
        return id;
      },
      call: async (scene, id) => {
        const reply = await scene.ec2.describeLaunchTemplateVersions({ LaunchTemplateId: id, Versions: [name] });
        return reply.LaunchTemplateVersions?.map(({ VersionNumber }) => VersionNumber);
      },
      expected: [name === "$Latest" ? 2 : 1],
    }),
  ),
  refuses({
    id: "templates.versions.unknown",
    title: "an unknown version is refused",
    source: codes,
    setUp: (scene) => scene.template(),
    call: (scene, id) => scene.ec2.describeLaunchTemplateVersions({ LaunchTemplateId: id, Versions: ["7"] }),
    code: "InvalidLaunchTemplateId.VersionNotFound",
  }),
  answers({
    id: "templates.data",
    title: "launch data comes back as it was given",
    source: api("ResponseLaunchTemplateData"),
    setUp: (scene) =>
      scene.template({ UserData: "aGk=", KeyName: "x", EbsOptimized: true, Monitoring: { Enabled: true } }),
    call: async (scene, id) => {
      const reply = await scene.ec2.describeLaunchTemplateVersions({ LaunchTemplateId: id, Versions: ["1"] });
      const { UserData, KeyName, EbsOptimized, Monitoring } = the(
        reply.LaunchTemplateVersions?.[0]?.LaunchTemplateData,
      );
      return [UserData, KeyName, EbsOptimized, Monitoring?.Enabled];
    },
    expected: ["aGk=", "x", true, true],
  }),
  answers({
    id: "templates.run",
    title: "a launch takes what it does not say from the template",
    source: run,
    setUp: (scene) => scene.template(),
    call: async (scene, id) => {
      const { ImageId, InstanceType } = await scene.launched(from(scene, id));
      return [ImageId === scene.here.image, InstanceType];
    },
    expected: [true, "t3.micro"],
  }),
  answers({
    id: "templates.run.by-name",
    title: "a launch may name the template",
    source: run,
    setUp: (scene) => scene.template(),
    call: async (scene) => {
      const LaunchTemplate = { LaunchTemplateName: scene.name };
      return (await scene.launched({ ...from(scene, ""), LaunchTemplate })).InstanceType;
    },
    expected: "t3.micro",
  }),
  answers({
    id: "templates.run.override",
    title: "what a launch says counts more than the template",
    source: run,
    setUp: (scene) => scene.template(),
    call: async (scene, id) => (await scene.launched({ ...from(scene, id), InstanceType: "t3.small" })).InstanceType,
    expected: "t3.small",
  }),
  answers({
    id: "templates.run.default-version",
    title: "without a version the default one counts, not the latest",
    source: run,
    setUp: async (scene) => {
      const id = await scene.template();
      await addVersion(scene, id, { InstanceType: "t3.small" }, "1");
      return id;
    },
    call: async (scene, id) => (await scene.launched(from(scene, id))).InstanceType,
    expected: "t3.micro",
  }),
  answers({
    id: "templates.run.version",
    title: "a launch may name the version",
    source: run,
    setUp: async (scene) => {
      const id = await scene.template();
      await addVersion(scene, id, { InstanceType: "t3.small" }, "1");
      return id;
    },
    call: async (scene, id) => (await scene.launched(from(scene, id, "2"))).InstanceType,
    expected: "t3.small",
  }),
  answers({
    id: "templates.run.tagged",
    title: "an instance says by tags which template and version it is from",
    source: seen("terraform-provider-aws, ec2_instance.go, which reads these tags"),
    setUp: (scene) => scene.template(),
    call: async (scene, id) => {
      const tags = tagsOf((await scene.instance(await scene.running(from(scene, id)))).Tags);
      return [tags["aws:ec2launchtemplate:id"] === id, tags["aws:ec2launchtemplate:version"]];
    },
    expected: [true, "1"],
  }),
  answers({
    id: "templates.run.tags",
    title: "the template's tags go to the instance",
    source: run,
    setUp: (scene) =>
      scene.template({ TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "a", Value: "1" }] }] }),
    call: async (scene, id) => tagsOf((await scene.instance(await scene.running(from(scene, id)))).Tags).a,
    expected: "1",
  }),
  answers({
    id: "templates.run.interface",
    title: "a template may name the interface to launch on",
    source: facts("4"),
    setUp: async (scene) => {
      const eni = await scene.eni();
      return { eni, id: await scene.template({ NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: eni }] }) };
    },
    call: async (scene, { eni, id }) => {
      const { NetworkInterfaces = [] } = await scene.launched({ ...from(scene, id), SubnetId: undefined });
      return NetworkInterfaces.map(({ NetworkInterfaceId }) => NetworkInterfaceId === eni);
    },
    expected: [true],
  }),
  answers({
    id: "templates.run.market",
    title: "a template may say that a launch is on spot",
    source: api("RequestLaunchTemplateData"),
    setUp: (scene) => scene.template({ InstanceMarketOptions: { MarketType: "spot" } }),
    call: async (scene, id) => (await scene.instance(await scene.running(from(scene, id)))).InstanceLifecycle,
    expected: "spot",
  }),
  refuses({
    id: "templates.run.unknown",
    title: "a launch from an unknown template is refused",
    source: codes,
    call: (scene) => scene.launch(from(scene, NOBODYS.template)),
    code: "InvalidLaunchTemplateId.NotFound",
  }),
  refuses({
    id: "templates.run.version.unknown",
    title: "a launch from an unknown version is refused",
    source: codes,
    setUp: (scene) => scene.template(),
    call: (scene, id) => scene.launch(from(scene, id, "7")),
    code: "InvalidLaunchTemplateId.VersionNotFound",
  }),
  refuses({
    id: "templates.delete",
    title: "a deleted template is unknown",
    source: codes,
    setUp: async (scene) => {
      const id = await scene.template();
      await scene.ec2.deleteLaunchTemplate({ LaunchTemplateId: id });
      return id;
    },
    call: (scene, id) => scene.ec2.describeLaunchTemplates({ LaunchTemplateIds: [id] }),
    code: "InvalidLaunchTemplateId.NotFound",
  }),
  answers({
    id: "templates.delete-version",
    title: "a version can be deleted",
    source: api("DeleteLaunchTemplateVersions"),
    setUp: async (scene) => {
      const id = await scene.template();
      await addVersion(scene, id, { InstanceType: "t3.small" });
      return id;
    },
    call: async (scene, id) => {
      await scene.ec2.deleteLaunchTemplateVersions({ LaunchTemplateId: id, Versions: ["2"] });
      const reply = await scene.ec2.describeLaunchTemplateVersions({ LaunchTemplateId: id });
      return reply.LaunchTemplateVersions?.map(({ VersionNumber }) => VersionNumber);
    },
    expected: [1],
  }),
]);

const idempotency = guide("ensuring idempotency");

export const clientTokens = area("client tokens", [
  answers({
    id: "tokens.run.same",
    title: "the same launch with the same token is answered with the instance that was made",
    source: idempotency,
    call: async (scene) => {
      const ClientToken = scene.name;
      return (await scene.launch({ ClientToken })) === (await scene.launch({ ClientToken }));
    },
    expected: true,
  }),
  answers({
    id: "tokens.run.as-it-is-now",
    title: "the instance is answered as it is now, not as it was",
    source: facts("0.7"),
    setUp: (scene) => scene.running({ ClientToken: scene.name }),
    call: async (scene) => (await scene.launched({ ClientToken: scene.name })).State?.Name,
    expected: "running",
  }),
  answers({
    id: "tokens.run.terminated",
    title: "after the termination too it is answered with that instance, and none is launched",
    source: facts("0.7"),
    setUp: (scene) => scene.terminated({ ClientToken: scene.name }),
    call: async (scene, id) => {
      const again = await scene.launched({ ClientToken: scene.name });
      return [again.InstanceId === id, again.State?.Name];
    },
    expected: [true, "terminated"],
  }),
  refuses({
    id: "tokens.run.mismatch",
    title: "another launch with the same token is refused",
    source: codes,
    setUp: (scene) => scene.launch({ ClientToken: scene.name }),
    call: (scene) => scene.launch({ ClientToken: scene.name, InstanceType: "t3.small" }),
    code: "IdempotentParameterMismatch",
  }),
  refuses({
    id: "tokens.run.mismatch.tags",
    title: "other tags are another launch",
    source: facts("3"),
    setUp: (scene) => scene.launch({ ClientToken: scene.name }),
    call: (scene) =>
      scene.launch({
        ClientToken: scene.name,
        TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "a", Value: "1" }] }],
      }),
    code: "IdempotentParameterMismatch",
  }),
  answers({
    id: "tokens.run.other",
    title: "another token makes another instance",
    source: idempotency,
    call: async (scene) =>
      (await scene.launch({ ClientToken: `${scene.name}-1` })) ===
      (await scene.launch({ ClientToken: `${scene.name}-2` })),
    expected: false,
  }),
  answers({
    id: "tokens.run.shown",
    title: "an instance shows its token, and is found by it",
    source: facts("3"),
    setUp: (scene) => scene.running({ ClientToken: scene.name }),
    call: async (scene, id) => {
      const Filters = [{ Name: "client-token", Values: [scene.name] }];
      const { Reservations = [] } = await scene.ec2.describeInstances({ Filters });
      return Reservations[0]?.Instances?.map(({ InstanceId, ClientToken }) => [
        InstanceId === id,
        ClientToken === scene.name,
      ]);
    },
    expected: [[true, true]],
  }),
  answers({
    id: "tokens.run.after-failure",
    title: "a token of a launch that was refused can be used again",
    source: idempotency,
    setUp: async (scene) => {
      await scene.launch({ ClientToken: scene.name, SubnetId: NOBODYS.subnet }).catch(() => undefined);
    },
    call: async (scene) => (await scene.launched({ ClientToken: scene.name })).State?.Name,
    expected: "pending",
  }),
  refuses({
    id: "tokens.run.long",
    title: "a launch's token has 64 characters at most",
    source: api("RunInstances"),
    call: (scene) => scene.launch({ ClientToken: "a".repeat(65) }),
    code: "InvalidParameterValue",
  }),
  answers({
    id: "tokens.interface.same",
    title: "the same creation of an interface with the same token is answered with the one that was made",
    source: facts("3"),
    call: async (scene) => {
      const ClientToken = scene.name;
      return (await scene.eni({ ClientToken })) === (await scene.eni({ ClientToken }));
    },
    expected: true,
  }),
  refuses({
    id: "tokens.interface.mismatch",
    title: "another creation of an interface with the same token is refused",
    source: codes,
    setUp: (scene) => scene.eni({ ClientToken: scene.name }),
    call: (scene) => scene.eni({ ClientToken: scene.name, Description: "other" }),
    code: "IdempotentParameterMismatch",
  }),
  answers({
    id: "tokens.template.same",
    title: "the same creation of a template with the same token is answered with the one that was made",
    source: facts("3"),
    call: async (scene) => {
      const input = {
        ClientToken: scene.name,
        LaunchTemplateName: scene.name,
        LaunchTemplateData: { InstanceType: "t3.micro" as const },
      };
      const first = await scene.ec2.createLaunchTemplate(input);
      const second = await scene.ec2.createLaunchTemplate(input);
      return first.LaunchTemplate?.LaunchTemplateId === second.LaunchTemplate?.LaunchTemplateId;
    },
    expected: true,
  }),
  answers({
    id: "tokens.version.same",
    title: "the same new version with the same token is made once",
    source: facts("3"),
    setUp: (scene) => scene.template(),
    call: async (scene, id) => {
      const input = {
        ClientToken: scene.name,
        LaunchTemplateId: id,
        LaunchTemplateData: { InstanceType: "t3.small" as const },
      };
      await scene.ec2.createLaunchTemplateVersion(input);
      return (await scene.ec2.createLaunchTemplateVersion(input)).LaunchTemplateVersion?.VersionNumber;
    },
    expected: 2,
  }),
  answers({
    id: "tokens.volume.same",
    title: "the same creation of a volume with the same token is answered with the one that was made",
    source: facts("3"),
    call: async (scene) => {
      const input = { ClientToken: scene.name, AvailabilityZone: scene.here.zoneA, Size: 5 };
      return (await scene.ec2.createVolume(input)).VolumeId === (await scene.ec2.createVolume(input)).VolumeId;
    },
    expected: true,
  }),
]);

const spotStates = guide("Spot request status");
const stopSpot = guide("stop and start a Spot Instance");
const SPOT = { InstanceMarketOptions: { MarketType: "spot" as const } };
const PERSISTENT = {
  InstanceMarketOptions: {
    MarketType: "spot" as const,
    SpotOptions: { SpotInstanceType: "persistent" as const, InstanceInterruptionBehavior: "stop" as const },
  },
};
const spotLaunch = (SpotOptions: object) => ({ InstanceMarketOptions: { MarketType: "spot" as const, SpotOptions } });

const requestOf = async (scene: Scene, id: string) => {
  const request = the((await scene.instance(id)).SpotInstanceRequestId);
  const input = { SpotInstanceRequestIds: [request] };
  return the((await scene.ec2.describeSpotInstanceRequests(input)).SpotInstanceRequests?.[0]);
};

export const spot = area("spot", [
  answers({
    id: "spot.lifecycle",
    title: "an instance on spot says so, and names its request",
    source: api("Instance"),
    call: async (scene) => {
      const { InstanceLifecycle, SpotInstanceRequestId = "" } = await scene.instance(await scene.running(SPOT));
      return [InstanceLifecycle, /^sir-[0-9a-z]{8}$/.test(SpotInstanceRequestId)];
    },
    expected: ["spot", true],
  }),
  answers({
    id: "spot.on-demand",
    title: "an instance on demand names neither",
    source: api("Instance"),
    call: async (scene) => {
      const { InstanceLifecycle, SpotInstanceRequestId } = await scene.instance(await scene.running());
      return [InstanceLifecycle ?? "none", SpotInstanceRequestId ?? "none"];
    },
    expected: ["none", "none"],
  }),
  answers({
    id: "spot.request.active",
    title: "its request is one-time, active and fulfilled, and names the instance",
    source: spotStates,
    setUp: (scene) => scene.running(SPOT),
    call: async (scene, id) => {
      const { Type, State, Status, InstanceId, InstanceInterruptionBehavior } = await requestOf(scene, id);
      return [Type, State, Status?.Code, InstanceId === id, InstanceInterruptionBehavior];
    },
    expected: ["one-time", "active", "fulfilled", true, "terminate"],
  }),
  answers({
    id: "spot.request.terminated",
    title: "after a termination by its user the request is closed",
    source: spotStates,
    setUp: async (scene) => {
      const id = await scene.running(SPOT);
      const request = await requestOf(scene, id);
      await scene.end(id);
      return the(request.SpotInstanceRequestId);
    },
    call: async (scene, request) => {
      const input = { SpotInstanceRequestIds: [request] };
      const [it] = (await scene.ec2.describeSpotInstanceRequests(input)).SpotInstanceRequests ?? [];
      return [it?.State, it?.Status?.Code];
    },
    expected: ["closed", "instance-terminated-by-user"],
  }),
  answers({
    id: "spot.cancel",
    title: "a cancelled request leaves its instance running",
    source: api("CancelSpotInstanceRequests"),
    setUp: (scene) => scene.running(SPOT),
    call: async (scene, id) => {
      const request = the((await requestOf(scene, id)).SpotInstanceRequestId);
      await scene.ec2.cancelSpotInstanceRequests({ SpotInstanceRequestIds: [request] });
      await scene.settle();
      const { State, Status } = await requestOf(scene, id);
      return [State, Status?.Code, await scene.state(id)];
    },
    expected: ["cancelled", "request-canceled-and-instance-running", "running"],
  }),
  refuses({
    id: "spot.stop.one-time",
    title: "an instance of a one-time request cannot be stopped",
    source: facts("4"),
    setUp: (scene) => scene.running(SPOT),
    call: (scene, id) => scene.ec2.stopInstances({ InstanceIds: [id] }),
    code: "UnsupportedOperation",
  }),
  answers({
    id: "spot.stop.persistent",
    title: "an instance of a persistent request can be stopped; the request is disabled then",
    source: `${facts("4")}; ${stopSpot}`,
    setUp: (scene) => scene.running(PERSISTENT),
    call: async (scene, id) => {
      await scene.ec2.stopInstances({ InstanceIds: [id] });
      await scene.settle();
      return [await scene.state(id), (await requestOf(scene, id)).State];
    },
    expected: ["stopped", "disabled"],
  }),
  answers({
    id: "spot.start.persistent",
    title: "and started again; the request is active then",
    source: stopSpot,
    setUp: (scene) => scene.stopped(PERSISTENT),
    call: async (scene, id) => {
      await scene.ec2.startInstances({ InstanceIds: [id] });
      await scene.settle();
      return [await scene.state(id), (await requestOf(scene, id)).State];
    },
    expected: ["running", "active"],
  }),
  answers({
    id: "spot.cancel.stopped",
    title: "to cancel the request of a stopped instance terminates that",
    source: `${facts("0.6")}; ${stopSpot}`,
    setUp: (scene) => scene.stopped(PERSISTENT),
    call: async (scene, id) => {
      const request = the((await requestOf(scene, id)).SpotInstanceRequestId);
      await scene.ec2.cancelSpotInstanceRequests({ SpotInstanceRequestIds: [request] });
      await scene.settle();
      return scene.state(id);
    },
    expected: "terminated",
  }),
  ...(
    [
      ["one-time-stop", { InstanceInterruptionBehavior: "stop" }, "a one-time request that stops at an interruption"],
      ["one-time-hibernate", { InstanceInterruptionBehavior: "hibernate" }, "a one-time request that hibernates"],
      [
        "persistent-terminate",
        { SpotInstanceType: "persistent", InstanceInterruptionBehavior: "terminate" },
        "a persistent request that terminates, in RunInstances",
      ],
    ] as const
  ).map(([id, options, what]) =>
    refuses({
      id: `spot.options.${id}`,
      title: `${what} is refused`,
      source: facts("4"),
      call: (scene) => scene.launch(spotLaunch(options)),
      code: "InvalidParameterCombination",
    }),
  ),
  refuses({
    id: "spot.price.low",
    title: "a maximum price below the spot price is refused",
    source: codes,
    call: (scene) => scene.launch(spotLaunch({ MaxPrice: "0.0001" })),
    code: "SpotMaxPriceTooLow",
  }),
  refuses({
    id: "spot.price.nonsense",
    title: "a maximum price that is no number is refused",
    source: api("SpotMarketOptions"),
    call: (scene) => scene.launch(spotLaunch({ MaxPrice: "cheap" })),
    code: "InvalidParameterValue",
  }),
  answers({
    id: "spot.price.shown",
    title: "a request shows its maximum price",
    source: api("SpotInstanceRequest"),
    setUp: (scene) => scene.running(spotLaunch({ MaxPrice: "1.5" })),
    call: async (scene, id) => Number((await requestOf(scene, id)).SpotPrice),
    expected: 1.5,
  }),
  refuses({
    id: "spot.protection",
    title: "termination protection is not for spot",
    source: facts("4"),
    setUp: (scene) => scene.running(SPOT),
    call: (scene, id) => scene.ec2.modifyInstanceAttribute({ InstanceId: id, DisableApiTermination: { Value: true } }),
    code: "UnsupportedOperation",
  }),
  answers({
    id: "spot.on-interface",
    title: "a launch on spot may be on an interface that exists",
    source: facts("4"),
    setUp: (scene) => scene.eni({ PrivateIpAddress: "10.0.1.7" }),
    call: async (scene, eni) => {
      const NetworkInterfaces = [{ DeviceIndex: 0, NetworkInterfaceId: eni }];
      return (await scene.instance(await scene.running({ ...SPOT, NetworkInterfaces }))).PrivateIpAddress;
    },
    expected: "10.0.1.7",
  }),
  answers({
    id: "spot.request.tags",
    title: "tags can be given to the request",
    source: facts("3"),
    setUp: (scene) =>
      scene.running({
        ...SPOT,
        TagSpecifications: [{ ResourceType: "spot-instances-request", Tags: [{ Key: "a", Value: "1" }] }],
      }),
    call: async (scene, id) => (await requestOf(scene, id)).Tags,
    expected: [{ Key: "a", Value: "1" }],
  }),
  answers({
    id: "spot.request.by-instance",
    title: "a request is found by its instance",
    source: facts("3"),
    setUp: (scene) => scene.running(SPOT),
    call: async (scene, id) => {
      const Filters = [{ Name: "instance-id", Values: [id] }];
      return (await scene.ec2.describeSpotInstanceRequests({ Filters })).SpotInstanceRequests?.length;
    },
    expected: 1,
  }),
  answers({
    id: "spot.price-history",
    title: "the price history has prices of a type in a zone, below ten dollars and above nothing",
    source: api("DescribeSpotPriceHistory"),
    call: async (scene) => {
      const { SpotPriceHistory = [] } = await scene.ec2.describeSpotPriceHistory({
        InstanceTypes: ["m5.large"],
        ProductDescriptions: ["Linux/UNIX"],
        AvailabilityZone: scene.here.zoneA,
        MaxResults: 5,
      });
      const [first] = SpotPriceHistory;
      const price = Number(first?.SpotPrice);
      return [first?.InstanceType, first?.AvailabilityZone === scene.here.zoneA, price > 0.001 && price < 10];
    },
    expected: ["m5.large", true, true],
  }),
]);
