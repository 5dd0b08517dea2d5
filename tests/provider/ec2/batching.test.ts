/** Describes of many machines in few calls: what goes together, what an answer may be older than, and whom a failure is of. */
import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { WELL_KNOWN } from "../../../local/ec2";
import { Batches, Finder, MOST_VALUES } from "../../../provider/ec2/batching";
import type { Filters } from "../../../provider/ec2/ec2";
import { TAG } from "../../../provider/ec2/tags";
import { interposed } from "../interruptions";
import { account, codeOf, launchRequest, madeInterface, noting, running, TAGS } from "./account";

interface Thing {
  name: string;
  tags: Record<string, string>;
}

interface Call {
  values: readonly string[];
  answer: (error?: Error) => Promise<void>;
}

/** Batches whose calls are answered by hand: with one thing for each value but `none`. */
function asked(options: { most?: number; isOfOneValue?: boolean } = {}): {
  calls: Call[];
  find: (...values: string[]) => Promise<string[]>;
} {
  const calls: Call[] = [];
  const batches = new Batches<Thing>({
    ask: (values) =>
      new Promise((resolve, reject) => {
        const answer = async (error?: Error): Promise<void> => {
          if (error === undefined) {
            resolve(values.filter((it) => it !== "none").map((name) => ({ name, tags: {} })));
          } else {
            reject(error);
          }
          await turn();
        };
        calls.push({ values: [...values], answer });
      }),
    valueOf: (it) => it.name,
    ...(options.most === undefined ? {} : { most: () => options.most ?? 0 }),
    isOfOneValue: () => options.isOfOneValue ?? false,
  });
  return { calls, find: async (...values) => (await batches.find(values)).map((it) => it.name) };
}

const valuesOf = (calls: Call[]): (readonly string[])[] => calls.map((it) => it.values);

describe("describes that are asked together", () => {
  it("send a lone request at once", async () => {
    const { calls, find } = asked();
    const found = find("a");
    await turn();
    assert.deepEqual(valuesOf(calls), [["a"]]);
    await calls[0]?.answer();
    assert.deepEqual(await found, ["a"]);
  });

  it("send together what is asked at the same moment, each value once, and hand the answers to who asked", async () => {
    const { calls, find } = asked();
    const found = Promise.all([find("a"), find("b", "c"), find("a"), find("none"), find()]);
    await turn();
    assert.deepEqual(valuesOf(calls), [["a", "b", "c", "none"]]);
    await calls[0]?.answer();
    assert.deepEqual(await found, [["a"], ["b", "c"], ["a"], [], []]);
  });

  it("send what is asked meanwhile with the next call, once the one under way has answered", async () => {
    const { calls, find } = asked();
    const first = find("a");
    await turn();
    const later = [find("b")];
    await turn();
    later.push(find("c"), find("a"));
    await turn();
    assert.deepEqual(valuesOf(calls), [["a"]]);
    await calls[0]?.answer();
    assert.deepEqual(await first, ["a"]);
    assert.deepEqual(valuesOf(calls), [["a"], ["b", "c", "a"]]);
    await calls[1]?.answer();
    assert.deepEqual(await Promise.all(later), [["b"], ["c"], ["a"]]);
    void find("d");
    await turn();
    assert.equal(calls.length, 3);
  });

  it("take the next question of who was just answered into the next call", async () => {
    const { calls, find } = asked();
    const chain = find("a").then(() => find("b"));
    await turn();
    const other = find("c");
    await calls[0]?.answer();
    assert.deepEqual(valuesOf(calls), [["a"], ["c", "b"]]);
    await calls[1]?.answer();
    assert.deepEqual([await chain, await other], [["b"], ["c"]]);
  });

  it("never answer with what was asked for before the question", async () => {
    let version = 0;
    const answers: (() => void)[] = [];
    const batches = new Batches<Thing>({
      ask: ([name = ""]) => {
        const seen = { name, tags: { version: String(version) } };
        return new Promise((resolve) => {
          answers.push(() => {
            resolve([seen]);
          });
        });
      },
      valueOf: (it) => it.name,
    });
    const before = batches.find(["a"]);
    await turn();
    version = 1;
    const after = batches.find(["a"]);
    answers[0]?.();
    await turn();
    answers[1]?.();
    assert.deepEqual([(await before)[0]?.tags.version, (await after)[0]?.tags.version], ["0", "1"]);
  });

  it("go in as many calls as EC2's limit of values makes necessary, all at once", async () => {
    const { calls, find } = asked();
    const names = Array.from({ length: 2 * MOST_VALUES + 1 }, (_, index) => `n${index}`);
    const found = Promise.all(names.map((it) => find(it)));
    await turn();
    assert.deepEqual(
      calls.map((it) => it.values.length),
      [MOST_VALUES, MOST_VALUES, 1],
    );
    await Promise.all(calls.map((it) => it.answer()));
    assert.deepEqual(
      await found,
      names.map((it) => [it]),
    );
  });

  it("give each who asked for the same thing one of their own", async () => {
    const { calls, find } = asked();
    const batches = new Batches<Thing>({ ask: () => Promise.resolve([{ name: "a", tags: {} }]), valueOf: () => "a" });
    const [[one], [other]] = await Promise.all([batches.find(["a"]), batches.find(["a"])]);
    assert.deepEqual(one, other);
    assert.notEqual(one, other);
    assert.deepEqual([calls.length, await find()], [0, []]);
  });

  it("fail for all of a call, and for none of another", async () => {
    const { calls, find } = asked({ most: 2 });
    const results = Promise.allSettled(["a", "b", "c"].map((it) => find(it)));
    await turn();
    await calls[0]?.answer(new Error("throttled"));
    await calls[1]?.answer();
    assert.deepEqual(
      (await results).map((it) => (it.status === "fulfilled" ? it.value : String(it.reason))),
      ["Error: throttled", "Error: throttled", ["c"]],
    );
    const again = find("a");
    await turn();
    await calls[2]?.answer();
    assert.deepEqual(await again, ["a"]);
  });

  it("ask for each value by itself where a call fails for one of them", async () => {
    const { calls, find } = asked({ isOfOneValue: true });
    const results = Promise.allSettled(["a", "b"].map((it) => find(it)));
    await turn();
    await calls[0]?.answer(new Error("b is not there"));
    assert.deepEqual(valuesOf(calls), [["a", "b"], ["a"], ["b"]]);
    await calls[1]?.answer();
    await calls[2]?.answer(new Error("b is not there"));
    assert.deepEqual(
      (await results).map((it) => it.status),
      ["fulfilled", "rejected"],
    );
  });
});

describe("filters", () => {
  function finder(): { sent: Filters[]; find: (filters: Filters) => Promise<Thing[]> } {
    const sent: Filters[] = [];
    const ask = (filters: Filters): Promise<Thing[]> => {
      sent.push(filters);
      return Promise.resolve([{ name: "a", tags: { "own:id": "1" } }]);
    };
    const it = new Finder<Thing>(ask, { name: (thing) => thing.name });
    return { sent, find: (filters) => it.find(filters) };
  }

  it("are asked together by name, and by any tag", async () => {
    const { sent, find } = finder();
    const found = await Promise.all([
      find({ name: ["a"] }),
      find({ name: ["b"] }),
      find({ "tag:own:id": ["1"] }),
      find({ "tag:own:id": ["2"] }),
    ]);
    assert.deepEqual(sent, [{ name: ["a", "b"] }, { "tag:own:id": ["1", "2"] }]);
    assert.deepEqual(
      found.map((it) => it.length),
      [1, 0, 1, 0],
    );
  });

  it("with what EC2 reads as wildcards, with no known value, and several at once, are sent as they are", async () => {
    const others: Filters[] = [
      { "tag:own:id": ["a*"] },
      { name: ["a", "b?"] },
      { name: ["a\\b"] },
      { other: ["a"] },
      { name: ["a"], "tag:own:id": ["1"] },
      { name: [] },
    ];
    for (const filters of others) {
      const { sent, find } = finder();
      await Promise.all([find(filters), find({ name: ["c"] }), find({ name: ["d"] })]);
      assert.deepEqual(sent, [filters, { name: ["c", "d"] }]);
    }
  });
});

describe("the describes of the EC2 client", () => {
  const names = (length: number): string[] => Array.from({ length }, (_, index) => `m${index}`);

  it("go together over all runs of a session", async () => {
    const { ec2, simulator } = account();
    await Promise.all(names(3).map((it) => madeInterface(ec2, { tags: { [TAG.id]: it } })));
    simulator.clearCalls();
    const found = await Promise.all(names(4).map((it) => ec2.describeNetworkInterfaces({ [`tag:${TAG.id}`]: [it] })));
    assert.deepEqual(
      found.map((it) => it.map(({ tags }) => tags[TAG.id])),
      [["m0"], ["m1"], ["m2"], []],
    );
    assert.deepEqual(
      simulator.calls().map((it) => it.action),
      ["DescribeNetworkInterfaces"],
    );
  });

  it("find by each value what the same describe finds alone", async () => {
    const owner = account();
    const { ec2 } = owner;
    const instances = [await running(owner), await running(owner)];
    const ids = instances.map((it) => it.id);
    const volumes = instances.flatMap((it) => it.devices.map(({ volumeId }) => volumeId));
    const interfaces = instances.flatMap((it) => it.networkInterfaceId ?? []);
    const addresses = [await ec2.allocateAddress(TAGS), await ec2.allocateAddress(TAGS)];
    for (const [index, { allocationId }] of addresses.entries()) {
      const [eni] = await ec2.describeNetworkInterfaces({ "network-interface-id": [interfaces[index] ?? ""] });
      await ec2.associateAddress(allocationId, eni?.id ?? "", eni?.privateIp ?? "");
    }
    const both: (readonly [(value: string) => Promise<unknown>, readonly string[]])[] = [
      [(it) => ec2.describeInstances({ "instance-id": [it] }), ids],
      [(it) => ec2.describeHealth(it), ids],
      [(it) => ec2.describeRootVolumeTasks(it), ids],
      [(it) => ec2.describeVolumes({ "volume-id": [it] }), volumes],
      [(it) => ec2.describeNetworkInterfaces({ "network-interface-id": [it] }), interfaces],
      [(it) => ec2.describeAddresses({ "network-interface-id": [it] }), interfaces],
      [(it) => ec2.describeAddresses({ "allocation-id": [it] }), addresses.map((it) => it.allocationId)],
      [(it) => ec2.describeAddresses({ "public-ip": [it] }), addresses.map((it) => it.publicIp)],
      [(it) => ec2.describeImage(it), [WELL_KNOWN.imageV1, WELL_KNOWN.imageV2]],
      [(it) => ec2.describeInstanceTypes([it]), ["m7i.large", "m99.large"]],
      [(it) => ec2.findZonesWith(it), ["m7i.large", "m99.large"]],
      [(it) => ec2.describeSubnet(it), [WELL_KNOWN.subnetA, "subnet-0a1b2c3d"]],
    ];
    for (const [describes, values] of both) {
      const alone: unknown[] = [];
      for (const value of values) {
        alone.push(await describes(value));
      }
      owner.simulator.clearCalls();
      assert.deepEqual(await Promise.all(values.map(describes)), alone);
      assert.equal(owner.simulator.calls().length, 1, owner.simulator.calls()[0]?.action);
    }
  });

  it("of something that is not there fail nobody else's", async () => {
    const owner = account();
    const { id } = await running(owner);
    const none = "i-0a1b2c3d4e5f60718";
    const [health, missing] = await Promise.all([owner.ec2.describeHealth(id), codeOf(owner.ec2.describeHealth(none))]);
    assert.deepEqual([health.status, missing], ["ok", "InvalidInstanceID.NotFound"]);
    const [image, malformed] = await Promise.all([
      owner.ec2.describeImage(WELL_KNOWN.imageV1),
      codeOf(owner.ec2.describeImage("ami-0a1b2c3d")),
    ]);
    assert.deepEqual([image?.id, malformed], [WELL_KNOWN.imageV1, "InvalidAMIID.NotFound"]);
  });

  it("are tried again together, each with the patience of who asked", async () => {
    let throttled = 0;
    const owner = account(
      interposed({
        before: () => {
          owner.simulator.faults.clear();
          if (throttled++ === 0) {
            owner.simulator.faults.add({
              action: "*",
              error: { code: "RequestLimitExceeded", message: "Request limit exceeded.", status: 503 },
            });
          }
        },
      }),
    );
    const found = await Promise.all(names(5).map((it) => owner.ec2.describeInstances({ "instance-id": [it] })));
    assert.deepEqual(
      found.map((it) => it.length),
      [0, 0, 0, 0, 0],
    );
    assert.ok(owner.simulator.calls().length <= 3, String(owner.simulator.calls().length));
  });

  it("read the newest version of many templates off all those of the account", async () => {
    const sent: string[] = [];
    const { ec2, simulator } = account(noting(sent));
    const templates: string[] = [];
    for (const _ of names(60)) {
      templates.push((await launchRequest(ec2)).templateId);
    }
    const calls = async (count: number): Promise<number> => {
      simulator.clearCalls();
      const found = await Promise.all(templates.slice(0, count).map((it) => ec2.describeLatestVersion(it)));
      assert.ok(found.every((it) => it.number === 1 && it.description === "first"));
      return simulator.calls().length;
    };
    for (const count of [2, 10, 60]) {
      assert.equal(await calls(count), 1, String(count));
      assert.match(sent.at(-1) ?? "", /LaunchTemplateVersion\.1=%24Latest/);
    }
    assert.equal(await calls(1), 1);
    assert.match(sent.at(-1) ?? "", /LaunchTemplateId=/);
    assert.equal(await codeOf(ec2.describeLatestVersion("lt-0a1b2c3d")), "InvalidLaunchTemplateId.NotFound");
  });
  it("ask for each template by itself in an account of so many that their list is more pages than templates asked for", async () => {
    const firstPage = Buffer.from("page:0").toString("base64url");
    const { ec2, simulator } = account((handler) => ({
      ...handler,
      handle: (request: { body?: unknown; headers: Record<string, string> }) => {
        // EC2 may answer in pages unasked; the simulator does from a token on.
        const isList =
          String(request.body).includes("%24Latest") && !/LaunchTemplateId|NextToken/.test(String(request.body));
        return handler.handle(
          isList ? { ...request, body: `${String(request.body)}&NextToken=${firstPage}` } : request,
        );
      },
    }));
    const made: string[] = [];
    for (let count = 0; count < 450; count++) {
      made.push((await launchRequest(ec2)).templateId);
    }
    // The first ones come first, 200 on a page.
    const wanted = [...made.slice(0, 1), ...made.slice(-1)];
    const calls = async (templateIds: readonly string[]): Promise<number> => {
      simulator.clearCalls();
      const found = await Promise.all(templateIds.map((it) => ec2.describeLatestVersion(it)));
      assert.equal(found.length, templateIds.length);
      return simulator.calls().length;
    };
    // Two pages in vain for the second, then the second by itself.
    assert.equal(await calls(wanted), 3);
    assert.equal(await calls(wanted), 2);
    assert.equal(await calls(made), 3);
  });

  it("are not made again for a version that was read before, where a list has just shown that it still is the newest", async () => {
    const { ec2, simulator } = account();
    const { templateId } = await launchRequest(ec2);
    const calls = async (options: { listed?: number; version?: number }): Promise<[number, number]> => {
      simulator.clearCalls();
      const { number } = await ec2.describeLatestVersion(templateId, options);
      return [number, simulator.calls().length];
    };
    assert.deepEqual(await calls({ listed: 1 }), [1, 1]);
    assert.deepEqual(await calls({ listed: 1 }), [1, 0]);
    assert.deepEqual(await calls({ version: 1 }), [1, 0]);
    assert.deepEqual(await calls({}), [1, 1], "who does not say what a list showed looks");
    const data = { sourceVersion: 1, imageId: WELL_KNOWN.imageV2 };
    await ec2.createLaunchTemplateVersion({ templateId, description: "second", data, clientToken: "second" });
    assert.deepEqual(await calls({ listed: 1 }), [2, 1], "a list may lag behind");
    assert.deepEqual(await calls({ listed: 2 }), [2, 0]);
  });
});
