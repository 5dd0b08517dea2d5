import { answers, area, refuses, source } from "../probe";
import { type Scene, the } from "../scene";

const { api, codes } = source;

const pages = api("Paginating results");

const seven = async (scene: Scene) => {
  for (let made = 0; made < 7; made += 1) await scene.eni({ Description: scene.name });
  return [{ Name: "description", Values: [scene.name] }];
};

export const pagination = area("pagination", [
  answers({
    id: "pages.interfaces",
    title: "seven interfaces in pages of five: five, a token, two and no token",
    source: pages,
    setUp: seven,
    call: async (scene, Filters) => {
      const first = await scene.ec2.describeNetworkInterfaces({ Filters, MaxResults: 5 });
      const second = await scene.ec2.describeNetworkInterfaces({
        Filters,
        MaxResults: 5,
        NextToken: the(first.NextToken),
      });
      return [first.NetworkInterfaces?.length, second.NetworkInterfaces?.length, second.NextToken ?? "none"];
    },
    expected: [5, 2, "none"],
  }),
  answers({
    id: "pages.none-twice",
    title: "no interface is on two pages",
    source: pages,
    setUp: seven,
    call: async (scene, Filters) => {
      const first = await scene.ec2.describeNetworkInterfaces({ Filters, MaxResults: 5 });
      const second = await scene.ec2.describeNetworkInterfaces({
        Filters,
        MaxResults: 5,
        NextToken: the(first.NextToken),
      });
      const all = [...(first.NetworkInterfaces ?? []), ...(second.NetworkInterfaces ?? [])];
      return new Set(all.map(({ NetworkInterfaceId }) => NetworkInterfaceId)).size;
    },
    expected: 7,
  }),
  answers({
    id: "pages.instances",
    title: "six instances in pages of five",
    source: pages,
    setUp: async (scene) => {
      await scene.ec2.runInstances(scene.launchInput({ MinCount: 6, MaxCount: 6 }));
      return [{ Name: "subnet-id", Values: [scene.here.subnetA] }];
    },
    call: async (scene, Filters) => {
      const count = (found: { Instances?: unknown[] }[] = []) =>
        found.reduce((sum, { Instances = [] }) => sum + Instances.length, 0);
      const first = await scene.ec2.describeInstances({ Filters, MaxResults: 5 });
      const second = await scene.ec2.describeInstances({ Filters, MaxResults: 5, NextToken: the(first.NextToken) });
      return [count(first.Reservations), count(second.Reservations)];
    },
    expected: [5, 1],
  }),
  answers({
    id: "pages.all",
    title: "without a page size everything is answered at once",
    source: pages,
    setUp: seven,
    call: async (scene, Filters) => {
      const { NetworkInterfaces, NextToken } = await scene.ec2.describeNetworkInterfaces({ Filters });
      return [NetworkInterfaces?.length, NextToken ?? "none"];
    },
    expected: [7, "none"],
  }),
  refuses({
    id: "pages.too-small",
    title: "a page of fewer than five instances is refused",
    source: api("DescribeInstances"),
    call: (scene) => scene.ec2.describeInstances({ MaxResults: 4 }),
    code: "InvalidParameterValue",
  }),
  refuses({
    id: "pages.with-ids",
    title: "instance ids together with a page size are refused",
    source: api("DescribeInstances"),
    setUp: (scene) => scene.running(),
    call: (scene, id) => scene.ec2.describeInstances({ InstanceIds: [id], MaxResults: 5 }),
    code: "InvalidParameterCombination",
  }),
  ...(
    [
      ["instances", (scene: Scene) => scene.ec2.describeInstances({ MaxResults: 5, NextToken: "made-up" })],
      ["interfaces", (scene: Scene) => scene.ec2.describeNetworkInterfaces({ MaxResults: 5, NextToken: "made-up" })],
      ["volumes", (scene: Scene) => scene.ec2.describeVolumes({ MaxResults: 5, NextToken: "made-up" })],
    ] as const
  ).map(([id, call]) =>
    refuses({
      id: `pages.token.${id}`,
      title: `a token that nobody gave out is refused (${id})`,
      source: codes,
      call,
      code: "InvalidNextToken",
    }),
  ),
  answers({
    id: "pages.templates",
    title: "launch templates come in pages of one if asked",
    source: api("DescribeLaunchTemplates"),
    setUp: async (scene) => {
      for (const end of ["1", "2"]) {
        await scene.ec2.createLaunchTemplate({
          LaunchTemplateName: `${scene.name}-${end}`,
          LaunchTemplateData: { InstanceType: "t3.micro" },
        });
      }
      return [{ Name: "launch-template-name", Values: [`${scene.name}-*`] }];
    },
    call: async (scene, Filters) => {
      const first = await scene.ec2.describeLaunchTemplates({ Filters, MaxResults: 1 });
      const second = await scene.ec2.describeLaunchTemplates({
        Filters,
        MaxResults: 1,
        NextToken: the(first.NextToken),
      });
      return [first.LaunchTemplates?.length, second.LaunchTemplates?.length];
    },
    expected: [1, 1],
  }),
  answers({
    id: "pages.volumes",
    title: "volumes come in pages",
    source: api("DescribeVolumes"),
    setUp: async (scene) => {
      const tags = [{ ResourceType: "volume" as const, Tags: [{ Key: scene.name, Value: "1" }] }];
      await scene.ec2.runInstances(scene.launchInput({ MinCount: 6, MaxCount: 6, TagSpecifications: tags }));
      return [{ Name: "tag-key", Values: [scene.name] }];
    },
    call: async (scene, Filters) => {
      const first = await scene.ec2.describeVolumes({ Filters, MaxResults: 5 });
      const second = await scene.ec2.describeVolumes({ Filters, MaxResults: 5, NextToken: the(first.NextToken) });
      return [first.Volumes?.length, second.Volumes?.length];
    },
    expected: [5, 1],
  }),
]);
