import { answers, area, refuses, source } from "../probe";

const { api, codes, seen } = source;

const attributes = api("ModifyInstanceAttribute");

export const instanceAttributes = area("instance attributes", [
  answers({
    id: "attributes.type",
    title: "the type of a stopped instance can be changed",
    source: attributes,
    setUp: (scene) => scene.stopped(),
    call: async (scene, id) => {
      await scene.ec2.modifyInstanceAttribute({ InstanceId: id, InstanceType: { Value: "t3.small" } });
      return (await scene.instance(id)).InstanceType;
    },
    expected: "t3.small",
  }),
  refuses({
    id: "attributes.type.running",
    title: "the type of a running instance cannot be changed",
    source: codes,
    setUp: (scene) => scene.running(),
    call: (scene, id) => scene.ec2.modifyInstanceAttribute({ InstanceId: id, InstanceType: { Value: "t3.small" } }),
    code: "IncorrectInstanceState",
  }),
  refuses({
    id: "attributes.type.unknown",
    title: "an unknown type is refused",
    source: codes,
    setUp: (scene) => scene.stopped(),
    call: (scene, id) => scene.ec2.modifyInstanceAttribute({ InstanceId: id, InstanceType: { Value: "t99.nano" } }),
    code: "InvalidInstanceAttributeValue",
  }),
  refuses({
    id: "attributes.user-data.running",
    title: "the user data of a running instance cannot be changed",
    source: codes,
    setUp: (scene) => scene.running(),
    call: (scene, id) =>
      scene.ec2.modifyInstanceAttribute({ InstanceId: id, UserData: { Value: Buffer.from("aGk=") } }),
    code: "IncorrectInstanceState",
  }),
  refuses({
    id: "attributes.ebs-optimized.running",
    title: "EBS optimization of a running instance cannot be changed",
    source: attributes,
    setUp: (scene) => scene.running({ InstanceType: "m5.large" }),
    call: (scene, id) => scene.ec2.modifyInstanceAttribute({ InstanceId: id, EbsOptimized: { Value: true } }),
    code: "IncorrectInstanceState",
  }),
  answers({
    id: "attributes.shutdown-behavior",
    title: "the effect of a shutdown from within can be changed, and is shown; it stops unless told",
    source: attributes,
    setUp: (scene) => scene.running(),
    call: async (scene, id) => {
      const Attribute = "instanceInitiatedShutdownBehavior";
      const read = async () =>
        (await scene.ec2.describeInstanceAttribute({ InstanceId: id, Attribute })).InstanceInitiatedShutdownBehavior
          ?.Value;
      const before = await read();
      await scene.ec2.modifyInstanceAttribute({
        InstanceId: id,
        InstanceInitiatedShutdownBehavior: { Value: "terminate" },
      });
      return [before, await read()];
    },
    expected: ["stop", "terminate"],
  }),
  answers({
    id: "attributes.groups",
    title: "the security groups of a running instance can be changed",
    source: attributes,
    setUp: (scene) => scene.running(),
    call: async (scene, id) => {
      await scene.ec2.modifyInstanceAttribute({ InstanceId: id, Groups: [scene.here.otherGroup] });
      const { SecurityGroups = [] } = await scene.instance(id);
      return SecurityGroups.map(({ GroupId }) => GroupId === scene.here.otherGroup);
    },
    expected: [true],
  }),
  answers({
    id: "attributes.source-dest-check",
    title: "the source/destination check of an instance is that of its one interface",
    source: attributes,
    setUp: (scene) => scene.held(),
    call: async (scene, { instance, eni }) => {
      await scene.ec2.modifyInstanceAttribute({ InstanceId: instance, SourceDestCheck: { Value: false } });
      return [(await scene.instance(instance)).SourceDestCheck, (await scene.seenEni(eni)).SourceDestCheck];
    },
    expected: [false, false],
  }),
  refuses({
    id: "attributes.source-dest-check.two",
    title: "with two interfaces the instance's source/destination check cannot be changed",
    source: `${codes}; ${seen("terraform#19959")}`,
    setUp: (scene) => scene.secondary(),
    call: (scene, { instance }) =>
      scene.ec2.modifyInstanceAttribute({ InstanceId: instance, SourceDestCheck: { Value: false } }),
    code: "InvalidInstanceID",
  }),
  answers({
    id: "attributes.delete-on-termination",
    title: "whether a volume goes with its instance can be changed",
    source: attributes,
    setUp: (scene) => scene.running(),
    call: async (scene, id) => {
      const volume = await scene.rootVolume(id);
      const BlockDeviceMappings = [{ DeviceName: "/dev/xvda", Ebs: { DeleteOnTermination: false } }];
      await scene.ec2.modifyInstanceAttribute({ InstanceId: id, BlockDeviceMappings });
      await scene.end(id);
      return (await scene.ec2.describeVolumes({ VolumeIds: [volume] })).Volumes?.[0]?.State;
    },
    expected: "available",
  }),
  refuses({
    id: "attributes.two",
    title: "two attributes in one call are refused",
    source: seen("“Fields for multiple attribute types specified”"),
    setUp: (scene) => scene.running(),
    call: (scene, id) =>
      scene.ec2.modifyInstanceAttribute({
        InstanceId: id,
        DisableApiTermination: { Value: true },
        SourceDestCheck: { Value: false },
      }),
    code: "InvalidParameterCombination",
  }),
  refuses({
    id: "attributes.none",
    title: "no attribute at all is refused",
    source: seen("“No attributes specified”"),
    setUp: (scene) => scene.running(),
    call: (scene, id) => scene.ec2.modifyInstanceAttribute({ InstanceId: id }),
    code: "InvalidParameterCombination",
  }),
  ...(
    [
      ["instanceType", { InstanceType: { Value: "t3.micro" } }],
      ["disableApiTermination", { DisableApiTermination: { Value: false } }],
      ["disableApiStop", { DisableApiStop: { Value: false } }],
      ["ebsOptimized", { EbsOptimized: { Value: false } }],
      ["sourceDestCheck", { SourceDestCheck: { Value: true } }],
      ["rootDeviceName", { RootDeviceName: { Value: "/dev/xvda" } }],
    ] as const
  ).map(([Attribute, expected]) =>
    answers({
      id: `attributes.describe.${Attribute}`,
      title: `${Attribute} can be described, and is alone in the answer`,
      source: api("DescribeInstanceAttribute"),
      setUp: (scene) => scene.running(),
      call: async (scene, id) => {
        const reply = await scene.ec2.describeInstanceAttribute({ InstanceId: id, Attribute });
        const others = ["$metadata", "InstanceId"];
        const given = Object.entries(reply).filter(([name, value]) => !others.includes(name) && !isEmpty(value));
        return Object.fromEntries(given);
      },
      expected,
    }),
  ),
]);

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}
