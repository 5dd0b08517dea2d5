import { answers, area, refuses, source } from "../probe";
import { type Scene, the } from "../scene";
import { NOBODYS } from "../surroundings";

const { api, codes, seen } = source;

const association = async (scene: Scene, id: string) => {
  const Filters = [{ Name: "instance-id", Values: [id] }];
  const reply = await scene.ec2.describeIamInstanceProfileAssociations({ Filters });
  return reply.IamInstanceProfileAssociations?.[0];
};

const profiled = async (scene: Scene) => {
  const id = await scene.running({ IamInstanceProfile: { Name: scene.here.profile } });
  return { id, AssociationId: the((await association(scene, id))?.AssociationId) };
};

export const instanceProfiles = area("instance profiles", [
  answers({
    id: "profiles.at-launch",
    title: "a profile that came with the launch is an association of its own",
    source: api("DescribeIamInstanceProfileAssociations"),
    setUp: (scene) => scene.running({ IamInstanceProfile: { Name: scene.here.profile } }),
    call: async (scene, id) => {
      const it = await association(scene, id);
      return [it?.State, it?.IamInstanceProfile?.Arn === scene.here.profileArn];
    },
    expected: ["associated", true],
  }),
  answers({
    id: "profiles.associate",
    title: "a profile can be given to a running instance",
    source: api("AssociateIamInstanceProfile"),
    setUp: (scene) => scene.running(),
    call: async (scene, InstanceId) => {
      const IamInstanceProfile = { Name: scene.here.profile };
      const reply = await scene.ec2.associateIamInstanceProfile({ InstanceId, IamInstanceProfile });
      await scene.settle();
      const { IamInstanceProfile: shown } = await scene.instance(InstanceId);
      return [reply.IamInstanceProfileAssociation?.State, shown?.Arn === scene.here.profileArn];
    },
    expected: ["associating", true],
  }),
  refuses({
    id: "profiles.associate.second",
    title: "an instance that has a profile gets no second one",
    source: seen("cloudemu#797, cloud-custodian#2601"),
    setUp: profiled,
    call: (scene, { id }) =>
      scene.ec2.associateIamInstanceProfile({ InstanceId: id, IamInstanceProfile: { Name: scene.here.profile } }),
    code: "IncorrectState",
  }),
  refuses({
    id: "profiles.associate.unknown-instance",
    title: "an unknown instance is refused",
    source: codes,
    call: (scene) =>
      scene.ec2.associateIamInstanceProfile({
        InstanceId: NOBODYS.instance,
        IamInstanceProfile: { Name: scene.here.profile },
      }),
    code: "InvalidInstanceID.NotFound",
  }),
  answers({
    id: "profiles.replace",
    title: "a running instance's profile can be replaced, under a new association",
    source: api("ReplaceIamInstanceProfileAssociation"),
    setUp: profiled,
    call: async (scene, { AssociationId, id }) => {
      const IamInstanceProfile = { Name: scene.here.profile };
      await scene.ec2.replaceIamInstanceProfileAssociation({ AssociationId, IamInstanceProfile });
      await scene.settle();
      const now = the((await association(scene, id))?.AssociationId);
      return now === AssociationId;
    },
    expected: false,
  }),
  refuses({
    id: "profiles.replace.stopped",
    title: "a stopped instance's profile cannot be replaced",
    source: seen("aws-cli#5251"),
    setUp: async (scene) => {
      const it = await profiled(scene);
      await scene.ec2.stopInstances({ InstanceIds: [it.id] });
      await scene.settle();
      return it;
    },
    call: (scene, { AssociationId }) =>
      scene.ec2.replaceIamInstanceProfileAssociation({
        AssociationId,
        IamInstanceProfile: { Name: scene.here.profile },
      }),
    code: "IncorrectState",
  }),
  answers({
    id: "profiles.disassociate",
    title: "a profile can be taken away",
    source: api("DisassociateIamInstanceProfile"),
    setUp: profiled,
    call: async (scene, { AssociationId, id }) => {
      const reply = await scene.ec2.disassociateIamInstanceProfile({ AssociationId });
      await scene.settle();
      const left = (await scene.instance(id)).IamInstanceProfile?.Arn ?? "none";
      return [reply.IamInstanceProfileAssociation?.State, left];
    },
    expected: ["disassociating", "none"],
  }),
  refuses({
    id: "profiles.malformed",
    title: "a text that is no association id is refused",
    source: seen("aws-cli#2570 (“Invalid value for associationId”)"),
    call: (scene) => scene.ec2.disassociateIamInstanceProfile({ AssociationId: "i-0123456789abcdef0" }),
    code: "InvalidParameterValue",
  }),
]);
