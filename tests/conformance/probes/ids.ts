import { answers, area, refuses, source } from "../probe";
import type { Scene } from "../scene";
import { NOBODYS } from "../surroundings";

const { api, codes } = source;

/** For each kind of id: how it is described, one that nobody has and one that is none, and what EC2 answers. */
const ID_KINDS: readonly {
  kind: string;
  describe: (scene: Scene, id: string) => Promise<unknown>;
  unknown: [id: string, code: string];
  malformed?: [id: string, code: string];
}[] = [
  {
    kind: "instance",
    describe: (scene, id) => scene.ec2.describeInstances({ InstanceIds: [id] }),
    unknown: [NOBODYS.instance, "InvalidInstanceID.NotFound"],
    malformed: ["i-nonsense", "InvalidInstanceID.Malformed"],
  },
  {
    kind: "network interface",
    describe: (scene, id) => scene.ec2.describeNetworkInterfaces({ NetworkInterfaceIds: [id] }),
    unknown: [NOBODYS.networkInterface, "InvalidNetworkInterfaceID.NotFound"],
    malformed: ["eni-nonsense", "InvalidNetworkInterfaceId.Malformed"],
  },
  {
    kind: "subnet",
    describe: (scene, id) => scene.ec2.describeSubnets({ SubnetIds: [id] }),
    unknown: [NOBODYS.subnet, "InvalidSubnetID.NotFound"],
    malformed: ["subnet-nonsense", "InvalidSubnetID.Malformed"],
  },
  {
    kind: "VPC",
    describe: (scene, id) => scene.ec2.describeVpcs({ VpcIds: [id] }),
    unknown: [NOBODYS.vpc, "InvalidVpcID.NotFound"],
    malformed: ["vpc-nonsense", "InvalidVpcID.Malformed"],
  },
  {
    kind: "security group",
    describe: (scene, id) => scene.ec2.describeSecurityGroups({ GroupIds: [id] }),
    unknown: [NOBODYS.group, "InvalidGroup.NotFound"],
    malformed: ["sg-nonsense", "InvalidGroupId.Malformed"],
  },
  {
    kind: "image",
    describe: (scene, id) => scene.ec2.describeImages({ ImageIds: [id] }),
    unknown: [NOBODYS.image, "InvalidAMIID.NotFound"],
    malformed: ["ami-nonsense", "InvalidAMIID.Malformed"],
  },
  {
    kind: "allocation",
    describe: (scene, id) => scene.ec2.describeAddresses({ AllocationIds: [id] }),
    unknown: [NOBODYS.allocation, "InvalidAllocationID.NotFound"],
  },
  {
    kind: "attachment",
    describe: (scene, id) => scene.ec2.detachNetworkInterface({ AttachmentId: id }),
    unknown: [NOBODYS.attachment, "InvalidAttachmentID.NotFound"],
    malformed: ["eni-0123456789abcdef0", "InvalidNetworkInterfaceAttachmentId.Malformed"],
  },
  {
    kind: "volume",
    describe: (scene, id) => scene.ec2.describeVolumes({ VolumeIds: [id] }),
    unknown: [NOBODYS.volume, "InvalidVolume.NotFound"],
    malformed: ["vol-nonsense", "InvalidVolumeID.Malformed"],
  },
  {
    kind: "snapshot",
    describe: (scene, id) => scene.ec2.describeSnapshots({ SnapshotIds: [id] }),
    unknown: [NOBODYS.snapshot, "InvalidSnapshot.NotFound"],
    malformed: ["snap-nonsense", "InvalidSnapshotID.Malformed"],
  },
  {
    kind: "launch template",
    describe: (scene, id) => scene.ec2.describeLaunchTemplates({ LaunchTemplateIds: [id] }),
    unknown: [NOBODYS.template, "InvalidLaunchTemplateId.NotFound"],
    malformed: ["lt-nonsense", "InvalidLaunchTemplateId.Malformed"],
  },
  {
    kind: "spot request",
    describe: (scene, id) => scene.ec2.describeSpotInstanceRequests({ SpotInstanceRequestIds: [id] }),
    unknown: [NOBODYS.spotRequest, "InvalidSpotInstanceRequestID.NotFound"],
    malformed: ["sir-no", "InvalidSpotInstanceRequestID.Malformed"],
  },
];

export const ids = area("ids", [
  ...ID_KINDS.flatMap(({ kind, describe, unknown, malformed }) =>
    Object.entries({ unknown, malformed }).flatMap(([what, pair]) =>
      pair === undefined
        ? []
        : refuses({
            id: `ids.${kind.replaceAll(" ", "-").toLowerCase()}.${what}`,
            title: `the id of ${/^[aio]/.test(kind) ? "an" : "a"} ${kind} that is ${what} is refused`,
            source: codes,
            call: (scene) => describe(scene, pair[0]),
            code: pair[1],
          }),
    ),
  ),
  ...(
    [
      ["StopInstances", (scene: Scene) => scene.ec2.stopInstances({ InstanceIds: [NOBODYS.instance] })],
      ["StartInstances", (scene: Scene) => scene.ec2.startInstances({ InstanceIds: [NOBODYS.instance] })],
      ["RebootInstances", (scene: Scene) => scene.ec2.rebootInstances({ InstanceIds: [NOBODYS.instance] })],
      [
        "ModifyInstanceAttribute",
        (scene: Scene) =>
          scene.ec2.modifyInstanceAttribute({ InstanceId: NOBODYS.instance, DisableApiStop: { Value: true } }),
      ],
      [
        "ModifyInstanceMetadataOptions",
        (scene: Scene) =>
          scene.ec2.modifyInstanceMetadataOptions({ InstanceId: NOBODYS.instance, HttpTokens: "required" }),
      ],
      [
        "DescribeInstanceAttribute",
        (scene: Scene) =>
          scene.ec2.describeInstanceAttribute({ InstanceId: NOBODYS.instance, Attribute: "instanceType" }),
      ],
    ] as const
  ).map(([name, call]) =>
    refuses({
      id: `ids.instance.${name}`,
      title: `${name} refuses an instance that nobody has`,
      source: codes,
      call,
      code: "InvalidInstanceID.NotFound",
    }),
  ),
  refuses({
    id: "ids.one-of-two",
    title: "a describe by two ids, one of them unknown, is refused as a whole",
    source: api("DescribeInstances"),
    setUp: (scene) => scene.running(),
    call: (scene, id) => scene.ec2.describeInstances({ InstanceIds: [id, NOBODYS.instance] }),
    code: "InvalidInstanceID.NotFound",
  }),
  answers({
    id: "ids.twice",
    title: "a describe that names an id twice answers it once",
    source: api("DescribeInstances"),
    setUp: (scene) => scene.running(),
    call: async (scene, id) => {
      const { Reservations = [] } = await scene.ec2.describeInstances({ InstanceIds: [id, id] });
      return Reservations.flatMap(({ Instances = [] }) => Instances).length;
    },
    expected: 1,
  }),
]);
