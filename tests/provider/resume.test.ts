/** The provider process is killed, or two of them are at work: the next `up` finishes the one machine. */
import assert from "node:assert/strict";
import { AllocateAddressCommand, type EC2Client } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { shuffled } from "./interruptions";
import { destroyedAtEveryCall, killedAfter, killedAtEveryCall, killedUp, wasUnheard } from "./kills";
import { program, type Stack } from "./support";
import { asMadeBefore, holdingsOf, later, made, nothingIsLeft, only, quick, somebody, up } from "./world";
import { identityOf, machineOf } from "./machine";

type Properties = Record<string, unknown>;

async function allocate(ec2: EC2Client): Promise<string> {
  const { AllocationId = "" } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
  return AllocationId;
}

describe("a create that is killed", () => {
  /** The state heard nothing of it: the next `up` creates again. */
  async function finishes(inputs: Properties, afterwards: Properties = inputs): Promise<void> {
    const account = quick();
    const given = await allocate(somebody(account));
    const withGiven = (wanted: Properties): Properties =>
      program(wanted.elasticIp === "given" ? { ...wanted, elasticIp: given } : wanted);
    await killedAtEveryCall(
      account,
      (stack) => stack.up(withGiven(inputs)),
      async (next, point) => {
        if (await wasUnheard(next, withGiven(afterwards))) {
          return;
        }
        assert.equal(await next.up(withGiven(afterwards)), "create", point);
        machineOf(next);
        const owned = made(account).elasticIps.filter((it) => it.allocationId !== given);
        assert.equal(owned.length, afterwards.elasticIp === true ? 1 : 0, point);
        await next.destroy();
        later(account);
        nothingIsLeft(account, given);
      },
    );
  }

  it("is finished, not doubled, wherever it was killed", async () => {
    await finishes({ elasticIp: true, sourceDestCheck: false, tags: { Team: "a" } });
  });

  it("is finished on spot too", async () => {
    await finishes({ market: { lifecycle: "spot" } });
  });

  it("is finished with a given Elastic IP, which is still allocated after destroy", async () => {
    await finishes({ elasticIp: "given" });
  });

  it("is finished with an image behind an SSM parameter and a root volume", async () => {
    await finishes({ imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}`, rootVolume: { size: 20 } });
  });

  it("is finished as the program wants it by then", async () => {
    await finishes({ elasticIp: true }, { imageId: WELL_KNOWN.imageV2, privateIp: "10.0.1.77", tags: { Team: "b" } });
  });

  it("is finished under the id that it began with", async () => {
    const account = quick();
    await killedUp(account, killedAfter("CreateNetworkInterface"), program());
    const id = only(made(account).templates).launchTemplateName;
    const next = quick({ on: account });
    await next.up(program());
    assert.equal(next.recorded?.id, id);
  });
});

describe("a create that finished unheard", () => {
  it("is found again: the same machine, and nothing but its lease and its mark changes", async () => {
    const unheard = quick({ isAbandoned: () => made(unheard).instances.some((it) => it.state === "running") });
    await unheard.up(program({ elasticIp: true }));
    const before = machineOf(unheard);
    assert.match(before.template.tags[TAG.phase] ?? "", /^creating by=/);
    unheard.calls();
    const next = quick({ on: unheard });
    assert.equal(await next.up(program({ elasticIp: true })), "create");
    assert.deepEqual(next.calls("mutating"), ["CreateLaunchTemplateVersion", "CreateTags", "CreateTags"]);
    assert.deepEqual(identityOf(machineOf(next)), identityOf(before));
    assert.equal(next.outputs.instanceId, before.instance.instanceId);
    assert.match(machineOf(next).template.tags[TAG.phase] ?? "", /^ready by=/);
  });

  for (const proof of ["create", "update", "refresh"] as const) {
    it(`is never taken over once ${proof === "refresh" ? "a refresh" : `a heard ${proof}`} has proved that a state has it`, async () => {
      const owner = await up();
      if (proof !== "create") {
        await asMadeBefore(owner);
        await (proof === "refresh" ? owner.refresh() : owner.up(program({ tags: { Team: "a" } })));
      }
      assert.match(machineOf(owner).template.tags[TAG.phase] ?? "", /^ready( by=[0-9a-f]{16})?$/);
      const other = quick({ on: owner });
      await other.up(program());
      assert.notEqual(other.recorded?.id, owner.recorded?.id);
      assert.notEqual(other.outputs.instanceId, owner.outputs.instanceId);
      assert.notEqual(other.outputs.networkInterfaceId, owner.outputs.networkInterfaceId);
      await other.destroy();
      later(owner);
      machineOf(owner);
    });
  }

  it("for another URN is left alone", async () => {
    const owner = await up();
    const other = quick({ on: owner });
    await other.up(program({ resourceUrn: `${String(program().resourceUrn)}-2` }));
    assert.notEqual(other.recorded?.id, owner.recorded?.id);
    await other.destroy();
    later(owner);
    machineOf(owner);
  });
});

/** One state's machine: its record is ready, and what carries its id is what the state has on record. */
function isWhole(stack: Stack): void {
  const { id, outputs } = stack.recorded ?? assert.fail();
  const { templates, networkInterfaces, elasticIps, instances } = holdingsOf(stack, id);
  assert.match(templates[0]?.tags[TAG.phase] ?? "", /^ready /);
  assert.deepEqual(
    [networkInterfaces, elasticIps, instances].map((it) => it.length),
    [1, 1, 1],
  );
  assert.equal(networkInterfaces[0]?.networkInterfaceId, outputs.networkInterfaceId);
  assert.equal(elasticIps[0]?.allocationId, outputs.allocationId);
  assert.equal(instances[0]?.instanceId, outputs.instanceId);
}

describe("two creates of one resource at once, from two states", function () {
  this.timeout(120_000);

  const inputs = program({ elasticIp: true });
  /** Each pause of one is time that passes for the other too: in leaps, neither would get anywhere within its lease. */
  const SMALL_LEAP_MS = 2000;

  /** Two machines, or one and a refusal, which leaves nothing; never one machine in two states. */
  async function isSettled(first: Stack, second: Stack, at: string): Promise<void> {
    for (const stack of [first, second]) {
      if (stack.recorded === undefined) {
        await stack.up(inputs);
      }
      later(stack);
      await stack.refresh();
      isWhole(stack);
    }
    assert.notEqual(first.recorded?.id, second.recorded?.id, at);
    assert.equal(made(first).templates.length, 2, at);
    assert.equal(made(first).elasticIps.length, 2, at);
    await first.destroy();
    later(first);
    isWhole(second);
    await second.destroy();
    later(second);
    nothingIsLeft(first);
  }

  it("end as two machines when both begin in the same second", async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const account = quick();
      const first = quick({ on: account, through: shuffled(seed), leapMs: SMALL_LEAP_MS });
      const second = quick({ on: account, through: shuffled(seed + 1000), leapMs: SMALL_LEAP_MS });
      await Promise.allSettled([first.up(inputs), second.up(inputs)]);
      await isSettled(first, second, `seed ${seed}`);
    }
  });

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it("end as two machines, whenever the second comes after the first has made its record", async () => {
    for (let turns = 0; turns <= 48; turns += 8) {
      const account = quick();
      const first = quick({ on: account, through: shuffled(turns), leapMs: SMALL_LEAP_MS });
      const second = quick({ on: account, through: shuffled(turns + 7), leapMs: SMALL_LEAP_MS });
      const running = first.up(inputs).catch(() => undefined);
      for (let waited = 0; waited < 1000 && made(account).templates.length === 0; waited++) {
        await turn();
      }
      for (let waited = 0; waited < turns; waited++) {
        await turn();
      }
      await second.up(inputs).catch(() => undefined);
      await running;
      await isSettled(first, second, `after ${turns} turns`);
    }
  });

  it("end as two machines when both take up what a third began, whose process was killed", async () => {
    for (let seed = 1; seed <= 4; seed++) {
      const account = quick();
      await killedUp(account, killedAfter("CreateNetworkInterface"), inputs);
      const first = quick({ on: account, through: shuffled(seed), leapMs: SMALL_LEAP_MS });
      const second = quick({ on: account, through: shuffled(seed + 1000), leapMs: SMALL_LEAP_MS });
      await Promise.allSettled([first.up(inputs), second.up(inputs)]);
      await isSettled(first, second, `seed ${seed}`);
    }
  });
});

describe("an update that is killed", () => {
  interface Change {
    before?: Properties;
    after: Properties;
    /** Whether the network interface stays. */
    keeps: boolean;
  }

  /** The state still has what it had before: the next `up` updates again. */
  async function finishes({ before = {}, after, keeps }: Change, next: Properties = after): Promise<void> {
    const account = await up({ elasticIp: true, ...before });
    await account.up(program({ elasticIp: true, ...before, tags: { Stage: "x" } }));
    const { eip, ...was } = machineOf(account);
    await killedAtEveryCall(
      account,
      (stack) => stack.up(program({ elasticIp: true, ...after })),
      async (stack, point) => {
        await stack.up(program({ elasticIp: true, ...next }));
        later(account);
        const now = machineOf(stack);
        assert.equal(now.eip?.publicIp, eip?.publicIp, point);
        assert.equal(only(made(account).elasticIps).allocationId, eip?.allocationId, point);
        assert.equal("Stage" in now.eni.tags, false, point);
        if (keeps) {
          assert.deepEqual(identityOf(now), identityOf({ eip, ...was }), point);
        }
        assert.equal(now.instance.imageId, next.imageId ?? WELL_KNOWN.imageV1, point);
        assert.equal(await stack.up(program({ elasticIp: true, ...next })), "same", point);
      },
    );
  }

  it("while it changes the image leaves one instance of the new one, on the same identity", async () => {
    await finishes({ after: { imageId: WELL_KNOWN.imageV2 }, keeps: true });
  });

  it("while it changes the image on spot leaves one instance, too", async () => {
    const market = { lifecycle: "spot" };
    await finishes({ before: { market }, after: { market, imageId: WELL_KNOWN.imageV2 }, keeps: true });
  });

  it("while it changes the subnet leaves one interface in the new subnet, the Elastic IP moved along", async () => {
    const before = { instanceType: "t3.micro" };
    await finishes({ before, after: { ...before, subnetId: WELL_KNOWN.subnetB }, keeps: false });
  });

  it("while it changes the image, and is taken back, leaves one instance of the old image, on the same identity", async () => {
    await finishes({ after: { imageId: WELL_KNOWN.imageV2 }, keeps: true }, {});
  });

  it("while it changes the subnet, and is taken back, leaves one interface in the old subnet", async () => {
    const before = { instanceType: "t3.micro" };
    await finishes({ before, after: { ...before, subnetId: WELL_KNOWN.subnetB }, keeps: false }, before);
  });

  it("that allocates an Elastic IP allocates one only", async () => {
    const account = await up();
    await killedAtEveryCall(
      account,
      (stack) => stack.up(program({ elasticIp: true })),
      async (stack) => {
        await stack.up(program({ elasticIp: true }));
        machineOf(stack);
        assert.equal(made(account).elasticIps.length, 1);
      },
    );
  });
});

describe("a delete that is killed", () => {
  it("is finished by the next one, wherever it was killed", async () => {
    const account = await up({ elasticIp: true, market: { lifecycle: "spot" } });
    await destroyedAtEveryCall(account, () => {
      nothingIsLeft(account);
    });
  });
});
