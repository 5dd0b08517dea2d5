import { answers, area, source } from "../probe";
import { refusedLaunch, runInstancesPage } from "./refused-launch";

const { api, codes, facts } = source;

export const launchOptions = area("launch parameters", [
  refusedLaunch(
    "profile.unknown",
    "an unknown instance profile is refused",
    { IamInstanceProfile: { Name: "nobodys" } },
    { code: "InvalidParameterValue", source: facts("2") },
  ),
  refusedLaunch(
    "profile.both",
    "an instance profile by name and ARN at once is refused",
    (scene) => ({ IamInstanceProfile: { Name: scene.here.profile, Arn: scene.here.profileArn } }),
    { code: "InvalidParameterCombination" },
  ),
  answers({
    id: "launches.profile",
    title: "an instance profile is shown by its ARN",
    source: runInstancesPage,
    call: async (scene) => {
      const { IamInstanceProfile } = await scene.launched({ IamInstanceProfile: { Name: scene.here.profile } });
      return IamInstanceProfile?.Arn === scene.here.profileArn;
    },
    expected: true,
  }),
  refusedLaunch(
    "device.type",
    "an unknown volume type is refused",
    { BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeType: "gp99" as "gp3" } }] },
    { code: "InvalidParameterValue" },
  ),
  refusedLaunch(
    "device.small",
    "a root volume that is smaller than its snapshot is refused",
    { BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 1 } }] },
    { code: "InvalidBlockDeviceMapping", source: codes },
  ),
  refusedLaunch(
    "device.no-size",
    "a further volume without a size is refused",
    { BlockDeviceMappings: [{ DeviceName: "/dev/sdf", Ebs: { VolumeType: "gp3" } }] },
    { code: "MissingParameter" },
  ),
  refusedLaunch(
    "device.iops",
    "an io2 volume without its IOPS is refused",
    { BlockDeviceMappings: [{ DeviceName: "/dev/sdf", Ebs: { VolumeType: "io2", VolumeSize: 8 } }] },
    { code: "MissingParameter", source: api("EbsBlockDevice") },
  ),
  answers({
    id: "launches.device.size",
    title: "the root volume can be larger than the image's",
    source: api("EbsBlockDevice"),
    setUp: (scene) =>
      scene.running({ BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 30, VolumeType: "gp3" } }] }),
    call: async (scene, id) => {
      const { Volumes = [] } = await scene.ec2.describeVolumes({ VolumeIds: [await scene.rootVolume(id)] });
      return [Volumes[0]?.Size, Volumes[0]?.VolumeType];
    },
    expected: [30, "gp3"],
  }),
  answers({
    id: "launches.device.second",
    title: "a launch can bring a second volume",
    source: api("BlockDeviceMapping"),
    setUp: (scene) => scene.running({ BlockDeviceMappings: [{ DeviceName: "/dev/sdf", Ebs: { VolumeSize: 5 } }] }),
    call: async (scene, id) => {
      const { BlockDeviceMappings = [] } = await scene.instance(id);
      return BlockDeviceMappings.map(({ DeviceName }) => DeviceName).sort();
    },
    expected: ["/dev/sdf", "/dev/xvda"],
  }),
  refusedLaunch(
    "placement-group.unknown",
    "an unknown placement group is refused",
    { Placement: { GroupName: "nobodys" } },
    { code: "InvalidPlacementGroup.Unknown", source: codes },
  ),
  refusedLaunch(
    "credits.unknown",
    "an unknown credit option is refused",
    { CreditSpecification: { CpuCredits: "lots" } },
    { code: "InvalidCpuCredits", source: codes },
  ),
  answers({
    id: "launches.cpu-options",
    title: "cores and threads are as asked for",
    source: api("CpuOptionsRequest"),
    call: async (scene) => {
      const { CpuOptions } = await scene.launched({
        InstanceType: "m5.large",
        CpuOptions: { CoreCount: 1, ThreadsPerCore: 1 },
      });
      return [CpuOptions?.CoreCount, CpuOptions?.ThreadsPerCore];
    },
    expected: [1, 1],
  }),
  answers({
    id: "launches.monitoring",
    title: "detailed monitoring is off unless asked for",
    source: runInstancesPage,
    call: async (scene) => (await scene.instance(await scene.running())).Monitoring?.State,
    expected: "disabled",
  }),
  answers({
    id: "launches.monitoring.on",
    title: "detailed monitoring can be asked for",
    source: runInstancesPage,
    call: async (scene) =>
      (await scene.instance(await scene.running({ Monitoring: { Enabled: true } }))).Monitoring?.State,
    expected: "enabled",
  }),
]);
