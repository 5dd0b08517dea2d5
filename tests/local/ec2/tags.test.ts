import assert from "node:assert/strict";

import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeTagsCommand,
  paginateDescribeInstances,
  type EC2Client,
  type Filter,
  type Tag,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";
import {
  LONG,
  associated,
  idOf,
  launched,
  launchedOn,
  madeAddress,
  madeInterface,
  refused,
  seenInterface,
  terminated,
} from "./scenes";
import { simulated } from "./support";

const tagsFor = (count: number): Tag[] =>
  Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: "v" }));

async function found(ec2: EC2Client, ...Filters: Filter[]): Promise<(string | undefined)[]> {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
  return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId));
}

describe("tags", () => {
  it("are written, overwritten and deleted", async () => {
    const { ec2 } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    const write = (Tags: Tag[]) => ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
    await write([
      { Key: "a", Value: "1" },
      { Key: "b", Value: "2" },
    ]);
    await write([{ Key: "a", Value: "3" }]);
    assert.deepEqual((await seenInterface(ec2, id)).TagSet, [
      { Key: "a", Value: "3" },
      { Key: "b", Value: "2" },
    ]);
    await ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: "a", Value: "other" }, { Key: "b" }] }));
    assert.deepEqual((await seenInterface(ec2, id)).TagSet, [{ Key: "a", Value: "3" }]);
  });

  it("are fifty at most, and not in the name of AWS", async () => {
    const { ec2 } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    const write = (Tags: Tag[]) => ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
    await write(tagsFor(50));
    await refused(write([{ Key: "one more", Value: "" }]), "TagLimitExceeded");
    await refused(write([{ Key: "aws:name", Value: "" }]), "InvalidParameterValue", /'aws:' are reserved/);
    const Tags = tagsFor(51);
    const TagSpecifications = [{ ResourceType: "network-interface" as const, Tags }];
    await refused(madeInterface(ec2, { TagSpecifications }), "TagLimitExceeded");
  });

  it("need a resource that is there, and then none is tagged", async () => {
    const { ec2 } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    const Tags = [{ Key: "a", Value: "1" }];
    const missing = new CreateTagsCommand({ Resources: [id, "i-0aaaaaaaaaaaaaaaa"], Tags });
    await refused(ec2.send(missing), "InvalidInstanceID.NotFound");
    assert.deepEqual((await seenInterface(ec2, id)).TagSet, []);
    await refused(ec2.send(new CreateTagsCommand({ Resources: ["web"], Tags })), "InvalidID");
  });

  it("are listed over all kinds of resources", async () => {
    const { ec2 } = simulated();
    await launched(ec2, {
      TagSpecifications: [
        { ResourceType: "instance", Tags: [{ Key: "of", Value: "web" }] },
        { ResourceType: "network-interface", Tags: [{ Key: "of", Value: "web" }] },
        { ResourceType: "volume", Tags: [{ Key: "of", Value: "web" }] },
      ],
    });
    const { Tags = [] } = await ec2.send(new DescribeTagsCommand({ Filters: [{ Name: "key", Values: ["of"] }] }));
    assert.deepEqual(Tags.map(({ ResourceType }) => ResourceType).sort(), ["instance", "network-interface", "volume"]);
  });
});

describe("filters", () => {
  it("find instances by what they are and where they are", async () => {
    const { ec2, clock } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2, { PrivateIpAddress: "10.0.1.7" });
    const web = await launchedOn(ec2, id, {
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "role", Value: "web" }] }],
    });
    const other = await launched(ec2, { SubnetId: WELL_KNOWN.subnetB });
    clock.advance(LONG);
    await terminated(ec2, other);
    const filters: [string, string][] = [
      ["instance-id", idOf(web)],
      ["instance-state-name", "running"],
      ["network-interface.network-interface-id", id],
      ["private-ip-address", "10.0.1.7"],
      ["subnet-id", WELL_KNOWN.subnetA],
      ["tag:role", "web"],
      ["tag:role", "w?b"],
      ["tag:role", "w*"],
      ["tag-key", "role"],
      ["availability-zone", "us-east-1a"],
    ];
    for (const [Name, value] of filters)
      assert.deepEqual(await found(ec2, { Name, Values: [value] }), [idOf(web)], Name);
    assert.equal((await found(ec2, { Name: "vpc-id", Values: [WELL_KNOWN.vpcId] })).length, 2);
    assert.deepEqual(await found(ec2, { Name: "tag:role", Values: ["we"] }), []);
  });

  it("take any of their values, and all of them together", async () => {
    const { ec2 } = simulated();
    const one = await launched(ec2);
    const two = await launched(ec2, { InstanceType: "t3.small" });
    const ids = { Name: "instance-id", Values: [idOf(one), idOf(two)] };
    assert.equal((await found(ec2, ids)).length, 2);
    assert.deepEqual(await found(ec2, ids, { Name: "instance-type", Values: ["t3.small"] }), [idOf(two)]);
  });

  it("take wildcards literally behind a backslash", async () => {
    const { ec2 } = simulated();
    const starred = [{ ResourceType: "instance" as const, Tags: [{ Key: "n", Value: "a*" }] }];
    const plain = [{ ResourceType: "instance" as const, Tags: [{ Key: "n", Value: "ab" }] }];
    const instance = await launched(ec2, { TagSpecifications: starred });
    await launched(ec2, { TagSpecifications: plain });
    assert.deepEqual(await found(ec2, { Name: "tag:n", Values: ["a\\*"] }), [idOf(instance)]);
    assert.equal((await found(ec2, { Name: "tag:n", Values: ["a*"] })).length, 2);
  });

  it("find interfaces by holder, state, group and address", async () => {
    const { ec2 } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2, { Groups: [WELL_KNOWN.otherSecurityGroup] });
    const { allocationId, publicIp } = await madeAddress(ec2);
    await associated(ec2, allocationId, id);
    const instance = await launchedOn(ec2, id);
    await madeInterface(ec2);
    const filters: [string, string][] = [
      ["attachment.instance-id", idOf(instance)],
      ["status", "in-use"],
      ["group-id", WELL_KNOWN.otherSecurityGroup],
      ["association.public-ip", publicIp],
      ["association.allocation-id", allocationId],
      ["attachment.device-index", "0"],
    ];
    for (const [Name, value] of filters) {
      const { NetworkInterfaces = [] } = await ec2.send(
        new DescribeNetworkInterfacesCommand({ Filters: [{ Name, Values: [value] }] }),
      );
      assert.deepEqual(
        NetworkInterfaces.map(({ NetworkInterfaceId }) => NetworkInterfaceId),
        [id],
        Name,
      );
    }
  });

  it("that EC2 does not have are an error", async () => {
    const { ec2 } = simulated();
    await refused(
      found(ec2, { Name: "colour", Values: ["red"] }),
      "InvalidParameterValue",
      /The filter 'colour' is invalid/,
    );
    await refused(found(ec2, { Name: "constructor", Values: ["x"] }), "InvalidParameterValue");
  });
});

describe("pages", () => {
  it("come one after the other, and each instance once", async () => {
    const { ec2 } = simulated();
    for (let count = 0; count < 12; count += 1) await launched(ec2);
    const ids: (string | undefined)[] = [];
    let pages = 0;
    for await (const { Reservations = [] } of paginateDescribeInstances({ client: ec2, pageSize: 5 }, {})) {
      pages += 1;
      ids.push(...Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId)));
    }
    assert.equal(pages, 3);
    assert.equal(new Set(ids).size, 12);
  });

  it("have at least five entries, a token that was given out, and no ids beside them", async () => {
    const { ec2 } = simulated();
    const instance = await launched(ec2);
    const describe = (input: object) => ec2.send(new DescribeInstancesCommand(input));
    await refused(describe({ MaxResults: 4 }), "InvalidParameterValue", /greater than 5/);
    await refused(describe({ NextToken: "x" }), "InvalidNextToken");
    await refused(describe({ MaxResults: 5, InstanceIds: [idOf(instance)] }), "InvalidParameterCombination");
  });
});
