// Plain Node on the built simulator: what it does by itself, with no socket, no SDK and no compiler beside it. Prints JSON.
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import { URLSearchParams } from "node:url";

const { Ec2Simulator, scaledClock, WELL_KNOWN } = createRequire(import.meta.url)("../../dist/local/ec2/index.js");

const FEW = 100;
const MANY = 10_000;

/** A simulator, and the ids of the instances on it. */
class Fleet {
  ids = [];
  simulator = new Ec2Simulator({ clock: scaledClock(1), seed: 1 });

  constructor() {
    // An account has 5,000 interfaces unless AWS allows it more.
    this.simulator.quotas.set("network-interfaces", MANY * 2);
  }

  call(action, fields) {
    const body = new URLSearchParams({ Action: action, Version: "2016-11-15", ...fields }).toString();
    const { status, body: reply } = this.simulator.handle({ body });
    if (status !== 200) {
      throw new Error(`${action}: ${reply}`);
    }
    return reply;
  }

  launch() {
    const number = this.ids.length;
    const reply = this.call("RunInstances", {
      ImageId: WELL_KNOWN.imageV1,
      InstanceType: "t3.micro",
      SubnetId: WELL_KNOWN.defaultSubnets[number % WELL_KNOWN.defaultSubnets.length],
      MinCount: "1",
      MaxCount: "1",
      "TagSpecification.1.ResourceType": "instance",
      "TagSpecification.1.Tag.1.Key": "n",
      "TagSpecification.1.Tag.1.Value": String(number),
    });
    this.ids.push(/<instanceId>([^<]+)</.exec(reply)[1]);
  }

  /** Gives how many were launched in a second. */
  growTo(count) {
    const start = performance.now();
    while (this.ids.length < count) {
      this.launch();
    }
    return (count * 1000) / (performance.now() - start);
  }

  byId(index) {
    this.call("DescribeInstances", { "InstanceId.1": this.ids[index] });
  }

  byTag(index) {
    this.call("DescribeInstances", { "Filter.1.Name": "tag:n", "Filter.1.Value.1": String(index) });
  }

  /** Calls in a second, over a short while, of what is at places spread over all instances. */
  rate(describe) {
    let calls = 0;
    const start = performance.now();
    while (performance.now() - start < SLICE_MS) {
      this[describe]((calls * 37) % this.ids.length);
      calls += 1;
    }
    return (calls * 1000) / (performance.now() - start);
  }
}

const SLICE_MS = 60;
const SLICES = 9;

/** The median over slices that alternate between both, so that what else the machine does meets both alike. */
function compare(few, many, describe) {
  const rates = Array.from({ length: SLICES }, () => [few.rate(describe), many.rate(describe)]);
  const median = (index) => rates.map((pair) => pair[index]).sort((a, b) => a - b)[Math.floor(SLICES / 2)];
  return [median(0), median(1)];
}

const few = new Fleet();
few.growTo(FEW);
const many = new Fleet();
const launches = many.growTo(MANY);
// Before the describes, whose replies the heap would have grown for.
globalThis.gc?.();
const { rss, heapUsed } = process.memoryUsage();
compare(few, many, "byId"); // So that the compiler has seen it.
const [fewById, manyById] = compare(few, many, "byId");
const [fewByTag, manyByTag] = compare(few, many, "byTag");
console.log(
  JSON.stringify({
    launches,
    few: { byId: fewById, byTag: fewByTag },
    many: { byId: manyById, byTag: manyByTag },
    rss,
    heapUsed,
  }),
);
