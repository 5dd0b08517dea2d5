import { answers, area, refuses, source } from "../probe";
import { type Scene, tagsOf } from "../scene";
import { NOBODYS } from "../surroundings";
import { addVersion } from "./added-version";

const { api, codes, facts, guide, seen } = source;
const run = guide("launch from a launch template");

const from = (scene: Scene, id: string, Version?: string) => ({
  ImageId: undefined,
  InstanceType: undefined,
  LaunchTemplate: { LaunchTemplateId: id, Version },
  SubnetId: scene.here.subnetA,
});

export const launchesFromTemplates = area("launch templates", [
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
    title: "the launch's own words count more than the template",
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
