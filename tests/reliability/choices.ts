/** The changes that a user of a random history chooses from, and the things that go wrong while a command runs. */
import fc from "fast-check";
import { type Fault, WELL_KNOWN } from "../../local/ec2";
import { URN } from "../provider/support";
import type { Properties } from "./purpose";

/** Something that goes wrong while a command runs. */
export type Trouble = { killedAtCall: number; when: "before" | "after" } | { fault: Fault };

const VOLUME = { name: "data", deviceName: "/dev/sdf", size: 10 };
/** Stands for an Elastic IP of somebody's, which is there from the beginning. */
export const GIVEN = "(given)";

export const FALLBACK = ["m5.large"];
export const OTHER_URN = URN.replace(/web$/, "site");

/** The values that a user may choose; each by itself a thing that `check` may also refuse beside the others. */
const CHANGES: Readonly<Record<string, readonly unknown[]>> = {
  imageId: [WELL_KNOWN.imageV1, WELL_KNOWN.imageV2],
  // Types that both zones have.
  instanceType: ["m6i.large", "m6i.xlarge"],
  fallbackInstanceTypes: [undefined, FALLBACK],
  userData: [undefined, "#!/bin/sh\n"],
  recycleTriggers: [undefined, { at: "1" }, { at: "2" }],
  elasticIp: [undefined, true, GIVEN],
  secondaryPrivateIpCount: [undefined, 0, 1, 2],
  privateIp: [undefined, "10.0.1.77", "10.0.1.78"],
  subnetId: [WELL_KNOWN.subnetA, WELL_KNOWN.subnetB],
  persistPrivateIp: [undefined, true, false],
  publicIpAssignment: [undefined, "assign", "none"],
  sourceDestCheck: [undefined, false],
  securityGroupIds: [undefined, [WELL_KNOWN.otherSecurityGroup]],
  market: [undefined, { lifecycle: "spot" }],
  monitoring: [undefined, true],
  metadataOptions: [undefined, { httpTokens: "optional" }],
  iamInstanceProfile: [undefined, WELL_KNOWN.instanceProfile],
  dataVolumes: [undefined, [VOLUME], [VOLUME, { name: "log", deviceName: "/dev/sdg", size: 5 }]],
  tags: [undefined, { Team: "db" }],
  desiredState: [undefined, "paused"],
  pauseBehavior: [undefined, "terminate"],
  replacement: [
    undefined,
    ...["root-volume", "stop-start", "overlap", "auto"].map((strategy) => ({ strategy })),
    { drainSeconds: 20, waitFor: "status-ok" },
    { rollbackOnFailure: false },
  ],
  deletion: [undefined, { networkInterface: "retain", elasticIp: "retain" }, { dataVolumes: "delete" }],
};

const change = fc.oneof(
  ...Object.entries(CHANGES).map(([name, values]) =>
    fc.constantFrom(...values).map((value): Properties => ({ [name]: value })),
  ),
);
export const changes = fc
  .array(change, { maxLength: 3 })
  .map((parts): Properties => Object.assign({}, ...parts) as Properties);

const FAULTS: readonly Fault[] = [
  { action: "*", error: { code: "RequestLimitExceeded", status: 503 }, probability: 0.3 },
  { action: "*", reset: true, probability: 0.05 },
  { action: "*", reset: true, afterEffect: true, probability: 0.05 },
  { action: "Describe*", error: { code: "InternalError", status: 500 }, probability: 0.2 },
  { action: "RunInstances", error: { code: "InsufficientInstanceCapacity", status: 500 }, times: 2 },
  { action: "RunInstances", error: { code: "UnauthorizedOperation", status: 403 } },
  { action: "CreateNetworkInterface", error: { code: "NetworkInterfaceLimitExceeded", status: 400 } },
  { action: "AssociateAddress", error: { code: "UnauthorizedOperation", status: 403 } },
  { action: "TerminateInstances", hang: true, times: 1, afterEffect: true },
  { action: "CreateTags", error: { code: "InternalError", status: 500 }, probability: 0.5 },
  { action: "AttachNetworkInterface", error: { code: "IncorrectState", status: 400 }, times: 1 },
  { action: "AttachVolume", error: { code: "VolumeInUse", status: 400 }, times: 1 },
];

export const trouble = fc.option(
  fc.oneof(
    fc.record({ killedAtCall: fc.integer({ min: 1, max: 45 }), when: fc.constantFrom("before", "after") }),
    fc.record({ fault: fc.constantFrom(...FAULTS) }),
  ),
  { nil: undefined, freq: 1 },
);
