/** The machines of the week, one of each kind, and a machine of somebody else's beside them. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../../local/ec2";
import { program, URN } from "../../provider/support";
import { type Properties } from "../purpose";
import { Watch } from "../invariants";
import type { Account } from "./account";
import { Declared } from "./declared";
import type { Foreign, Machine, Schedule } from "./machine";
import { createdBy } from "./operator";
import { MINUTE } from "./time";

const BERLIN = "Europe/Berlin";
const SPOT = { lifecycle: "spot" };

/** The program of each machine, beside the inputs that all have in common. */
const PROGRAMS: Readonly<Record<string, Properties>> = {
  web: { elasticIp: true, market: { ...SPOT, revertToSpot: "always" }, fallbackInstanceTypes: ["m5.large"] },
  api: {
    elasticIp: true,
    market: { ...SPOT, revertToSpot: { window: { from: "02:00", to: "05:00", timezone: BERLIN } } },
    replacement: { strategy: "overlap" },
  },
  db: {
    replacement: { strategy: "stop-start" },
    dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 10 }],
    fallbackInstanceTypes: ["m5.large"],
  },
  batch: {
    market: { ...SPOT, fallbackToOnDemand: false },
    fallbackInstanceTypes: ["m5.large"],
    schedules: [
      { action: "pause", cron: "30 1 * * *", timezone: BERLIN },
      { action: "resume", cron: "0 7 * * *", timezone: BERLIN },
    ],
  },
  nat: {
    elasticIp: true,
    sourceDestCheck: false,
    replacement: { strategy: "auto", waitFor: "status-ok" },
    schedules: [{ action: "recycle", cron: "30 2 * * *", timezone: BERLIN }],
  },
  office: {
    schedules: [
      { action: "pause", cron: "0 19 * * 1-5", timezone: BERLIN },
      { action: "resume", cron: "45 6 * * 1-5", timezone: BERLIN },
    ],
  },
  parked: { elasticIp: true, desiredState: "paused" },
};

export const IMAGES = [WELL_KNOWN.imageV1, WELL_KNOWN.imageV2] as const;
export const TYPES = ["m6i.large", "m6i.xlarge"] as const;

/** Makes all of them, and has the invariants looked at from then on. */
export async function fleetIn(account: Account): Promise<void> {
  const foreign = foreignMachine(account);
  await account.time.sleep(5 * MINUTE);
  account.watch = new Watch(account, undefined, () => account.states);
  const machines: Machine[] = [];
  account.fleet = { machines, foreign, commands: [] };
  for (const [name, inputs] of Object.entries(PROGRAMS)) {
    machines.push(await madeFrom(account, name, inputs));
  }
  account.checkInvariants();
}

async function madeFrom(account: Account, name: string, inputs: Properties): Promise<Machine> {
  const declared = program({
    resourceUrn: URN.replace(/web$/, name),
    imageId: IMAGES[0],
    instanceType: TYPES[0],
    ...inputs,
  });
  const stack = await createdBy(account, declared);
  const { networkInterfaceId, privateIp, macAddress, allocationId } = stack.outputs as Record<string, string>;
  const { strategy } = (inputs.replacement ?? {}) as { strategy?: string };
  return {
    name,
    id: stack.recorded?.id ?? assert.fail(name),
    stack,
    program: declared,
    declared: new Declared(inputs.desiredState === "paused" ? "paused" : "running"),
    overlaps: strategy === "overlap" || strategy === "auto",
    privateIp: String(privateIp),
    macAddress: String(macAddress),
    networkInterfaceId: String(networkInterfaceId),
    allocationId: String(allocationId),
    schedules: (inputs.schedules ?? []) as Schedule[],
    isUnfinished: false,
    isMet: false,
    isBad: false,
    lock: Promise.resolve(),
    paused: [],
    granted: [],
    causes: [],
  };
}

/** A machine that somebody made by hand, with an interface and an Elastic IP. */
function foreignMachine(account: Account): Foreign {
  const subnet = { "NetworkInterface.1.DeviceIndex": "0", "NetworkInterface.1.SubnetId": WELL_KNOWN.subnetA };
  account.byOthers("RunInstances", {
    ImageId: WELL_KNOWN.imageV1,
    InstanceType: TYPES[0],
    MinCount: "1",
    MaxCount: "1",
    ...subnet,
  });
  account.byOthers("AllocateAddress", { Domain: "vpc" });
  const { instances, networkInterfaces, elasticIps } = account.made;
  const foreign = {
    instanceId: instances[0]?.instanceId ?? assert.fail("an instance"),
    networkInterfaceId: networkInterfaces[0]?.networkInterfaceId ?? assert.fail("an interface"),
    allocationId: elasticIps[0]?.allocationId ?? assert.fail("an address"),
  };
  void account.time.sleep(MINUTE).then(() =>
    account.byOthers("AssociateAddress", {
      AllocationId: foreign.allocationId,
      NetworkInterfaceId: foreign.networkInterfaceId,
    }),
  );
  return foreign;
}
