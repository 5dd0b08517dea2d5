import assert from "node:assert/strict";
import type { Properties } from "../../provider/model/properties";
import { destroyed } from "./engine/steps/volumes";
import { program } from "./support";
import { failureOf, made, only, up } from "./world";
import { identityOf, type Machine, machineOf } from "./machine";

describe("a root volume", () => {
  const WHOLE = { size: 20, type: "gp3", iops: 4000, throughput: 250, encrypted: true, kmsKeyId: "alias/mine" };
  const shape = ({ volume }: Machine): Properties => {
    const { size, volumeType: type, iops, throughput, encrypted, kmsKeyId } = volume;
    return { size, type, iops, throughput, encrypted, kmsKeyId };
  };

  it("has every option that is declared", async () => {
    const owner = await up({ rootVolume: WHOLE });
    assert.deepEqual(shape(machineOf(owner)), WHOLE);
    await destroyed(owner);
  });

  for (const [name, value] of Object.entries({
    ...WHOLE,
    type: "io2",
    size: 30,
    iops: 6000,
    throughput: 300,
    encrypted: false,
    kmsKeyId: "alias/other",
  })) {
    it(`with another ${name}: the instance is replaced, and the identity kept`, async () => {
      const changed: Properties = { ...WHOLE, [name]: value };
      const unfit = [...(name === "type" ? ["throughput"] : []), ...(name === "encrypted" ? ["kmsKeyId"] : [])];
      const rootVolume = Object.fromEntries(Object.entries(changed).filter(([key]) => !unfit.includes(key)));
      const owner = await up({ rootVolume: WHOLE, elasticIp: true });
      const was = machineOf(owner);
      await owner.up(program({ rootVolume, elasticIp: true }));
      const now = machineOf(owner);
      assert.equal(shape(now)[name], value);
      assert.notEqual(now.instance.instanceId, was.instance.instanceId);
      assert.deepEqual(identityOf(now), identityOf(was));
      await destroyed(owner);
    });
  }

  it("that is no longer declared is the image's own again", async () => {
    const plain = shape(machineOf(await up()));
    const owner = await up({ rootVolume: WHOLE });
    await owner.up(program());
    assert.deepEqual(shape(machineOf(owner)), plain);
    assert.notDeepEqual(plain, WHOLE);
    await destroyed(owner);
  });

  it("smaller than the image: the instance keeps running, and the sentence says so", async () => {
    const owner = await up();
    const was = machineOf(owner);
    const failure = await failureOf(owner.up(program({ rootVolume: { size: 1 } })));
    assert.match(
      failure.message,
      /rootVolume\.size: 1 GiB is asked for as the root volume, and the one of the image ami-\w+ has 8 GiB/,
    );
    assert.equal(only(made(owner).instances).instanceId, was.instance.instanceId);
    await destroyed(owner);
  });
});
