import assert from "node:assert/strict";
import type { Ec2 } from "../../../../provider/ec2/ec2";
import { Expectations } from "../../../../provider/ec2/expectations";
import { TAG, urnTag } from "../../../../provider/ec2/tags";
import {
  claimId,
  type Claimant,
  idOf,
  isUnfinished,
  MadeElsewhere,
  takeOver,
} from "../../../../provider/engine/record/claim";
import { LAPSED_MS, Lease, RENEW_MS } from "../../../../provider/engine/record/lease";
import { leaseTag, phaseTag } from "../../../../provider/engine/record/phase";
import type { LaunchTemplate } from "../../../../provider/model/things";
import { URN } from "../../support";
import { template } from "../things";

const BEGUN = "0123456789abcdef";
const NOW = 1_800_000_000_000;

const creating = (at = NOW): string => phaseTag({ state: "creating", by: BEGUN, at });
const READY = phaseTag({ state: "ready", by: BEGUN });

function record(name: string, phase: string, urn = URN): LaunchTemplate {
  return template({ id: `lt-${name}`, name, createdAt: NOW, tags: { [TAG.urn]: urnTag(urn), [TAG.phase]: phase } });
}

/** Records in an account of which each look may come at a later moment; `live` is what others do meanwhile. */
class Account {
  time = NOW;
  readonly said: string[] = [];

  constructor(
    readonly records: LaunchTemplate[],
    private readonly live: (account: Account) => void = () => undefined,
  ) {}

  claimant(): Claimant & { lease: Lease } {
    const clock = {
      now: () => this.time,
      sleep: (ms: number) => {
        this.time += ms;
        this.live(this);
        return Promise.resolve();
      },
    };
    const ec2 = {
      describeLaunchTemplates: (filters: Record<string, string[]>) =>
        Promise.resolve(
          structuredClone(
            this.records.filter(({ name, tags }) =>
              "launch-template-name" in filters
                ? filters["launch-template-name"].includes(name)
                : filters[`tag:${TAG.urn}`]?.includes(tags[TAG.urn] ?? ""),
            ),
          ),
        ),
      describeLatestVersion: (id: string) =>
        Promise.resolve({ number: this.byId(id).latestVersion, description: "", imageId: "ami-1" }),
      createLaunchTemplateVersion: ({ templateId }: { templateId: string }) =>
        Promise.resolve(++this.byId(templateId).latestVersion),
      createTags: ([id = ""]: string[], tags: Record<string, string>) => {
        const found = this.byId(id);
        found.tags = { ...found.tags, ...tags };
        return Promise.resolve();
      },
    } as unknown as Ec2;
    return {
      ec2,
      clock,
      unqueued: clock,
      expectations: new Expectations(),
      lease: new Lease(clock),
      say: (line) => this.said.push(line),
      timeoutMs: 600_000,
    };
  }

  mark(id: string, phase: string): void {
    const found = this.byId(id);
    found.tags = { ...found.tags, [TAG.phase]: phase };
  }

  byId(id: string): LaunchTemplate {
    return this.records.find((it) => it.id === id) ?? assert.fail(id);
  }
}

/** The id that a create takes where these records are there. */
function claimed(records: LaunchTemplate[], tried: string[] = []): Promise<string> {
  return claimId(new Account(records).claimant(), URN, new Set(tried));
}

describe("idOf", () => {
  it("is mi- and 17 hex digits, the same for the same URN and count, and another for another", () => {
    assert.match(idOf(URN, 0), /^mi-[0-9a-f]{17}$/);
    assert.equal(idOf(URN, 0), idOf(URN, 0));
    assert.notEqual(idOf(URN, 0), idOf(URN, 1));
    assert.notEqual(idOf(URN, 0), idOf(`${URN}2`, 0));
  });
});

describe("claimId", () => {
  it("takes the first id where there is no record", async () => {
    assert.equal(await claimed([]), idOf(URN, 0));
  });

  it("goes on with the record that a create began whose maker is gone, wherever it stands in the count", async () => {
    assert.equal(await claimed([record(idOf(URN, 0), creating())]), idOf(URN, 0));
    assert.equal(await claimed([record(idOf(URN, 0), READY), record(idOf(URN, 3), creating())]), idOf(URN, 3));
    assert.equal(await claimed([record("mi-0000000000000000b", creating())]), "mi-0000000000000000b");
  });

  it("holds the record that it takes up by its own nonce, in a version of its own", async () => {
    const account = new Account([record(idOf(URN, 0), creating())]);
    const claimant = account.claimant();
    await claimId(claimant, URN, new Set());
    const [taken] = account.records;
    assert.match(taken?.tags[TAG.phase] ?? "", new RegExp(`^creating by=${claimant.lease.nonce} at=\\d+$`));
    assert.equal(taken?.latestVersion, 2);
    assert.equal(claimant.lease.templateId, taken.id);
    assert.ok(!claimant.lease.isLost);
  });

  it("waits as long as a lease lasts before it takes a maker for gone, and says so", async () => {
    const account = new Account([record(idOf(URN, 0), creating())]);
    await claimId(account.claimant(), URN, new Set());
    assert.ok(account.time - NOW >= LAPSED_MS);
    assert.match(account.said.join(), /an earlier run began mi-\w+ and did not finish; waiting up to 120 s/);
  });

  it("waits for nothing where the maker was last heard of more than an hour ago", async () => {
    const account = new Account([record(idOf(URN, 0), creating(NOW - 2 * 60 * 60_000))]);
    account.time = NOW + 60 * 60_000;
    await claimId(account.claimant(), URN, new Set());
    assert.deepEqual([account.time, account.said], [NOW + 60 * 60_000, []]);
  });

  it("makes another machine once the one that it waited for is a state's", async () => {
    const account = new Account([record(idOf(URN, 0), creating())], ({ time, records: [first] }) => {
      if (first !== undefined && time > NOW + 60_000) {
        first.tags = { ...first.tags, [TAG.phase]: READY };
      }
    });
    assert.equal(await claimId(account.claimant(), URN, new Set()), idOf(URN, 1));
    assert.equal(account.records[0]?.latestVersion, 1);
  });

  it("never takes up the record of a maker that renews its lease: in the end it says who is at it", async () => {
    const account = new Account([record(idOf(URN, 0), creating())], ({ time, records: [first] }) => {
      if (first !== undefined) {
        first.tags = { ...first.tags, [TAG.lease]: leaseTag(time - (time % RENEW_MS)) };
      }
    });
    await assert.rejects(claimId(account.claimant(), URN, new Set()), (error: unknown) => {
      assert.ok(error instanceof MadeElsewhere);
      assert.match(error.message, /another run is making mi-\w+, a machine of this very name, and is not done yet/);
      return true;
    });
    assert.equal(account.records[0]?.latestVersion, 1);
  });

  it("leaves the record to another create that took it up in the same moment", async () => {
    const account = new Account([record(idOf(URN, 0), creating())]);
    const first = account.claimant();
    const second = account.claimant();
    const create = second.ec2.createLaunchTemplateVersion.bind(second.ec2);
    let isOvertaken = false;
    second.ec2.createLaunchTemplateVersion = async (request) => {
      if (!isOvertaken) {
        isOvertaken = true;
        await claimId(first, URN, new Set());
        // It gets to its end.
        account.mark(request.templateId, phaseTag({ state: "ready", by: first.lease.nonce }));
      }
      return create(request);
    };
    assert.equal(await claimId(second, URN, new Set()), idOf(URN, 1));
    assert.equal(second.lease.templateId, undefined);
  });

  it("leaves the record to a maker that was slow, and marks it as ready in the same moment", async () => {
    const account = new Account([record(idOf(URN, 0), creating())]);
    const claimant = account.claimant();
    const create = claimant.ec2.createLaunchTemplateVersion.bind(claimant.ec2);
    claimant.ec2.createLaunchTemplateVersion = (request) => {
      account.mark(request.templateId, READY);
      return create(request);
    };
    assert.equal(await claimId(claimant, URN, new Set()), idOf(URN, 1));
    assert.equal(account.records[0]?.tags[TAG.phase], READY);
  });

  it("never takes over what is ready, nor what an older version left as creating, and counts on", async () => {
    assert.equal(await claimed([record(idOf(URN, 0), READY)]), idOf(URN, 1));
    assert.equal(await claimed([record(idOf(URN, 0), "creating")]), idOf(URN, 1));
    assert.equal(await claimed([record(idOf(URN, 0), "ready"), record(idOf(URN, 1), READY)]), idOf(URN, 2));
  });

  it("counts on past an id that was found to be somebody else's", async () => {
    assert.equal(await claimed([], [idOf(URN, 0)]), idOf(URN, 1));
    assert.equal(await claimed([record(idOf(URN, 0), creating(), `${URN}2`)], [idOf(URN, 0)]), idOf(URN, 1));
  });
});

describe("takeOver", () => {
  const OTHER = `${URN}2`;

  it("makes a machine that is ready the resource's, URN and all", async () => {
    const account = new Account([record("mi-0000000000000000b", READY, OTHER)]);
    const claimant = account.claimant();
    await takeOver(claimant, "mi-0000000000000000b", URN);
    const { tags } = account.records[0] ?? assert.fail();
    assert.equal(tags[TAG.urn], urnTag(URN));
    assert.match(tags[TAG.phase] ?? "", new RegExp(`^creating by=${claimant.lease.nonce} `));
  });

  it("is refused where there is no such machine", async () => {
    await assert.rejects(
      takeOver(new Account([]).claimant(), "mi-0000000000000000b", URN),
      /mi-0000000000000000b \(adopt\.managedInstanceId\) is no managed instance of this account/,
    );
  });

  it("is refused where a run that makes it gets to its end", async () => {
    const account = new Account([record("mi-0000000000000000b", creating(), OTHER)], ({ records: [first] }) => {
      if (first !== undefined) {
        first.tags = { ...first.tags, [TAG.phase]: READY };
      }
    });
    await assert.rejects(takeOver(account.claimant(), "mi-0000000000000000b", URN), /another run was at mi-/);
    assert.equal(account.records[0]?.tags[TAG.urn], urnTag(OTHER));
  });
});

describe("isUnfinished", () => {
  it("is so for a record of the same URN that a create of this version began", () => {
    assert.ok(isUnfinished(record("mi-1", creating()), URN));
    assert.ok(!isUnfinished(record("mi-1", READY), URN));
    assert.ok(!isUnfinished(record("mi-1", "creating"), URN));
    assert.ok(!isUnfinished(record("mi-1", "creating by=who knows"), URN));
    assert.ok(!isUnfinished(record("mi-1", creating()), `${URN}2`));
  });
});
