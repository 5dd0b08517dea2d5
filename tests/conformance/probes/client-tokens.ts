import { answers, area, refuses, source } from "../probe";
import { NOBODYS } from "../surroundings";

const { api, codes, facts, guide } = source;

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
