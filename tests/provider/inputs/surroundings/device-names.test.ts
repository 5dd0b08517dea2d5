import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../../../local/ec2";
import { type Inputs, ofCreate, ofUpdate, only, scene, type Scene } from "./scene";

describe("a device name of Windows", () => {
  const volume = (deviceName: string): Inputs => ({ dataVolumes: [{ name: "data", deviceName, size: 10 }] });

  function windows(): Scene {
    const the = scene();
    const state = the.simulator.snapshot();
    Object.assign(state.images[WELL_KNOWN.imageV2] ?? {}, { platform: "windows" });
    the.simulator.restore(state);
    return the;
  }

  it("is for an image of Windows, which takes Linux's names too", async () => {
    const the = windows();
    for (const deviceName of ["xvdf", "xvdca", "/dev/sdf"]) {
      assert.deepEqual(await ofCreate(the, { imageId: WELL_KNOWN.imageV2, ...volume(deviceName) }), []);
    }
  });

  it("is refused with an image of Linux, as soon as the volume or the image changes", async () => {
    const the = windows();
    const reason = `dataVolumes[0].deviceName: xvdf is a device name for Windows, but imageId: ${WELL_KNOWN.imageV1} is for Linux; write /dev/sdf, or another of /dev/sdf to /dev/sdp`;
    const failure = { property: "dataVolumes[0].deviceName", reason };
    assert.deepEqual(await only(ofCreate(the, volume("xvdf"))), failure);
    const before = { imageId: WELL_KNOWN.imageV2, ...volume("xvdf") };
    assert.deepEqual(await only(ofUpdate(the, before, { imageId: WELL_KNOWN.imageV1 })), failure);
    assert.deepEqual(await ofCreate(the, { imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}`, ...volume("xvdf") }), []);
  });
});
