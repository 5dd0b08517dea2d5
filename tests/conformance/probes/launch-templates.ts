import { answers, area, refuses, source } from "../probe";
import { tagsOf, the } from "../scene";
import { addVersion } from "./added-version";

const { api, codes } = source;
const create = api("CreateLaunchTemplate");
const version = api("CreateLaunchTemplateVersion");

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
    title: "a property that a new version does not give is taken from its source version",
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
]);
