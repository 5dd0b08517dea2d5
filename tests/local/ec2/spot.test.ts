import assert from "node:assert/strict";

import {
  CancelSpotInstanceRequestsCommand,
  DescribeSpotInstanceRequestsCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  type EC2Client,
  type Instance,
  type SpotMarketOptions,
} from "@aws-sdk/client-ec2";

import { LONG, idOf, launched, present, refused, stateOf, terminated } from "./scenes";
import { simulated } from "./support";

const spot = (SpotOptions: SpotMarketOptions = {}) => ({
  InstanceMarketOptions: { MarketType: "spot" as const, SpotOptions },
});
const persistent = spot({ SpotInstanceType: "persistent", InstanceInterruptionBehavior: "stop" });

async function requestOf(ec2: EC2Client, instance: Instance) {
  const ids = [present(instance.SpotInstanceRequestId)];
  const input = { SpotInstanceRequestIds: ids };
  return present((await ec2.send(new DescribeSpotInstanceRequestsCommand(input))).SpotInstanceRequests?.[0]);
}

async function cancelled(ec2: EC2Client, instance: Instance) {
  const ids = [present(instance.SpotInstanceRequestId)];
  return ec2.send(new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: ids }));
}

describe("a spot launch", () => {
  it("makes a one-time request that is active, fulfilled and tagged", async () => {
    const { ec2 } = simulated();
    const instance = await launched(ec2, {
      ...spot({ MaxPrice: "0.01" }),
      TagSpecifications: [{ ResourceType: "spot-instances-request", Tags: [{ Key: "of", Value: "web" }] }],
    });
    assert.equal(instance.InstanceLifecycle, "spot");
    assert.match(instance.SpotInstanceRequestId ?? "", /^sir-[0-9a-z]{8}$/);
    const request = await requestOf(ec2, instance);
    assert.deepEqual(
      [request.State, request.Status?.Code, request.Type, request.InstanceId, request.SpotPrice],
      ["active", "fulfilled", "one-time", instance.InstanceId, "0.01"],
    );
    assert.deepEqual(request.Tags, [{ Key: "of", Value: "web" }]);
    const byTag = await ec2.send(
      new DescribeSpotInstanceRequestsCommand({ Filters: [{ Name: "tag:of", Values: ["web"] }] }),
    );
    assert.equal(byTag.SpotInstanceRequests?.length, 1);
  });

  it("closes its one-time request when the instance ends", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2, spot());
    clock.advance(LONG);
    await terminated(ec2, instance);
    clock.advance(LONG);
    const { State, Status } = await requestOf(ec2, instance);
    assert.deepEqual([State, Status?.Code], ["closed", "instance-terminated-by-user"]);
  });

  it("forgets its request four hours after the end", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2, spot());
    clock.advance(LONG);
    await terminated(ec2, instance);
    clock.advance(3.9 * 3_600_000);
    assert.equal((await requestOf(ec2, instance)).State, "closed");
    clock.advance(LONG + 3_600_000);
    await refused(requestOf(ec2, instance), "InvalidSpotInstanceRequestID.NotFound");
  });

  it("refuses behaviour that does not go with its type", async () => {
    const { ec2 } = simulated();
    await refused(
      launched(ec2, spot({ InstanceInterruptionBehavior: "stop" })),
      "InvalidParameterCombination",
      /^The request with type 'one-time' is not supported when instanceInterruptionBehavior is set to 'stop'$/,
    );
    await refused(launched(ec2, spot({ SpotInstanceType: "persistent" })), "InvalidParameterCombination");
    await refused(
      launched(ec2, { ...spot(), DisableApiTermination: true }),
      "UnsupportedOperation",
      /not supported for spot instances/,
    );
  });

  it("refuses a price below the market, and one that is none", async () => {
    const { ec2 } = simulated();
    await refused(launched(ec2, spot({ MaxPrice: "0.0001" })), "SpotMaxPriceTooLow");
    await refused(launched(ec2, spot({ MaxPrice: "cheap" })), "InvalidParameterValue");
  });
});

describe("stopping a spot instance", () => {
  it("is refused for a one-time request", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2, spot());
    clock.advance(LONG);
    await refused(
      ec2.send(new StopInstancesCommand({ InstanceIds: [idOf(instance)] })),
      "UnsupportedOperation",
      /You can't stop the Spot Instance .* associated with a one-time Spot Instance request/,
    );
  });

  it("disables a persistent request until it is started again", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2, persistent);
    clock.advance(LONG);
    await ec2.send(new StopInstancesCommand({ InstanceIds: [idOf(instance)] }));
    clock.advance(LONG);
    assert.equal((await requestOf(ec2, instance)).State, "disabled");
    await ec2.send(new StartInstancesCommand({ InstanceIds: [idOf(instance)] }));
    assert.equal((await requestOf(ec2, instance)).State, "active");
  });
});

describe("cancelling a spot request", () => {
  it("leaves the running instance alone", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2, spot());
    clock.advance(LONG);
    const { CancelledSpotInstanceRequests } = await cancelled(ec2, instance);
    assert.equal(CancelledSpotInstanceRequests?.[0]?.State, "cancelled");
    const { Status } = await requestOf(ec2, instance);
    assert.equal(Status?.Code, "request-canceled-and-instance-running");
    assert.equal(await stateOf(ec2, instance), "running");
    await terminated(ec2, instance);
    clock.advance(LONG);
    assert.equal((await requestOf(ec2, instance)).State, "cancelled");
  });

  it("ends an instance that is stopped", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2, persistent);
    clock.advance(LONG);
    await ec2.send(new StopInstancesCommand({ InstanceIds: [idOf(instance)] }));
    clock.advance(LONG);
    await cancelled(ec2, instance);
    clock.advance(LONG);
    assert.equal(await stateOf(ec2, instance), "terminated");
  });

  it("needs one that is there", async () => {
    const { ec2 } = simulated();
    const cancel = (id: string) => ec2.send(new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] }));
    await refused(cancel("sir-aaaaaaaa"), "InvalidSpotInstanceRequestID.NotFound");
    await refused(cancel("sir-1"), "InvalidSpotInstanceRequestID.Malformed");
  });
});

describe("describing spot requests", () => {
  it("finds one by what it launched, and nothing by what is another's", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2, spot());
    clock.advance(LONG);
    const eni = present(instance.NetworkInterfaces?.[0]);
    const filters: Record<string, string> = {
      "instance-id": idOf(instance),
      "launch.image-id": present(instance.ImageId),
      "launch.block-device-mapping.volume-type": "gp3",
      "launch.group-name": "default",
      "network-interface.network-interface-id": present(eni.NetworkInterfaceId),
      "network-interface.private-ip-address": present(eni.PrivateIpAddress),
      "network-interface.subnet-id": present(eni.SubnetId),
      "network-interface.device-index": "0",
      "network-interface.delete-on-termination": "true",
      "status-code": "fulfilled",
    };
    for (const [Name, value] of Object.entries(filters)) {
      const found = async (Values: string[]) =>
        (await ec2.send(new DescribeSpotInstanceRequestsCommand({ Filters: [{ Name, Values }] }))).SpotInstanceRequests;
      assert.equal((await found([value]))?.length, 1, Name);
      assert.deepEqual(await found(["another"]), [], Name);
    }
  });
});
