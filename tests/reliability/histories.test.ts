/** Property tests: whatever its user, others and EC2 do to a machine, the invariants hold, and in the end it comes to rest. */
import fc from "fast-check";
import { type Act, histories, type History } from "./history";
import { live } from "./life";
import { isOnPage } from "./page";

const RUNS = 40;
/** The most steps of one; half as many on average. */
const LENGTH = 80;

const up = (change = {}): Act => ({ act: "up", change });
const others = (deed: Extract<Act, { act: "others" }>["deed"]): Act => ({ act: "others", deed });
const REFRESH: Act = { act: "refresh" };
const RECYCLED = { recycleTriggers: { at: "2" } };

/** Each of them once broke an invariant. */
const FOUND: Readonly<Record<string, History>> = {
  "its own Elastic IP put elsewhere, and the tags taken off it": [
    up({ elasticIp: true }),
    others("put the Elastic IP elsewhere"),
    others("take the tags off"),
  ],
  "an interface that is lost twice": [
    up({ desiredState: "paused" }),
    others("delete the interface"),
    REFRESH,
    up(),
    others("delete the interface"),
  ],
  "an interface without its tags, given up in a run that fails": [
    up({ persistPrivateIp: false }),
    others("take the tags off"),
    others("use up the capacity"),
    up(RECYCLED),
    up(),
  ],
  "an interface that is not kept and lost its tags, with its instance terminated": [
    up({ persistPrivateIp: false }),
    others("terminate"),
    others("take the tags off"),
    REFRESH,
  ],
  "a pause without the interface that has a second address": [
    up({ persistPrivateIp: false, pauseBehavior: "terminate", secondaryPrivateIpCount: 1 }),
    REFRESH,
    others("take the tags off"),
    up({ desiredState: "paused" }),
  ],
  "secondary addresses of an interface that is not kept, made anew in number after a pause that met the up": [
    up(),
    up({ secondaryPrivateIpCount: 2 }),
    { act: "meet", change: { persistPrivateIp: false }, other: "pause", at: 26 },
    up(),
  ],
  "an interface that was given up before a pause that met the up recorded what it was to be": [
    up(),
    { act: "meet", change: { privateIp: "10.0.1.77" }, other: "pause", at: 1, until: 12 },
    up({ pauseBehavior: "terminate" }),
    { act: "pass", minutes: 1 },
  ],
  "a start that finds no capacity, and falls back to another type": [
    up({ fallbackInstanceTypes: ["m5.large"] }),
    others("use up the capacity"),
    others("stop"),
    up({ metadataOptions: { httpTokens: "optional" } }),
  ],
  "an interface that comes to be kept, in an up during whose first look a recycle launches on another": [
    up({ persistPrivateIp: false }),
    { act: "meet", change: { persistPrivateIp: undefined }, other: "recycle", at: 23 },
    up({ persistPrivateIp: false }),
    { act: "meet", change: { persistPrivateIp: undefined }, other: "recycle", at: 28 },
  ],
  "an interface that comes to be kept, in an up that ends before the recycle which came into its first look launches": [
    up({ persistPrivateIp: false }),
    { act: "meet", change: { persistPrivateIp: undefined }, other: "recycle", at: 28, until: 30 },
  ],
};

describe("a history", function () {
  this.timeout(120_000);

  for (const [name, history] of Object.entries(FOUND)) {
    it(`with ${name} loses nothing`, async () => {
      await live(history);
    });
  }

  it("at random loses no address, leaks nothing, and comes to rest", async () => {
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(histories(LENGTH), async (history) => {
        steps += await live(history);
      }),
      { numRuns: RUNS, unbiased: true, seed: Number(process.env.SEED ?? 20_261_122), path: process.env.SEED_PATH },
    );
    isOnPage("histories", { "random steps": steps });
  });
});
