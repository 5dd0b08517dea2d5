import assert from "node:assert/strict";
import { castOf } from "../../../../provider/engine/situation/cast";
import { driftOf, observedInputs } from "../../../../provider/engine/planning/drift";
import type { Desired } from "../../../../provider/model/desired";
import type { Observed } from "../../../../provider/model/observed";
import type { Volume } from "../../../../provider/model/things";
import { TAG } from "../../../../provider/ec2/tags";
import { instanceTags, volumeTags } from "../../../../provider/engine/record/labels";
import {
  desired,
  elasticIp,
  eni,
  generation,
  givenElasticIp,
  ID,
  instance,
  observed,
  recorded,
  situation,
} from "../things";

function found(wanted: Desired, world: Observed): string[] {
  const purpose = { kind: "refresh" } as const;
  return driftOf(castOf(situation({ desired: wanted, observed: world, recorded: recorded(), purpose })));
}

const DATA = { name: "data", deviceName: "/dev/sdf", size: 10 };
const WITH_DATA = desired({ dataVolumes: [DATA] });

function volume(overrides: Partial<Volume> = {}): Volume {
  return {
    id: "vol-9",
    encrypted: false,
    availabilityZone: "us-east-1a",
    size: 10,
    type: "gp3",
    iops: 3000,
    throughput: 125,
    status: "in-use",
    attachment: { instanceId: "i-1", deviceName: "/dev/sdf", status: "attached", deleteOnTermination: false },
    tags: volumeTags(ID, WITH_DATA, "data"),
    ...overrides,
  };
}

const ATTACHMENT = { id: "eni-attach-1", instanceId: "i-1", deviceIndex: 0, deleteOnTermination: false };
const FREE = eni({ attachment: undefined, status: "available" });

const CASES: [sentences: string[], wanted: Properties, world: Partial<Observed>][] = [
  [[], {}, {}],
  [["its launch template is gone"], {}, { template: undefined, generation: undefined }],
  [["its launch template is not as declared"], {}, { generation: undefined }],
  [["its launch template is not as declared"], {}, { generation: generation({ settingsHash: "0" }) }],
  [["its security groups are not as declared"], { securityGroupIds: ["sg-2"] }, {}],
  [["its source/destination check is not as declared"], { sourceDestCheck: false }, {}],
  [["its public IP assignment is not known to be as declared"], { publicIpAssignment: "none" }, {}],
  [
    ["its network interface would be deleted with its instance"],
    {},
    { networkInterfaces: [eni({ attachment: { ...ATTACHMENT, deleteOnTermination: true } })] },
  ],
  [["it lacks secondary private IPs that are declared"], { secondaryPrivateIps: ["10.0.1.8"] }, {}],
  [["it lacks secondary private IPs that are declared"], { secondaryPrivateIpCount: 1 }, {}],
  [
    ["it has secondary private IPs that are not declared"],
    { secondaryPrivateIpCount: 0 },
    { networkInterfaces: [eni({ secondaryPrivateIps: ["10.0.1.8"] })] },
  ],
  [["it lacks IPv6 addresses that are declared"], { ipv6AddressCount: 1 }, {}],
  [
    ["it has IPv6 addresses that are not declared"],
    { ipv6AddressCount: 0 },
    { networkInterfaces: [eni({ ipv6Addresses: ["2001:db8::1"] })] },
  ],
  [["its Elastic IP is gone", "its Elastic IP is not on its primary private IP"], { elasticIp: true }, {}],
  [
    ["its Elastic IP is not on its primary private IP"],
    { elasticIp: true },
    { elasticIps: [elasticIp({ association: undefined })] },
  ],
  [["an Elastic IP is left that it does not use"], {}, { elasticIps: [elasticIp({ association: undefined })] }],
  [
    ["eipalloc-0a1b2c3d is still marked as its own, and it gave it up"],
    {},
    { elasticIps: [givenElasticIp({ association: undefined })] },
  ],
  [
    ["a network interface is left that it does not use"],
    {},
    { networkInterfaces: [eni(), { ...FREE, id: "eni-2", subnetId: "subnet-2" }] },
  ],
  [["its network interface is gone", "it has no instance"], {}, { networkInterfaces: [], instances: [] }],
  [["its instance is not of the newest generation"], { imageId: "ami-0a1b2c3d" }, { generation: undefined }],
  [["it has no instance"], {}, { networkInterfaces: [FREE], instances: [] }],
  [["it has no instance"], { replacement: { strategy: "overlap" } }, { networkInterfaces: [FREE], instances: [] }],
  [["it has no instance"], {}, { instances: [instance({ state: "shutting-down" })] }],
  [["its instance is stopped"], {}, { instances: [instance({ state: "stopped" })] }],
  [["its instance is still starting"], {}, { instances: [instance({ state: "pending" })] }],
  [["its instance runs, and it is to be paused"], { desiredState: "paused" }, {}],
  [["it has an instance that it is not to have"], { desiredState: "paused", pauseBehavior: "terminate" }, {}],
  [
    ["it has an instance that it is not to have"],
    {},
    { instances: [instance(), instance({ id: "i-2", networkInterfaceId: "eni-2" })] },
  ],
  [[], { desiredState: "paused" }, { instances: [instance({ state: "stopped" })] }],
  [[], { desiredState: "paused", pauseBehavior: "terminate" }, { networkInterfaces: [FREE], instances: [] }],
  [["its metadata options are not as declared"], { metadataOptions: { httpTokens: "optional" } }, {}],
  [["its instance profile is not as declared"], { iamInstanceProfile: "demo" }, {}],
  [["its detailed monitoring is not as declared"], { monitoring: true }, {}],
  [["tags of eni-1 are not as declared"], {}, { networkInterfaces: [eni({ tags: { ...eni().tags, Name: "other" } })] }],
];

type Properties = Record<string, unknown>;

describe("driftOf", () => {
  for (const [sentences, inputs, world] of CASES) {
    const told = sentences.join(" and ") || "nothing";
    it(`says ${told}, of ${JSON.stringify(inputs)} and ${Object.keys(world).join(", ") || "a machine as it is wanted"}`, () => {
      const wanted = desired(inputs);
      // As it was launched, but for what the case is about.
      const launched = inputs.imageId === undefined ? wanted : desired();
      const whole = observed({}, launched);
      const settled = world.template === undefined && "template" in world ? {} : { template: whole.template };
      const instances = (world.instances ?? [instance()]).map((it) => ({
        ...it,
        tags: instanceTags(situation({ desired: launched }), { generation: 1, type: it.type }),
      }));
      const there = observed({ ...settled, ...world, instances }, launched);
      const { tags = {} } = observed({}, wanted).template ?? {};
      const tagged = { ...there, template: there.template && { ...there.template, tags } };
      const isAsked = (sentence: string): boolean => !sentence.startsWith("its launch template is not");
      const said = found(wanted, tagged);
      assert.deepEqual(inputs.imageId === undefined ? said : said.filter(isAsked), sentences);
    });
  }

  for (const [sentence, changed] of [
    ["the data volume data is gone (a new one is made in its place, empty or from its snapshot)", undefined],
    ["the data volume vol-9 is not as declared", volume({ size: 9 })],
    [
      "the data volume vol-9 would be deleted with its instance",
      volume({
        attachment: { instanceId: "i-1", deviceName: "/dev/sdf", status: "attached", deleteOnTermination: true },
      }),
    ],
    ["a data volume is not attached", volume({ attachment: undefined, status: "available" })],
    [
      "a data volume is attached where it is not to be",
      volume({
        attachment: { instanceId: "i-1", deviceName: "/dev/sdz", status: "attached", deleteOnTermination: false },
      }),
    ],
  ] as const) {
    it(`says of a data volume: ${sentence}`, () => {
      const volumes = changed === undefined ? [] : [changed];
      assert.ok(found(WITH_DATA, observed({ volumes }, WITH_DATA)).includes(sentence));
    });
  }

  it("says nothing of a data volume that is as it is wanted", () => {
    assert.deepEqual(found(WITH_DATA, observed({ volumes: [volume()] }, WITH_DATA)), []);
  });

  it("says what became of a data volume that was given up", () => {
    const free = volume({ attachment: undefined, status: "available" });
    const gone = desired({ deletion: { dataVolumes: "delete" } });
    assert.deepEqual(found(gone, observed({ volumes: [free] }, gone)), ["a data volume that it gave up is left"]);
    assert.deepEqual(found(desired(), observed({ volumes: [free] })), [
      "vol-9 is still marked as its own, and it gave it up",
    ]);
  });

  it("tells what follows from another thing only once, by that thing", () => {
    const wanted = desired({ sourceDestCheck: false, dataVolumes: [DATA] });
    const world = observed(
      { networkInterfaces: [], instances: [], volumes: [volume({ attachment: undefined })] },
      wanted,
    );
    assert.deepEqual(found(wanted, world), ["its network interface is gone", "it has no instance"]);
  });

  it("does not tell what an old instance has to do to make way", () => {
    const strays = [instance({ tags: { [TAG.id]: ID } })];
    assert.deepEqual(found(desired(), observed({ instances: strays })), [
      "its instance is not of the newest generation",
    ]);
  });
});

describe("observedInputs", () => {
  const inputs = (wanted: Desired, world: Observed): Desired =>
    observedInputs(castOf(situation({ desired: wanted, observed: world })));

  it("are the inputs where nothing is off", () => {
    const wanted = desired({ securityGroupIds: ["sg-1"], iamInstanceProfile: "demo" });
    const profiled = instance({ iamInstanceProfileArn: "arn:aws:iam::123456789012:instance-profile/a/demo" }, wanted);
    assert.deepEqual(inputs(wanted, observed({ instances: [profiled] }, wanted)), wanted);
  });

  it("are what exists where something is off", () => {
    const arn = "arn:aws:iam::123456789012:instance-profile/other";
    const metadataOptions = { ...instance().metadataOptions, httpTokens: "optional" } as const;
    const world = observed({
      networkInterfaces: [eni({ sourceDestCheck: false, securityGroups: [{ id: "sg-9", name: "x" }] })],
      instances: [instance({ monitoring: true, iamInstanceProfileArn: arn, metadataOptions })],
    });
    const seen = inputs(desired(), world);
    assert.deepEqual(
      [seen.sourceDestCheck, seen.securityGroupIds, seen.monitoring, seen.iamInstanceProfile, seen.metadataOptions],
      [false, ["sg-9"], true, arn, metadataOptions],
    );
  });

  it("does not hold against an adopted machine what the program leaves out", () => {
    const given = { [TAG.id]: ID, [TAG.owned]: "false" };
    const adopting = desired({ adopt: { instanceId: "i-1" } });
    const arn = "arn:aws:iam::123456789012:instance-profile/other";
    for (const tags of [given, {}]) {
      const world = observed({
        networkInterfaces: [eni({ tags, description: "", securityGroups: [{ id: "sg-9", name: "x" }] })],
        instances: [instance({ tags, iamInstanceProfileArn: arn })],
      });
      const seen = inputs(adopting, world);
      assert.deepEqual([seen.securityGroupIds, seen.iamInstanceProfile], [undefined, undefined]);
    }
  });

  it("are the inputs where nothing is left", () => {
    assert.deepEqual(inputs(desired(), observed({ networkInterfaces: [], instances: [] })), desired());
  });
});
