/** The provider process is killed, or two of them are at work: the next `up` finishes the one machine. */
import assert from "node:assert/strict";
import { AllocateAddressCommand, type EC2Client } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { interposed, shuffled } from "./interruptions";
import { destroyedAtEveryCall, killedAfter, killedAtEveryCall, killedBefore, killedUp } from "./kills";
import { program, type Stack } from "./support";
import { identityOf, later, machineOf, made, nothingIsLeft, only, quick, somebody, up } from "./world";

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
  it("is found again: the same machine, and nothing is made", async () => {
    const unheard = await up({ elasticIp: true });
    const before = machineOf(unheard);
    unheard.calls();
    const next = quick({ on: unheard });
    assert.equal(await next.up(program({ elasticIp: true })), "create");
    assert.deepEqual(next.calls("mutating"), []);
    assert.deepEqual(identityOf(machineOf(next)), identityOf(before));
    assert.equal(next.outputs.instanceId, before.instance.instanceId);
  });

  for (const proof of ["update", "refresh"] as const) {
    it(`is never taken over once ${proof === "update" ? "an update" : "a refresh"} has proved that a state has it`, async () => {
      const owner = await up();
      await (proof === "refresh" ? owner.refresh() : owner.up(program({ tags: { Team: "a" } })));
      assert.equal(machineOf(owner).template.tags[TAG.phase], "ready");
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

  it("of another URN is left alone", async () => {
    const owner = await up();
    const other = quick({ on: owner });
    await other.up(program({ resourceUrn: `${String(program().resourceUrn)}-2` }));
    assert.notEqual(other.recorded?.id, owner.recorded?.id);
    await other.destroy();
    later(owner);
    machineOf(owner);
  });
});

async function meet(seed: number, inputs: Properties): Promise<Stack> {
  const account = quick();
  const first = quick({ on: account, through: shuffled(seed) });
  const second = quick({ on: account, through: shuffled(seed + 1000) });
  // What a preview looks up is no part of how they meet.
  await first.preview(program(inputs));
  await second.preview(program(inputs));
  await Promise.allSettled([first.up(program(inputs)), second.up(program(inputs))]);
  return second;
}

describe("two creates of one resource at once", () => {
  it("makes one machine when two begin in the same second", async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const heard = await meet(seed, { elasticIp: true });
      assert.equal(made(heard).templates.length, 1, `seed ${seed}: two records, two machines`);
      // Where the two were in each other's way, it takes another up.
      await heard.up(program({ elasticIp: true }));
      machineOf(heard);
      assert.equal(made(heard).elasticIps.length, 1, `seed ${seed}`);
    }
  });

  it("goes on with the interface that another run made with the same token, and has launched on by now", async () => {
    const account = quick();
    const first = quick({ on: account });
    // The second finds the record and no interface; before it makes one, the first gets to its end.
    let begun: Promise<unknown> = Promise.resolve();
    const second = quick({
      on: account,
      through: interposed({ before: (action) => (action === "CreateNetworkInterface" ? finishFirst() : undefined) }),
    });
    await killedUp(account, killedBefore("CreateNetworkInterface"), program());
    assert.equal(made(account).templates.length, 1);
    assert.equal(made(account).networkInterfaces.length, 0);
    const finishFirst = async (): Promise<void> => {
      begun = first.up(program());
      await begun;
    };
    await second.up(program());
    assert.equal(second.outputs.instanceId, only(made(account).instances).instanceId);
  });

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it("end in one machine, whenever the second comes after the first has made its record", async () => {
    for (let turns = 0; turns <= 48; turns += 4) {
      const account = quick();
      const first = quick({ on: account, through: shuffled(turns) });
      const second = quick({ on: account, through: shuffled(turns + 7) });
      const running = first.up(program({ elasticIp: true })).catch(() => undefined);
      for (let waited = 0; waited < 1000 && made(account).templates.length === 0; waited++) {
        await turn();
      }
      for (let waited = 0; waited < turns; waited++) {
        await turn();
      }
      await second.up(program({ elasticIp: true })).catch(() => undefined);
      await running;
      // The one that is heard; where the two were in each other's way, it takes another up.
      await second.up(program({ elasticIp: true }));
      machineOf(second);
      assert.equal(only(made(account).elasticIps).allocationId, second.outputs.allocationId);
    }
  });

  it("end in one machine when the second comes after the first is done", async () => {
    const first = await up({ elasticIp: true });
    const second = quick({ on: first });
    await second.up(program({ elasticIp: true }));
    machineOf(first);
    machineOf(second);
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
    // Ready, so that the kill meets the change and not the marking.
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

  it("of the image: one instance of the new one, on the same identity", async () => {
    await finishes({ after: { imageId: WELL_KNOWN.imageV2 }, keeps: true });
  });

  it("of the image on spot", async () => {
    const market = { lifecycle: "spot" };
    await finishes({ before: { market }, after: { market, imageId: WELL_KNOWN.imageV2 }, keeps: true });
  });

  it("of the subnet: one interface in the new subnet, the Elastic IP moved along", async () => {
    const before = { instanceType: "t3.micro" };
    await finishes({ before, after: { ...before, subnetId: WELL_KNOWN.subnetB }, keeps: false });
  });

  it("of the image, and taken back: one instance of the old image, on the same identity", async () => {
    await finishes({ after: { imageId: WELL_KNOWN.imageV2 }, keeps: true }, {});
  });

  it("of the subnet, and taken back: one interface in the old subnet", async () => {
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
