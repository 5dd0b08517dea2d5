/** The machines of the week, one of each kind, and a machine of somebody else's beside them. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../../local/ec2";
import { TAG } from "../../../provider/ec2/tags";
import { program, type Stack, URN } from "../../provider/support";
import type { Properties } from "../invariants";
import { Watch } from "../invariants";
import { type Account, MINUTE } from "./account";
import { Declared } from "./declared";
import { createdBy } from "./operator";
import type { Span } from "./spans";

const BERLIN = "Europe/Berlin";
const SPOT = { lifecycle: "spot" };

/** What its program says of each, beside what all have in common. */
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

export interface Schedule {
  action: "pause" | "resume" | "recycle";
  cron: string;
  timezone: string;
}

export interface Machine {
  name: string;
  id: string;
  /** What the user's state has. */
  stack: Stack;
  /** What the user's program says. */
  program: Properties;
  declared: Declared;
  /** Whether the strategy lets two instances be there at once. */
  overlaps: boolean;
  privateIp: string;
  macAddress: string;
  networkInterfaceId: string;
  allocationId: string;
  schedules: readonly Schedule[];
  /** An `up` failed, and its user has not run the next one. */
  isUnfinished: boolean;
  /** Pulumi lets one run of a stack begin when the one before has ended. */
  lock: Promise<unknown>;
  /** When it was paused on record. */
  paused: Span[];
  /** When a controller rightly left it to somebody else. */
  granted: Span[];
  /** What may have made its address dark, and when. */
  causes: { at: number; cause: string }[];
}

export interface Foreign {
  instanceId: string;
  networkInterfaceId: string;
  allocationId: string;
}

/** One command of a user's, and how long it took. */
export interface Command {
  what: string;
  from: number;
  to: number;
}

export class Fleet {
  readonly commands: Command[] = [];

  private constructor(
    readonly machines: readonly Machine[],
    readonly foreign: Foreign,
  ) {}

  static async begin(account: Account): Promise<Fleet> {
    const foreign = foreignMachine(account);
    await account.time.sleep(5 * MINUTE);
    account.watch = new Watch({ simulator: account.simulator, clock: unmoved(account) }, undefined, () =>
      account.states,
    );
    const machines: Machine[] = [];
    account.fleet = new Fleet(machines, foreign);
    for (const [name, inputs] of Object.entries(PROGRAMS)) {
      machines.push(await madeFrom(account, name, inputs));
    }
    account.checkInvariants();
    return account.fleet;
  }

  of(name: string): Machine {
    return this.machines.find((it) => it.name === name) ?? assert.fail(name);
  }

  /** The instance that is behind the machine's address, or comes there. */
  instanceOf({ made }: Account, { id }: Pick<Machine, "id">): string | undefined {
    const own = made.instances.filter((it) => it.tags[TAG.id] === id && it.state !== "shutting-down");
    return own.sort((a, b) => b.launchTime - a.launchTime)[0]?.instanceId;
  }
}

/** The handlers' test harness has a clock that somebody moves; here nobody does. */
export function unmoved(account: Pick<Account, "now">): Stack["clock"] {
  return { now: () => account.now(), advance: () => assert.fail("time goes on by itself") };
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
