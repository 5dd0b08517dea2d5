import assert from "node:assert/strict";
import type { EC2Client } from "@aws-sdk/client-ec2";
import { type Ec2Simulator, WELL_KNOWN } from "../../../local/ec2";
import type { OfRun } from "../../../provider/ec2/caller";
import { createEc2, type Ec2Client, type Ec2Options } from "../../../provider/ec2/client";
import type { Ec2, LaunchData, LaunchRequest } from "../../../provider/ec2/ec2";
import { Ec2Error } from "../../../provider/ec2/errors";
import { Patience } from "../../../provider/ec2/patience";
import type { Instance, NetworkInterface, Volume } from "../../../provider/model/things";
import type { StackOptions } from "../support";
import { CALLER, simulated, type VirtualClock } from "../../local/ec2/support";

export const TAGS = { a: "1" };
/** Longer than any launch, stop, check or task takes. */
export const LONG = 5 * 60_000;

export interface Account {
  ec2: Ec2Client;
  /** Another client of the same account. */
  somebody: EC2Client;
  simulator: Ec2Simulator;
  clock: VirtualClock;
}

/** A fresh account, and the client on it with a clock that does not wait. */
export function account(
  through: StackOptions["through"] = (handler) => handler,
  client: Partial<Ec2Options> = {},
): Account {
  const { simulator, ec2: somebody, clock } = simulated();
  const ec2 = createEc2({
    region: "us-east-1",
    clock: {
      now: () => clock.now(),
      sleep: (ms) => {
        clock.advance(ms);
        return Promise.resolve();
      },
    },
    requestHandler: through(simulator.requestHandler()),
    ...CALLER,
    random: () => 0.5,
    ...client,
  });
  return { ec2, somebody, simulator, clock };
}

/** The client of one run of a machine. */
export function runOn(ec2: Ec2Client, clock: Pick<VirtualClock, "now">, run: Partial<OfRun> = {}): Ec2Client {
  const patience = new Patience({ now: () => clock.now(), sleep: () => Promise.resolve() }, LONG);
  return ec2.forRun({ patience, say: () => undefined, ...run });
}

export const DATA: LaunchData = {
  imageId: WELL_KNOWN.imageV1,
  instanceType: "m7i.large",
  userData: "IyE=",
  keyName: WELL_KNOWN.keyName,
  monitoring: false,
  metadataOptions: { httpTokens: "required", httpEndpoint: "enabled", instanceMetadataTags: "disabled" },
  rootVolume: { deviceName: "/dev/xvda", options: { size: 20, type: "gp3", iops: 4000 } },
};

let made = 0;

/** Notes the body of each request. */
export function noting(sent: string[]): NonNullable<StackOptions["through"]> {
  return (handler) => ({
    ...handler,
    handle: (request: { body?: unknown; headers: Record<string, string> }) => {
      sent.push(String(request.body));
      return handler.handle(request);
    },
  });
}

/** A launch template, and a launch from it: on an interface of its own in subnet A unless another network is given. */
export async function launchRequest(
  ec2: Ec2,
  overrides: Partial<LaunchRequest> = {},
  data: Partial<LaunchData> = {},
): Promise<LaunchRequest> {
  const number = String(++made);
  const template = await ec2.createLaunchTemplate({
    name: `mi-${number}`,
    description: "first",
    data: { ...DATA, ...data },
    tags: TAGS,
    clientToken: `template-${number}`,
  });
  return {
    templateId: template.id,
    version: 1,
    instanceType: "m7i.large",
    network: { subnetId: WELL_KNOWN.subnetA, securityGroupIds: [], publicIp: undefined },
    market: { lifecycle: "on-demand" },
    tags: TAGS,
    clientToken: `launch-${number}`,
    ...overrides,
  };
}

/** An instance that runs. */
export async function running({ ec2, clock }: Account, data: Partial<LaunchData> = {}): Promise<Instance> {
  const { id } = await ec2.runInstance(await launchRequest(ec2, {}, data));
  clock.advance(LONG);
  return seen(ec2, id);
}

export async function stopped(owner: Account, data: Partial<LaunchData> = {}): Promise<Instance> {
  const { id } = await running(owner, data);
  await owner.ec2.stopInstance(id, false);
  owner.clock.advance(LONG);
  return seen(owner.ec2, id);
}

export async function seen(ec2: Ec2, id: string): Promise<Instance> {
  const [instance] = await ec2.describeInstances({ "instance-id": [id] });
  assert.ok(instance);
  return instance;
}

export function madeInterface(
  ec2: Ec2,
  overrides: Partial<Parameters<Ec2["createNetworkInterface"]>[0]> = {},
): Promise<NetworkInterface> {
  return ec2.createNetworkInterface({
    subnetId: WELL_KNOWN.subnetA,
    description: "d",
    tags: TAGS,
    clientToken: `interface-${String(++made)}`,
    ...overrides,
  });
}

export async function seenInterface(ec2: Ec2, id: string): Promise<NetworkInterface> {
  const [eni] = await ec2.describeNetworkInterfaces({ "network-interface-id": [id] });
  assert.ok(eni);
  return eni;
}

/** A volume that is available. */
export async function madeVolume(
  { ec2, clock }: Account,
  volume: Partial<Parameters<Ec2["createVolume"]>[0]["volume"]> = {},
): Promise<Volume> {
  const created = await ec2.createVolume({
    volume: { name: "data", deviceName: "/dev/sdf", size: 10, ...volume },
    availabilityZone: "us-east-1a",
    tags: TAGS,
    clientToken: `volume-${String(++made)}`,
  });
  clock.advance(LONG);
  return created;
}

export async function seenVolume(ec2: Ec2, id: string): Promise<Volume> {
  const [volume] = await ec2.describeVolumes({ "volume-id": [id] });
  assert.ok(volume);
  return volume;
}

export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof Ec2Error, String(error));
    return error.code;
  }
  return "ok";
}
