import { createHash } from "node:crypto";

import { EC2 } from "@aws-sdk/client-ec2";

import { type RunningServer, startServer, WELL_KNOWN } from "../../local/ec2";
import { type RawReply, Scene } from "./scene";
import type { Surroundings } from "./surroundings";

/** An implementation of EC2 that probes can be tried on. */
export interface Target {
  name: string;
  /** A clean account, or as good as one, for one probe. */
  scene(probeId: string): Promise<Scene>;
  close(): Promise<void>;
}

const REGION = "us-east-1";

/** The unmodified SDK. It tries once, so that an error is seen as it is. */
export function clientOf(url: string): EC2 {
  return new EC2({
    region: REGION,
    endpoint: url,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
}

/** A request as it is written here; the header says which service it is for. */
export async function post(url: string, body: string, service = "ec2"): Promise<RawReply> {
  const scope = `test/20260101/${REGION}/${service}/aws4_request`;
  const reply = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
    },
    body,
  });
  return { status: reply.status, headers: reply.headers, body: await reply.text() };
}

/** A name that is allowed for anything that has one, client tokens with something behind it among them. */
export function nameFor(probeId: string): string {
  const end = createHash("sha256").update(probeId).digest("hex").slice(0, 8);
  return `probe-${probeId.replace(/[^a-z0-9]+/gi, "-").slice(0, 32)}-${end}`;
}

const HERE: Surroundings = {
  region: REGION,
  zoneA: "us-east-1a",
  zoneB: "us-east-1b",
  vpcId: WELL_KNOWN.vpcId,
  subnetA: WELL_KNOWN.subnetA,
  subnetB: WELL_KNOWN.subnetB,
  tinySubnet: WELL_KNOWN.tinySubnet,
  group: WELL_KNOWN.securityGroup,
  otherGroup: WELL_KNOWN.otherSecurityGroup,
  defaultVpcId: WELL_KNOWN.defaultVpcId,
  defaultSubnet: WELL_KNOWN.defaultSubnets[0],
  foreignGroup: WELL_KNOWN.defaultVpcSecurityGroup,
  image: WELL_KNOWN.imageV1,
  otherImage: WELL_KNOWN.imageV2,
  armImage: WELL_KNOWN.imageArm,
  keyName: WELL_KNOWN.keyName,
  profile: WELL_KNOWN.instanceProfile,
  profileArn: `arn:aws:iam::123456789012:instance-profile/${WELL_KNOWN.instanceProfile}`,
};

/** The simulator over HTTP: a fresh account for each probe, and time that passes only when it is told to. */
export class SimulatorTarget implements Target {
  readonly name = "the simulator";
  private readonly ec2: EC2;

  private constructor(private readonly server: RunningServer) {
    this.ec2 = clientOf(server.url);
  }

  static async start(): Promise<SimulatorTarget> {
    return new SimulatorTarget(await startServer({ port: 0, seed: 1 }));
  }

  async scene(probeId: string): Promise<Scene> {
    await this.control("reset", {});
    return new Scene({
      ec2: this.ec2,
      here: HERE,
      name: nameFor(probeId),
      advance: (seconds) => this.control("advance", { seconds }),
      raw: (body) => post(this.server.url, body),
    });
  }

  async close(): Promise<void> {
    this.ec2.destroy();
    await this.server.close();
  }

  private async control(command: string, fields: object): Promise<void> {
    const reply = await fetch(`${this.server.url}/_sim/${command}`, { method: "POST", body: JSON.stringify(fields) });
    if (!reply.ok) throw new Error(`/_sim/${command}: ${reply.status} ${await reply.text()}`);
    await reply.arrayBuffer();
  }
}
