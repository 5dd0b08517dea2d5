/** `market`: how an instance is bought. */
import assert from "node:assert/strict";
import { holderOf, pathBetween, said } from "./holder";
import { program } from "./support";
import { made, only, settled, up } from "./world";

const SPOT = { market: { lifecycle: "spot" } };

describe("market", () => {
  it("buys on demand by default, and goes to spot and back by replacement, on the same identity", async () => {
    const owner = await up({ elasticIp: true });
    const was = holderOf(owner);
    assert.equal(owner.outputs.lifecycle, "on-demand");
    assert.match(await said(owner, { elasticIp: true, ...SPOT }), /^replaces i-\w+ \(market\), terminate-first,/);
    await owner.up(program({ elasticIp: true, ...SPOT }));
    const spot = holderOf(owner);
    assert.equal(owner.outputs.lifecycle, "spot");
    assert.deepEqual(spot.identity, was.identity);
    await settled(owner, { elasticIp: true, ...SPOT });
    await owner.up(program({ elasticIp: true }));
    assert.equal(owner.outputs.lifecycle, "on-demand");
    assert.deepEqual(holderOf(owner).identity, was.identity);
    await settled(owner, { elasticIp: true });
  });

  it("asks for one instance, once: no request launches another by itself", async () => {
    const owner = await up(SPOT);
    const request = only(made(owner).spotRequests);
    assert.equal(request.type, "one-time");
    owner.simulator.interrupt({ instanceId: String(owner.outputs.instanceId) });
    owner.clock.advance(3_600_000);
    assert.deepEqual(made(owner).instances, []);
    assert.deepEqual(made(owner).spotRequests, []);
    await owner.refresh();
    assert.equal(owner.outputs.state, "missing");
    await owner.up(program(SPOT));
    holderOf(owner);
  });

  it("sets, changes and clears the price limit, each by replacement", async () => {
    const owner = await up(SPOT);
    const limit = (): unknown => only(made(owner).spotRequests).maxPrice;
    const unset = limit();
    for (const maxPrice of ["0.09", "0.095"]) {
      const wanted = { market: { lifecycle: "spot", maxPrice } };
      const was = holderOf(owner);
      await owner.up(program(wanted));
      assert.equal(pathBetween(was, holderOf(owner)), "terminate-first");
      assert.equal(Number(limit()), Number(maxPrice));
      await settled(owner, wanted);
    }
    const was = holderOf(owner);
    await owner.up(program(SPOT));
    assert.equal(pathBetween(was, holderOf(owner)), "terminate-first");
    assert.equal(limit(), unset);
    await settled(owner, SPOT);
  });
});
