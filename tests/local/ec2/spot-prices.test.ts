import assert from "node:assert/strict";

import { DescribeSpotPriceHistoryCommand, type DescribeSpotPriceHistoryCommandInput } from "@aws-sdk/client-ec2";

import { refused } from "./scenes";
import { simulated } from "./support";

const DAY = 86_400_000;

describe("the spot price history", () => {
  const scene = () => {
    const simulation = simulated();
    const history = async (input: DescribeSpotPriceHistoryCommandInput) =>
      simulation.ec2.send(new DescribeSpotPriceHistoryCommand({ InstanceTypes: ["m7i.large"], ...input }));
    return { ...simulation, history, now: new Date(simulation.clock.now()) };
  };

  it("tells what holds now, in each zone that has the type", async () => {
    const { simulator, history, now } = scene();
    simulator.spotPrice.set("m7i.large", "us-east-1a", 0.05);
    const { SpotPriceHistory = [] } = await history({ StartTime: now, EndTime: now });
    assert.deepEqual(
      SpotPriceHistory.map(({ AvailabilityZone, ProductDescription }) => [AvailabilityZone, ProductDescription]),
      [
        ["us-east-1a", "Linux/UNIX"],
        ["us-east-1c", "Linux/UNIX"],
      ],
    );
    assert.equal(SpotPriceHistory[0]?.SpotPrice, "0.050000");
  });

  it("goes back ninety days, the latest first, page by page", async () => {
    const { history, now } = scene();
    const { SpotPriceHistory = [] } = await history({ AvailabilityZone: "us-east-1a" });
    assert.equal(SpotPriceHistory.length, 91);
    const times = SpotPriceHistory.map(({ Timestamp }) => Number(Timestamp));
    assert.deepEqual(
      times,
      [...times].sort((a, b) => b - a),
    );
    assert.ok(times.every((time) => now.getTime() - time <= 91 * DAY));
    const page = await history({ AvailabilityZone: "us-east-1a", MaxResults: 10 });
    assert.equal(page.SpotPriceHistory?.length, 10);
    const next = await history({ AvailabilityZone: "us-east-1a", MaxResults: 10, NextToken: page.NextToken });
    assert.deepEqual(next.SpotPriceHistory, SpotPriceHistory.slice(10, 20));
  });

  it("has nothing of other products, and knows its types", async () => {
    const { history } = scene();
    assert.deepEqual((await history({ ProductDescriptions: ["Windows"] })).SpotPriceHistory, []);
    await refused(history({ InstanceTypes: ["t9.nano" as "t3.nano"] }), "InvalidParameterValue", /t9\.nano/);
  });
});
