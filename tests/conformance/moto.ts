import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join, resolve } from "node:path";

import type { EC2 } from "@aws-sdk/client-ec2";

import { Scene, the } from "./scene";
import type { Surroundings } from "./surroundings";
import { clientOf, nameFor, post, type Target } from "./target";

/** The second implementation, and the one that its list of deviations is about. */
const REQUIREMENTS = ["moto[ec2,iam,server]==5.2.5", "boto3==1.44.5"];

const ROOT = resolve(__dirname, "..", "..");

/** The machine lacks something that this needs; the message is a sentence that names it. */
export class Unavailable extends Error {}

/** A Python with moto and boto3 in a virtual environment of its own, which is made once and kept. */
export function pythonWithMoto(say: (line: string) => void): string {
  const name = createHash("sha256").update(REQUIREMENTS.join()).digest("hex").slice(0, 12);
  const dir = join(ROOT, "node_modules", ".cache", `moto-${name}`);
  const python = join(dir, "bin", "python");
  const done = join(dir, "installed");
  if (existsSync(done)) return python;
  if (spawnSync("python3", ["--version"]).status !== 0) {
    throw new Unavailable("Python 3 (`python3` on the PATH) is needed to compare with moto, and is not there.");
  }
  say(`Installing ${REQUIREMENTS.join(" and ")} …`);
  mkdirSync(dir, { recursive: true });
  step(
    ["python3", "-m", "venv", "--clear", dir],
    "A Python virtual environment cannot be made (python3-venv is needed)",
  );
  step(
    [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...REQUIREMENTS],
    `${REQUIREMENTS.join(" and ")} cannot be installed from PyPI`,
  );
  writeFileSync(done, "");
  return python;
}

function step([command = "", ...args]: string[], failure: string): void {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8", timeout: 900_000 });
  if (status !== 0) throw new Unavailable(`${failure}: ${stderr.trim().split("\n").at(-1) ?? "it took too long"}.`);
}

/** A moto server of one's own, on a free port of this machine. */
export class MotoServer {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(python: string): Promise<MotoServer> {
    const port = await freePort();
    const child = spawn(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], {
      stdio: "ignore",
      env: {
        ...process.env,
        // Moto has these checks of EC2's, but does not make them by itself.
        MOTO_ENABLE_AMI_VALIDATION: "1",
        MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION: "1",
        MOTO_ENABLE_KEYPAIR_VALIDATION: "1",
      },
    });
    // However this process ends, the server does not outlive it.
    const end = () => child.kill("SIGKILL");
    process.once("exit", end);
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
    child.once("exit", () => process.off("exit", end));
    const server = new MotoServer(`http://127.0.0.1:${port}`, child);
    await server.ready();
    return server;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  private async ready(): Promise<void> {
    const start = Date.now();
    while (Date.now() - start < 300_000) {
      if (this.child.exitCode !== null) break;
      const isUp = await fetch(`${this.url}/moto-api/data.json`).then(
        (reply) => reply.arrayBuffer().then(() => reply.ok),
        () => false,
      );
      if (isUp) return;
      await new Promise((next) => setTimeout(next, 100));
    }
    await this.close();
    throw new Unavailable("moto's server did not come up.");
  }

  close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return Promise.resolve();
    return new Promise((done) => {
      this.child.once("exit", () => {
        done();
      });
      this.child.kill("SIGKILL");
    });
  }
}

function freePort(): Promise<number> {
  return new Promise((found, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        found(port);
      });
    });
  });
}

/** The things that all probes on moto share: images, the default VPC, a key pair and an instance profile. */
type Shared = Omit<Surroundings, "vpcId" | "subnetA" | "subnetB" | "tinySubnet" | "group" | "otherGroup">;

const X86 = "amzn2-ami-hvm-2.0.*-x86_64-gp2";
const PROFILE = "demo";

/** moto over HTTP: a VPC of its own for each probe, as a reset takes long. Time does not pass in it. */
export class MotoTarget implements Target {
  readonly name = "moto 5.2.5";

  private constructor(
    readonly url: string,
    private readonly ec2: EC2,
    private readonly shared: Shared,
  ) {}

  static async over(url: string): Promise<MotoTarget> {
    const ec2 = clientOf(url);
    return new MotoTarget(url, ec2, await furnish(ec2, url));
  }

  async scene(probeId: string): Promise<Scene> {
    return new Scene({
      ec2: this.ec2,
      here: { ...this.shared, ...(await ownNetwork(this.ec2)) },
      name: nameFor(probeId),
      advance: () => Promise.resolve(),
      raw: (body) => post(this.url, body),
    });
  }

  /** Surroundings for what is not a probe. */
  async surroundings(): Promise<Surroundings> {
    return { ...this.shared, ...(await ownNetwork(this.ec2)) };
  }

  close(): Promise<void> {
    this.ec2.destroy();
    return Promise.resolve();
  }
}

async function furnish(ec2: EC2, url: string): Promise<Shared> {
  const isDefault = [{ Name: "is-default", Values: ["true"] }];
  const defaultVpcId = the((await ec2.describeVpcs({ Filters: isDefault })).Vpcs?.[0]?.VpcId);
  const { Subnets = [] } = await ec2.describeSubnets({ Filters: [{ Name: "vpc-id", Values: [defaultVpcId] }] });
  const { SecurityGroups = [] } = await ec2.describeSecurityGroups({
    Filters: [{ Name: "vpc-id", Values: [defaultVpcId] }],
  });
  await ec2.createKeyPair({ KeyName: "demo" });
  const iam = await post(url, `Action=CreateInstanceProfile&Version=2010-05-08&InstanceProfileName=${PROFILE}`, "iam");
  const [image, otherImage] = await images(ec2, { name: X86, architecture: "x86_64" });
  const [armImage] = await images(ec2, { name: "*", architecture: "arm64" });
  return {
    region: "us-east-1",
    zoneA: "us-east-1a",
    zoneB: "us-east-1b",
    defaultVpcId,
    defaultSubnet: the(Subnets.find(({ AvailabilityZone }) => AvailabilityZone === "us-east-1a")?.SubnetId),
    foreignGroup: the(SecurityGroups[0]?.GroupId),
    image: the(image),
    otherImage: the(otherImage),
    armImage: the(armImage),
    keyName: "demo",
    profile: PROFILE,
    profileArn: the(/<Arn>([^<]+)<\/Arn>/.exec(iam.body)?.[1]),
  };
}

async function images(ec2: EC2, wanted: { name: string; architecture: string }): Promise<string[]> {
  const Filters = Object.entries(wanted).map(([Name, value]) => ({ Name, Values: [value] }));
  const { Images = [] } = await ec2.describeImages({ Filters });
  return Images.map(({ ImageId }) => the(ImageId));
}

async function ownNetwork(ec2: EC2) {
  const vpcId = the((await ec2.createVpc({ CidrBlock: "10.0.0.0/16" })).Vpc?.VpcId);
  const subnet = async (CidrBlock: string, AvailabilityZone: string) =>
    the((await ec2.createSubnet({ VpcId: vpcId, CidrBlock, AvailabilityZone })).Subnet?.SubnetId);
  const made = await ec2.createSecurityGroup({ VpcId: vpcId, GroupName: "demo", Description: "for probes" });
  const Filters = [
    { Name: "vpc-id", Values: [vpcId] },
    { Name: "group-name", Values: ["default"] },
  ];
  const { SecurityGroups = [] } = await ec2.describeSecurityGroups({ Filters });
  return {
    vpcId,
    subnetA: await subnet("10.0.1.0/24", "us-east-1a"),
    subnetB: await subnet("10.0.2.0/24", "us-east-1b"),
    tinySubnet: await subnet("10.0.9.0/28", "us-east-1a"),
    group: the(SecurityGroups[0]?.GroupId),
    otherGroup: the(made.GroupId),
  };
}
