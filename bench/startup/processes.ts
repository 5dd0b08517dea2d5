/** Processes that load something and say what it took, and the provider process as Pulumi starts it. */
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readProject } from "../../local/deployer/project";
import { Provider } from "../../local/deployer/provider";
import type { Props } from "../../local/deployer/values";
import { checkInputs } from "../../provider/inputs/inputs";
import { nothingBut } from "../../local/ec2";
import { argsOf, PROGRAM_DIR, STACK } from "../many/stack";
import { serializedText } from "./serialized";

export interface Loaded {
  ms: number;
  mib: number;
  modules: number;
  awsModules: number;
}

/** @param before what is loaded already, and not counted */
export function loadIn(folder: string, names: string[], before: string[]): Loaded {
  const script = `
    const [names, before] = ${JSON.stringify([names, before])};
    const count = () => Object.keys(require.cache);
    before.forEach((it) => require(it));
    globalThis.gc();
    const had = count().length;
    const memory = process.memoryUsage.rss();
    const start = performance.now();
    names.forEach((it) => require(it));
    const ms = performance.now() - start;
    process.stdout.write(JSON.stringify({
      ms,
      mib: (process.memoryUsage.rss() - memory) / 2 ** 20,
      modules: count().length - had,
      awsModules: count().filter((it) => /[\\\\/]@(aws-sdk|smithy)[\\\\/]/.test(it)).length,
    }));
    process.exit(0);`;
  const said = execFileSync(process.execPath, ["--expose-gc", "-e", script], { cwd: folder, encoding: "utf8" });
  return JSON.parse(said) as Loaded;
}

/** Each in milliseconds since the process was started, of a process of its own. */
export interface ProviderStart {
  listeningMs: number;
  noChangeMs: number;
  ec2CallMs: number;
}

const URN = "urn:pulumi:many::many::pulumi-nodejs:dynamic/managed-instance:ManagedInstance::machine-0";
const MADE: Props = {
  vpcId: "vpc-0a1b2c3d",
  networkInterfaceId: "eni-0a1b2c3d",
  privateIp: "10.0.1.7",
  launchTemplateId: "lt-0a1b2c3d",
};

export async function startProvider(): Promise<ProviderStart> {
  const given: Props = {
    ...(argsOf("ami-0a1b2c3d") as Props),
    resourceUrn: URN,
    __provider: await serializedText(),
  };
  const first = await sinceStart("http://127.0.0.1:9", async (provider, sinceMs) => {
    const listeningMs = sinceMs();
    const olds = { ...(checkInputs(given, "us-east-1").inputs as Props), ...MADE };
    const { inputs } = await provider.check(URN, olds, given);
    await provider.diff(URN, { id: "mi-0", inputs: olds, outputs: { ...olds, ...inputs } }, inputs);
    return { listeningMs, noChangeMs: sinceMs() };
  });
  return { ...first, ec2CallMs: await untilCall(given) };
}

/** Somebody takes the call and does not answer; the process ends before it would be sent again. */
async function untilCall(given: Props): Promise<number> {
  let arrived = (): void => undefined;
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  const server = createServer(() => {
    arrived();
  }).listen(0, "127.0.0.1");
  try {
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return await sinceStart(url, async (provider, sinceMs) => {
      provider.check(URN, {}, given).catch(() => undefined);
      await arrival;
      return sinceMs();
    });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function sinceStart<T>(url: string, use: (provider: Provider, sinceMs: () => number) => Promise<T>): Promise<T> {
  const start = performance.now();
  const provider = await Provider.start({
    project: readProject(PROGRAM_DIR, STACK),
    config: {},
    env: { ...process.env, ...nothingBut(url, 1) },
    onLine: () => undefined,
  });
  try {
    return await use(provider, () => performance.now() - start);
  } finally {
    await provider.stop();
  }
}
