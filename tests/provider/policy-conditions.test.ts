/** The conditions of the policies in docs/permissions.md: they let through what is the machine's own, and nothing else. */
import assert from "node:assert/strict";
import {
  AssociateAddressCommand,
  CreateLaunchTemplateCommand,
  CreateNetworkInterfaceCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DetachVolumeCommand,
  type EC2Client,
  ReleaseAddressCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { launchedByHand } from "./by-hand";
import { beginning, carriedOut } from "./permission-scenarios";
import { ALL, LIFE, type Policy } from "./policies";
import type { Stack } from "./support";
import { failureOf, somebody, up } from "./world";
import { machineOf } from "./machine";

/** Acts that the policies do not allow, each as a call by who has them. */
const STRANGE: Readonly<Record<string, (ec2: EC2Client, things: Things) => Promise<unknown>>> = {
  "ends another's instance": (ec2, { foreign }) =>
    ec2.send(new TerminateInstancesCommand({ InstanceIds: [foreign.instanceId], DryRun: true })),
  "stops another's instance": (ec2, { foreign }) =>
    ec2.send(new StopInstancesCommand({ InstanceIds: [foreign.instanceId], DryRun: true })),
  "takes off another's volume": (ec2, { foreign }) =>
    ec2.send(new DetachVolumeCommand({ VolumeId: foreign.dataVolumeId, DryRun: true })),
  "deletes another's volume": (ec2, { foreign }) =>
    ec2.send(new DeleteVolumeCommand({ VolumeId: foreign.dataVolumeId, DryRun: true })),
  "deletes another's interface": (ec2, { foreign }) =>
    ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: foreign.networkInterfaceId, DryRun: true })),
  "releases another's Elastic IP": (ec2, { foreign }) =>
    ec2.send(new ReleaseAddressCommand({ AllocationId: foreign.allocationId, DryRun: true })),
  "takes another's Elastic IP": (ec2, { foreign, own }) =>
    ec2.send(
      new AssociateAddressCommand({
        AllocationId: foreign.allocationId,
        NetworkInterfaceId: own.networkInterfaceId,
        AllowReassociation: true,
        DryRun: true,
      }),
    ),
  "marks another's instance": (ec2, { foreign }) => mark(ec2, foreign.instanceId),
  "marks another's interface": (ec2, { foreign }) => mark(ec2, foreign.networkInterfaceId),
  "tags another's volume": (ec2, { foreign }) =>
    ec2.send(
      new CreateTagsCommand({ Resources: [foreign.dataVolumeId], Tags: [{ Key: "Team", Value: "a" }], DryRun: true }),
    ),
  "takes off another's tags": (ec2, { foreign }) =>
    ec2.send(new DeleteTagsCommand({ Resources: [foreign.instanceId], Tags: [{ Key: "Name" }], DryRun: true })),
  "launches from no template": (ec2, things) =>
    launch(ec2, things, { LaunchTemplate: undefined, ImageId: WELL_KNOWN.imageV1, InstanceType: "m7i.large" }),
  "launches from another's template": (ec2, things) =>
    launch(ec2, things, { LaunchTemplate: { LaunchTemplateId: things.foreignTemplateId } }),
  "launches what is not marked": (ec2, things) => launch(ec2, things, { TagSpecifications: [] }),
  "asks for spot that is not marked": (ec2, things) =>
    launch(ec2, things, { InstanceMarketOptions: { MarketType: "spot" } }),
  "makes an interface that is not marked": (ec2) =>
    ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA, DryRun: true })),
  "makes a volume that is not marked": (ec2) =>
    ec2.send(new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 1, DryRun: true })),
};

interface Things {
  foreign: Awaited<ReturnType<typeof launchedByHand>>;
  foreignTemplateId: string;
  own: { networkInterfaceId: string; launchTemplateId: string };
}

const MARK = { Key: TAG.id, Value: "mi-0a1b2c3d4e5f60718" };

const mark = (ec2: EC2Client, id: string): Promise<unknown> =>
  ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [MARK], DryRun: true }));

/** As the provider launches, other than said. */
function launch(ec2: EC2Client, { own }: Things, overrides: Partial<RunInstancesCommandInput>): Promise<unknown> {
  return ec2.send(
    new RunInstancesCommand({
      LaunchTemplate: { LaunchTemplateId: own.launchTemplateId },
      MinCount: 1,
      MaxCount: 1,
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: WELL_KNOWN.subnetA }],
      TagSpecifications: [
        { ResourceType: "instance", Tags: [MARK] },
        { ResourceType: "volume", Tags: [MARK] },
      ],
      DryRun: true,
      ...overrides,
    }),
  );
}

async function things(): Promise<{ owner: Stack; all: Things }> {
  const owner = await up();
  const { eni, template } = machineOf(owner);
  const foreign = await launchedByHand(owner);
  const { LaunchTemplate } = await somebody(owner).send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: "another",
      LaunchTemplateData: { ImageId: WELL_KNOWN.imageV1 },
    }),
  );
  const own = { networkInterfaceId: eni.networkInterfaceId, launchTemplateId: template.launchTemplateId };
  return { owner, all: { foreign, own, foreignTemplateId: LaunchTemplate?.LaunchTemplateId ?? "" } };
}

/** Which of the strange calls the policy lets through. */
async function letThrough(policy: Policy): Promise<string[]> {
  const { owner, all } = await things();
  owner.simulator.iam.attach(policy);
  const answers = await Promise.all(
    Object.entries(STRANGE).map(async ([title, call]) => ({
      title,
      name: (await failureOf(call(somebody(owner), all))).name,
    })),
  );
  return answers.filter(({ name }) => name !== "UnauthorizedOperation").map(({ title }) => title);
}

describe("the conditions of the policies", () => {
  it("let nothing be touched, launched or made that is not a managed instance's", async () => {
    assert.deepEqual(await letThrough(LIFE), []);
  });

  it("let a marked launch from a managed instance's template through", async () => {
    const { owner, all } = await things();
    owner.simulator.iam.attach(LIFE);
    assert.equal((await failureOf(launch(somebody(owner), all, {}))).name, "DryRunOperation");
  });

  for (const { Sid = "", Condition } of LIFE) {
    // To which service a role is passed, EC2 does not ask.
    if (Condition !== undefined && Sid !== "PassRole") {
      it(`each keep something out: ${Sid}`, async () => {
        const open = LIFE.map((it) => (it.Sid === Sid ? { ...it, Condition: {} } : it));
        assert.notDeepEqual(await letThrough(open), []);
      });
    }
  }

  it("let who may give in what exists mark it, and nobody else", async () => {
    const opened = await letThrough(ALL);
    assert.deepEqual(opened, ["marks another's instance", "marks another's interface"]);
    const { owner, wanted } = await beginning("adoption of a running instance", LIFE);
    const { message } = await failureOf(carriedOut(owner, wanted));
    assert.match(message, /Allow the action ec2:CreateTags in the IAM policy/);
  });
});
