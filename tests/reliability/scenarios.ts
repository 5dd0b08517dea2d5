/** One of each thing that happens to a managed instance, from a world that is ready for it. */
import assert from "node:assert/strict";
import { AllocateAddressCommand, DisassociateAddressCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { fitting, interfaceByHand, launchedByHand } from "../provider/by-hand";
import { withVersions } from "../provider/many-versions";
import { program, type Stack } from "../provider/support";
import { keeping, later, made, quick, somebody } from "../provider/world";
import { idsIn } from "./account-ids";
import { type Properties } from "./purpose";

export interface Scenario {
  verb: "create" | "replace" | "pause" | "resume" | "adopt" | "change" | "heal" | "delete";
  name: string;
  /** The world before it; who prepares it is not watched. */
  prepare: () => Promise<Scene>;
}

export interface Scene {
  owner: Stack;
  /** Ids that others have in the account. */
  others: ReadonlySet<string>;
  /** The machine of the same URN that another state has, by id. */
  second: string;
  /** The program before; nothing, if there is no machine yet. */
  before?: Properties;
  /** The program now; nothing for a destroy. */
  after?: Properties;
}

const VOLUMES = [{ name: "data", deviceName: "/dev/sdf", size: 20 }];
/** Something of everything that is kept. */
const FULL = program({ elasticIp: true, secondaryPrivateIpCount: 1, dataVolumes: VOLUMES, tags: { Team: "db" } });
const SMALL = program({ elasticIp: true });
const SPOT = program({
  elasticIp: true,
  market: { lifecycle: "spot" },
  fallbackInstanceTypes: ["m6i.large"],
});
const OVERLAP = { replacement: { strategy: "overlap" } };
const DUAL_STACK = { subnetId: WELL_KNOWN.dualStackSubnet, ipv6AddressCount: 1 };
const IMAGE = { imageId: WELL_KNOWN.imageV2 };
const TYPE = { instanceType: "m6i.large" };
const PAUSED = { desiredState: "paused" };
const ENDED = { ...PAUSED, pauseBehavior: "terminate" };

/**
 * A volume, an interface and an address of somebody else's, and a machine that another state has under the same URN: all of that has to
 * stay as it is.
 */
const account = once(async () => {
  const owner = quick();
  await interfaceByHand(owner);
  const second = quick({ on: owner });
  await second.up(program());
  later(owner);
  return { owner, second: second.recorded?.id ?? assert.fail() };
});

/** Done once, and what came of it as often as it is wanted: a seed decides all that EC2 chooses, so it would come out the same. */
function once<Ready extends { owner: Stack }>(prepare: () => Promise<Ready>): () => Promise<Ready> {
  let first: Promise<() => Ready> | undefined;
  return async () => {
    first ??= prepare().then((ready) => {
      const again = keeping(ready.owner);
      return () => ({ ...ready, owner: again() });
    });
    return (await first)();
  };
}

function creating(name: string, after: Properties, setting: (owner: Stack) => void = () => undefined): Scenario {
  return {
    verb: "create",
    name,
    prepare: async () => {
      const { owner, second } = await account();
      setting(owner);
      return { owner, second, others: idsIn(made(owner)), after };
    },
  };
}

type Between = (owner: Stack) => Promise<void>;

function changing(
  verb: Scenario["verb"],
  name: string,
  { before, change = {}, between }: { before: Properties; change?: Properties; between?: Between },
): Scenario {
  return {
    verb,
    name,
    prepare: async () => {
      const { owner, second } = await account();
      const others = idsIn(made(owner));
      await owner.up(before);
      later(owner);
      await between?.(owner);
      // It shows what was done by hand.
      await owner.refresh();
      return { owner, second, others, before, after: { ...before, ...change } };
    },
  };
}

function adopting(name: string, byHand: (owner: Stack) => Promise<Properties>): Scenario {
  return {
    verb: "adopt",
    name,
    prepare: async () => {
      const { owner, second } = await account();
      const after = await byHand(owner);
      later(owner);
      return { owner, second, others: idsIn(made(owner)), after };
    },
  };
}

function deleting(name: string, before: Properties): Scenario {
  const { prepare } = changing("delete", name, { before });
  return { verb: "delete", name, prepare: async () => ({ ...(await prepare()), after: undefined }) };
}

async function terminatedByHand(owner: Stack): Promise<void> {
  await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [String(owner.outputs.instanceId)] }));
  later(owner);
}

async function addressTakenOff(owner: Stack): Promise<void> {
  const eip = made(owner).elasticIps.find((it) => it.allocationId === owner.outputs.allocationId);
  await somebody(owner).send(new DisassociateAddressCommand({ AssociationId: eip?.associationId }));
}

const ALL: readonly Scenario[] = [
  creating("with an Elastic IP, a second address and a data volume", FULL),
  creating("on spot, with a type to fall back to", SPOT, ({ simulator }) => {
    simulator.capacity.set("m7i.large", "us-east-1a", "spot", 0);
  }),
  creating("paused", { ...SMALL, ...PAUSED }),
  creating("with a changing public address and IPv6", program({ ...DUAL_STACK, publicIpAssignment: "assign" })),
  creating("without a persistent private IP", { ...SMALL, persistPrivateIp: false }),
  changing("replace", "terminate-first, by a new image", { before: FULL, change: IMAGE }),
  changing("replace", "with a long record, whose old versions go", {
    before: SMALL,
    change: IMAGE,
    between: (owner) => {
      withVersions(owner, 30);
      return Promise.resolve();
    },
  }),
  changing("replace", "terminate-first, on spot, by a recycle", {
    before: SPOT,
    change: { recycleTriggers: { at: "1" } },
  }),
  changing("replace", "terminate-first, drained and proven", {
    before: SMALL,
    change: { ...IMAGE, replacement: { drainSeconds: 30, waitFor: "status-ok" } },
  }),
  changing("replace", "root-volume, by a new image", {
    before: { ...SMALL, replacement: { strategy: "root-volume" } },
    change: IMAGE,
  }),
  changing("replace", "stop-start, by another type", {
    before: { ...SMALL, replacement: { strategy: "stop-start" } },
    change: TYPE,
  }),
  changing("replace", "overlap, by a new image", { before: { ...FULL, ...OVERLAP }, change: IMAGE }),
  changing("replace", "overlap, for the second time", {
    before: { ...SMALL, ...OVERLAP },
    change: IMAGE,
    between: async (owner) => {
      await owner.up({ ...SMALL, ...OVERLAP, recycleTriggers: { at: "1" } });
      await owner.up({ ...SMALL, ...OVERLAP });
      later(owner);
    },
  }),
  changing("replace", "onto a new interface in another zone", {
    before: { ...SMALL, ...TYPE },
    change: { subnetId: WELL_KNOWN.subnetB },
  }),
  changing("replace", "onto a new interface with a given address", {
    before: FULL,
    change: { privateIp: "10.0.1.77" },
  }),
  changing("replace", "without a persistent private IP", {
    before: { ...SMALL, persistPrivateIp: false },
    change: IMAGE,
  }),
  changing("pause", "by stopping", { before: FULL, change: PAUSED }),
  changing("pause", "by terminating", { before: FULL, change: ENDED }),
  changing("resume", "from stopped", {
    before: { ...FULL, ...PAUSED },
    change: { desiredState: "running" },
    between: async (owner) => {
      await owner.up({ ...FULL, desiredState: "running" });
      await owner.up({ ...FULL, ...PAUSED });
      later(owner);
    },
  }),
  changing("resume", "from terminated", { before: { ...FULL, ...ENDED }, change: { desiredState: "running" } }),
  adopting("an instance that fits", async (owner) => fitting(await launchedByHand(owner))),
  adopting("an instance that has to be replaced", async (owner) => fitting(await launchedByHand(owner), IMAGE)),
  adopting("a network interface", async (owner) => {
    const { networkInterfaceId } = await interfaceByHand(owner);
    return program({ adopt: { networkInterfaceId } });
  }),
  changing("change", "the Elastic IP off", { before: FULL, change: { elasticIp: false } }),
  changing("change", "addresses and volumes in place", {
    before: FULL,
    change: {
      secondaryPrivateIpCount: 3,
      dataVolumes: [
        { name: "data", deviceName: "/dev/sdg", size: 40 },
        { name: "log", deviceName: "/dev/sdh", size: 5 },
      ],
      securityGroupIds: [WELL_KNOWN.otherSecurityGroup],
      sourceDestCheck: false,
      metadataOptions: { httpTokens: "optional" },
      monitoring: true,
      iamInstanceProfile: WELL_KNOWN.instanceProfile,
    },
  }),
  changing("change", "addresses, volumes and settings off", {
    before: program({
      ...DUAL_STACK,
      secondaryPrivateIpCount: 2,
      dataVolumes: VOLUMES,
      deletion: { dataVolumes: "delete" },
      securityGroupIds: [WELL_KNOWN.otherSecurityGroup],
      monitoring: true,
      iamInstanceProfile: WELL_KNOWN.instanceProfile,
      tags: { Team: "db" },
    }),
    change: {
      secondaryPrivateIpCount: 0,
      ipv6AddressCount: 0,
      dataVolumes: [],
      securityGroupIds: undefined,
      monitoring: false,
      iamInstanceProfile: undefined,
      tags: {},
    },
  }),
  changing("change", "more IPv6 addresses", {
    before: program(DUAL_STACK),
    change: { ipv6AddressCount: 3 },
  }),
  {
    verb: "change",
    name: "from an owned Elastic IP to a given one",
    prepare: async () => {
      const scene = await changing("change", "", { before: SMALL }).prepare();
      const { AllocationId = "" } = await somebody(scene.owner).send(new AllocateAddressCommand({ Domain: "vpc" }));
      return {
        ...scene,
        others: new Set([...scene.others, AllocationId]),
        after: { ...SMALL, elasticIp: AllocationId },
      };
    },
  },
  changing("heal", "an instance that somebody terminated", { before: FULL, between: terminatedByHand }),
  changing("heal", "an Elastic IP that somebody took off", { before: FULL, between: addressTakenOff }),
  deleting("all of it", FULL),
  deleting("all that is not to be retained", {
    ...FULL,
    deletion: { networkInterface: "retain", elasticIp: "retain", dataVolumes: "retain" },
  }),
  deleting("a machine on spot", SPOT),
  {
    verb: "delete",
    name: "an adopted instance, which is given back",
    prepare: async () => {
      const { owner, second } = await account();
      const before = fitting(await launchedByHand(owner));
      const others = idsIn(made(owner));
      await owner.up(before);
      await owner.refresh();
      return { owner, second, others, before };
    },
  },
];

export const SCENARIOS: readonly Scenario[] = ALL.map((it) => ({ ...it, prepare: once(it.prepare) }));
