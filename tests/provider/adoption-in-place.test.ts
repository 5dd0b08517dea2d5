/**
 * Adoption of an instance that differs in settings which are changed while it runs: the preview says each, and the up does just that.
 */
import assert from "node:assert/strict";
import { AttachNetworkInterfaceCommand, ModifyNetworkInterfaceAttributeCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import type { Properties } from "../../provider/model/properties";
import { announced, type ByHand, fitting, interfaceByHand, interfaceIn, launchedByHand } from "./by-hand";
import { later, made, quick, somebody } from "./world";

describe("adoption of an instance that fits", () => {
  it("says at preview that it fits, and changes nothing there", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    owner.calls();
    assert.equal(
      await announced(owner, fitting(had)),
      `web: adopts ${had.instanceId} on ${had.networkInterfaceId} with ${had.privateIp}, ${had.publicIp}; it fits and keeps running`,
    );
    assert.deepEqual(owner.calls("mutating"), []);
  });

  const IN_PLACE: [what: string, inputs: (had: ByHand) => Properties, said: (had: ByHand) => string, action: string][] =
    [
      [
        "other security groups",
        () => ({ securityGroupIds: [WELL_KNOWN.securityGroup] }),
        () => `sets its security groups to ${WELL_KNOWN.securityGroup} (now ${WELL_KNOWN.otherSecurityGroup})`,
        "ModifyNetworkInterfaceAttribute",
      ],
      [
        "another source/destination check",
        () => ({ sourceDestCheck: false }),
        () => "switches its source/destination check off",
        "ModifyNetworkInterfaceAttribute",
      ],
      [
        "other metadata options",
        () => ({ metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 3 } }),
        () => "sets its metadata options: httpPutResponseHopLimit 3 (now 2)",
        "ModifyInstanceMetadataOptions",
      ],
      [
        "detailed monitoring",
        () => ({ monitoring: true }),
        () => "switches its detailed monitoring on",
        "MonitorInstances",
      ],
      [
        "an instance profile",
        () => ({ iamInstanceProfile: WELL_KNOWN.instanceProfile }),
        () => `sets its instance profile to ${WELL_KNOWN.instanceProfile}`,
        "AssociateIamInstanceProfile",
      ],
      [
        "more addresses",
        () => ({ secondaryPrivateIpCount: 2 }),
        () => "gives it 2 more secondary private IPs",
        "AssignPrivateIpAddresses",
      ],
      [
        "a data volume under another device name",
        ({ dataVolumeId: volumeId }) => ({ dataVolumes: [{ name: "data", deviceName: "/dev/sdg", volumeId }] }),
        ({ dataVolumeId }) =>
          `takes the data volume data (${dataVolumeId}) off /dev/sdf and attaches it again as /dev/sdg: unmount it in the guest before, which keeps it while it is mounted`,
        "DetachVolume",
      ],
      [
        "a larger data volume",
        ({ dataVolumeId: volumeId }) => ({
          dataVolumes: [{ name: "data", deviceName: "/dev/sdf", volumeId, size: 80 }],
        }),
        ({ dataVolumeId }) =>
          `changes the data volume data (${dataVolumeId}) from 40 to 80 GiB (none can shrink again)`,
        "ModifyVolume",
      ],
    ];

  for (const [what, overrides, said, action] of IN_PLACE) {
    it(`says at preview that it gets ${what} in place, and does just that`, async () => {
      const owner = quick();
      const had = await launchedByHand(owner);
      const inputs = fitting(had, overrides(had));
      const line = await announced(owner, inputs);
      assert.ok(line.endsWith(`; it fits and keeps running; ${said(had)}`), line);
      owner.calls();
      await owner.up(inputs);
      assert.ok(owner.calls("mutating").includes(action));
      assert.equal(owner.outputs.instanceId, had.instanceId);
      assert.equal(await owner.up(inputs), "same");
    });
  }

  for (const [title, AssociatePublicIpAddress] of [
    ["and which changing address that takes from it", true],
    ["and of no other address where it has none", false],
  ] as const) {
    it(`says at preview that it gets an Elastic IP, ${title}`, async () => {
      const owner = quick();
      const place = { DeviceIndex: 0, SubnetId: WELL_KNOWN.subnetA, Groups: [WELL_KNOWN.otherSecurityGroup] };
      const launch = { NetworkInterfaces: [{ ...place, AssociatePublicIpAddress }] };
      const had = await launchedByHand(owner, launch, { waits: false });
      later(owner);
      const { autoPublicIp } = interfaceIn(owner, had.networkInterfaceId);
      assert.equal(autoPublicIp !== undefined, AssociatePublicIpAddress);
      const goes = autoPublicIp === undefined ? "" : ` in place of ${autoPublicIp} (released for good)`;
      const inputs = fitting(had, { elasticIp: true });
      const line = await announced(owner, inputs);
      assert.ok(line.endsWith(`; it fits and keeps running; puts a new Elastic IP on it${goes}`), line);
      await owner.up(inputs);
      assert.equal(interfaceIn(owner, had.networkInterfaceId).autoPublicIp, undefined);
    });
  }

  it("says at preview what becomes of its further interfaces, which no machine keeps", async () => {
    for (const [gone, fate] of [
      [true, "would be deleted"],
      [false, "would be left without an instance"],
    ] as const) {
      const owner = quick();
      const had = await launchedByHand(owner);
      const further = await interfaceByHand(owner, undefined, { elastic: false });
      const ec2 = somebody(owner);
      const { AttachmentId } = await ec2.send(
        new AttachNetworkInterfaceCommand({
          NetworkInterfaceId: further.networkInterfaceId,
          InstanceId: had.instanceId,
          DeviceIndex: 1,
        }),
      );
      await ec2.send(
        new ModifyNetworkInterfaceAttributeCommand({
          NetworkInterfaceId: further.networkInterfaceId,
          Attachment: { AttachmentId, DeleteOnTermination: gone },
        }),
      );
      const named = `${further.networkInterfaceId} (${further.privateIp})`;
      const line = await announced(owner, fitting(had));
      assert.ok(
        line.endsWith(
          `; it fits and keeps running; at its first replacement ${named} ${fate}, which this machine does not keep`,
        ),
        line,
      );
      const goes = gone
        ? `${had.rootVolumeId}, ${had.dataVolumeId}, ${named} would be deleted with it`
        : `${had.rootVolumeId}, ${had.dataVolumeId} would be deleted with it; ${named} would be left without an instance`;
      const replaced = await announced(owner, fitting(had, { imageId: WELL_KNOWN.imageV2 }));
      assert.ok(replaced.endsWith(`, terminate-first, about 41 s dark; ${goes}`), replaced);
      await owner.up(fitting(had));
      const changed = await announced(owner, fitting(had, { imageId: WELL_KNOWN.imageV2 }));
      assert.ok(changed.endsWith(`; ${goes}`), changed);
      await owner.up(fitting(had, { imageId: WELL_KNOWN.imageV2 }));
      later(owner);
      const left = made(owner).networkInterfaces.map((it) => it.networkInterfaceId);
      assert.equal(left.includes(further.networkInterfaceId), !gone);
    }
  });
});
