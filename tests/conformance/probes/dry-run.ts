import { answers, area, refuses, source } from "../probe";
import type { Scene } from "../scene";
import { NOBODYS } from "../surroundings";
import { interfacesWith } from "./interfaces-with";

const { api, codes, facts } = source;

const dry = { DryRun: true } as const;

/** A call as a dry run, and what it needs. */
const DRY_RUNS: readonly [
  name: string,
  call: (scene: Scene, id: string) => Promise<unknown>,
  setUp?: (scene: Scene) => Promise<string>,
][] = [
  ["RunInstances", (scene) => scene.ec2.runInstances({ ...scene.launchInput(), ...dry })],
  [
    "TerminateInstances",
    (scene, id) => scene.ec2.terminateInstances({ InstanceIds: [id], ...dry }),
    (scene) => scene.running(),
  ],
  ["StopInstances", (scene, id) => scene.ec2.stopInstances({ InstanceIds: [id], ...dry }), (scene) => scene.running()],
  [
    "StartInstances",
    (scene, id) => scene.ec2.startInstances({ InstanceIds: [id], ...dry }),
    (scene) => scene.stopped(),
  ],
  ["CreateNetworkInterface", (scene) => scene.ec2.createNetworkInterface({ SubnetId: scene.here.subnetA, ...dry })],
  [
    "DeleteNetworkInterface",
    (scene, id) => scene.ec2.deleteNetworkInterface({ NetworkInterfaceId: id, ...dry }),
    (scene) => scene.eni(),
  ],
  ["AllocateAddress", (scene) => scene.ec2.allocateAddress({ Domain: "vpc", ...dry })],
  ["ReleaseAddress", (scene, id) => scene.ec2.releaseAddress({ AllocationId: id, ...dry }), (scene) => scene.eip()],
  [
    "CreateTags",
    (scene, id) => scene.ec2.createTags({ Resources: [id], Tags: [{ Key: "a", Value: "1" }], ...dry }),
    (scene) => scene.eni(),
  ],
  [
    "CreateLaunchTemplate",
    (scene) =>
      scene.ec2.createLaunchTemplate({
        LaunchTemplateName: scene.name,
        LaunchTemplateData: { InstanceType: "t3.micro" },
        ...dry,
      }),
  ],
  [
    "DeleteLaunchTemplate",
    (scene, id) => scene.ec2.deleteLaunchTemplate({ LaunchTemplateId: id, ...dry }),
    (scene) => scene.template(),
  ],
  ["DescribeInstances", (scene) => scene.ec2.describeInstances(dry)],
  [
    "ModifyInstanceAttribute",
    (scene, id) =>
      scene.ec2.modifyInstanceAttribute({ InstanceId: id, DisableApiTermination: { Value: true }, ...dry }),
    (scene) => scene.running(),
  ],
];

export const dryRun = area("dry run", [
  ...DRY_RUNS.map(([name, call, setUp]) =>
    refuses({
      id: `dry-run.${name}`,
      title: `${name} that would succeed answers DryRunOperation with HTTP 412`,
      source: `${codes}; ${facts("2")}`,
      setUp: async (scene) => (setUp === undefined ? "" : setUp(scene)),
      call,
      code: "DryRunOperation",
      status: 412,
    }),
  ),
  answers({
    id: "dry-run.nothing-made",
    title: "a dry run makes nothing",
    source: api("CreateNetworkInterface"),
    call: async (scene) => {
      await scene.eni({ Description: scene.name, ...dry }).catch(() => undefined);
      return interfacesWith(scene, [{ Name: "description", Values: [scene.name] }]);
    },
    expected: [],
  }),
  answers({
    id: "dry-run.nothing-ended",
    title: "a dry run ends nothing",
    source: api("TerminateInstances"),
    setUp: (scene) => scene.running(),
    call: async (scene, id) => {
      await scene.ec2.terminateInstances({ InstanceIds: [id], ...dry }).catch(() => undefined);
      await scene.settle();
      return scene.state(id);
    },
    expected: "running",
  }),
  refuses({
    id: "dry-run.bad",
    title: "a dry run of what would be refused answers with that",
    source: facts("2"),
    call: (scene) => scene.launch({ ImageId: NOBODYS.image, ...dry }),
    code: "InvalidAMIID.NotFound",
  }),
]);
