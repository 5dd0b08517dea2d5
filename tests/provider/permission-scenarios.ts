/** Each thing that a machine can be asked for, from where it begins, with the rights of a policy. */
import { DeleteNetworkInterfaceCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import type { Properties } from "../../provider/model/properties";
import { fitting, interfaceByHand, launchedByHand } from "./by-hand";
import { withVersions } from "./many-versions";
import { isAdoption, LIFE, type Policy } from "./policies";
import { program, type Stack } from "./support";
import { later, quick, somebody } from "./world";

export const PERMITTED_VOLUME = { name: "data", deviceName: "/dev/sdf", size: 10 };
const LOGS = { name: "logs", deviceName: "/dev/sdg", size: 10 };
const DELETES = { deletion: { dataVolumes: "delete" } };
const SPOT = { market: { lifecycle: "spot" } };
const IMAGE = { imageId: WELL_KNOWN.imageV2 };

const ONCE = { recycleTriggers: { at: "1" } };
const AGAIN = { recycleTriggers: { at: "2" } };
const DRAINED = { replacement: { drainSeconds: 30 } };
/** Inputs for things that outlive an instance, and for the role that each one has. */
const HELD = { ...DELETES, dataVolumes: [PERMITTED_VOLUME], elasticIp: true, iamInstanceProfile: "demo" };

const DUAL_STACK = { subnetId: WELL_KNOWN.dualStackSubnet };

const EVERYTHING = {
  ...DUAL_STACK,
  ...SPOT,
  ...DELETES,
  elasticIp: true,
  secondaryPrivateIpCount: 1,
  ipv6AddressCount: 1,
  iamInstanceProfile: "demo",
  dataVolumes: [PERMITTED_VOLUME],
  tags: { Team: "a" },
  replacement: { waitFor: "status-ok" },
};

const FEW = {
  ...DUAL_STACK,
  securityGroupIds: [WELL_KNOWN.otherSecurityGroup],
  tags: { Team: "a" },
};
const MANY = {
  ...DUAL_STACK,
  elasticIp: true,
  secondaryPrivateIpCount: 2,
  ipv6AddressCount: 2,
  iamInstanceProfile: "demo",
  monitoring: true,
  sourceDestCheck: false,
  metadataOptions: { httpTokens: "optional" },
  tags: { Stage: "b" },
};

/** Brings the machine to where the scenario begins, and gives what is wanted then; nothing: its end. */
type Prepare = (owner: Stack) => Promise<Properties | undefined>;

/** The simulated account has one to begin with. */
function addProfile({ simulator }: Stack, name: string): void {
  const world = simulator.snapshot();
  const arn = `arn:aws:iam::${world.accountId}:instance-profile/${name}`;
  world.instanceProfiles[name] = { name, arn, id: "AIPAOTHER000000000001" };
  simulator.restore(world);
}

/** From what is up to what is wanted. */
function change(before: Properties, after: Properties | undefined): Prepare {
  return async (owner) => {
    await owner.up(program(before));
    return after === undefined ? undefined : program(after);
  };
}

function strategy(name: string, after: Properties, more: Properties = {}): Prepare {
  const base = { elasticIp: true, replacement: { strategy: name }, ...more };
  return change(base, { ...base, ...after });
}

export const PERMISSION_SCENARIOS: Readonly<Record<string, Prepare>> = {
  "create with everything": () => Promise.resolve(program(EVERYTHING)),
  "more of what changes in place": change(FEW, MANY),
  "less of it, and another profile": async (owner) => {
    addProfile(owner, "other");
    return change(MANY, { ...FEW, iamInstanceProfile: "other" })(owner);
  },
  "no profile": change({ iamInstanceProfile: "demo" }, {}),
  "terminate-first": strategy("terminate-first", IMAGE, { ...DELETES, dataVolumes: [PERMITTED_VOLUME] }),
  "root-volume": strategy("root-volume", IMAGE),
  "stop-start": strategy("stop-start", { instanceType: "m6i.large", userData: "#!/bin/sh\n" }),
  overlap: strategy("overlap", IMAGE),
  "another subnet": change(
    { elasticIp: true, instanceType: "t3.medium" },
    { elasticIp: true, instanceType: "t3.medium", subnetId: WELL_KNOWN.subnetB },
  ),
  "another assignment of a public address": change({ publicIpAssignment: "assign" }, { publicIpAssignment: "none" }),
  pause: change({}, { desiredState: "paused" }),
  "pause of spot": change(SPOT, { ...SPOT, desiredState: "paused" }),
  resume: change({ desiredState: "paused" }, {}),
  "resume of what is stopped": async (owner) => {
    await owner.up(program());
    return change({ desiredState: "paused" }, {})(owner);
  },
  recycle: change({ ...HELD, ...ONCE }, { ...HELD, ...AGAIN }),
  "recycle of spot": change({ ...HELD, ...SPOT, ...ONCE }, { ...HELD, ...SPOT, ...AGAIN }),
  "recycle by overlap": strategy("overlap", AGAIN, ONCE),
  "pause after draining": change(DRAINED, { ...DRAINED, desiredState: "paused" }),
  "data volumes": change(
    { ...DELETES, dataVolumes: [PERMITTED_VOLUME, LOGS] },
    { ...DELETES, dataVolumes: [{ ...PERMITTED_VOLUME, size: 20 }] },
  ),
  "a data volume of a snapshot": change(DELETES, {
    ...DELETES,
    dataVolumes: [{ ...PERMITTED_VOLUME, snapshotId: WELL_KNOWN.imageV1.replace("ami-", "snap-") }],
  }),
  "adoption of a running instance": async (owner) => fitting(await launchedByHand(owner)),
  "adoption of an Elastic IP": async (owner) => {
    const { networkInterfaceId, allocationId } = await interfaceByHand(owner);
    await somebody(owner).send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: networkInterfaceId }));
    return program({ elasticIp: allocationId });
  },
  "adoption by replacement": async (owner) => {
    const had = await launchedByHand(owner, { IamInstanceProfile: { Name: "demo" } });
    return fitting(had, {
      ...IMAGE,
      dataVolumes: [{ ...PERMITTED_VOLUME, size: undefined, volumeId: had.dataVolumeId }],
    });
  },
  "a record with many versions": async (owner) => {
    await owner.up(program());
    withVersions(owner, 30);
    return program(IMAGE);
  },
  destroy: change(EVERYTHING, undefined),
};

interface Beginning {
  world: ReturnType<Stack["simulator"]["snapshot"]>;
  at: number;
  recorded: Stack["recorded"];
  wanted: Properties | undefined;
}

const beginnings = new Map<string, Promise<Beginning>>();

async function prepared(name: string): Promise<Beginning> {
  const owner = quick();
  if (!isAdoption(name)) {
    owner.simulator.iam.attach(LIFE);
  }
  const wanted = await PERMISSION_SCENARIOS[name]?.(owner);
  later(owner);
  return { world: owner.simulator.snapshot(), at: owner.clock.now(), recorded: owner.recorded, wanted };
}

/** Where a scenario begins, with these rights from then on. */
export async function beginning(
  name: string,
  policy: Policy,
): Promise<{ owner: Stack; wanted: Properties | undefined }> {
  const first = beginnings.get(name) ?? prepared(name);
  beginnings.set(name, first);
  const { world, at, recorded, wanted } = await first;
  const owner = quick();
  owner.clock.advance(at - owner.clock.now());
  owner.simulator.restore(world);
  owner.simulator.iam.attach(policy);
  owner.recorded = structuredClone(recorded);
  return { owner, wanted };
}

export async function carriedOut(owner: Stack, wanted: Properties | undefined): Promise<void> {
  await (wanted === undefined ? owner.destroy() : owner.up(wanted));
}
