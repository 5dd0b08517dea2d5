/**
 * `npm run state-fixtures`: writes tests/fixtures/states/VERSION for the version in package.json. What a released version left behind
 * does not change any more, so once CHANGELOG.md has the version, its files are left as they are. With `--check`: only says whether
 * they are what this code leaves behind.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { WELL_KNOWN, type SimState } from "../local/ec2";
import { SERIALIZED_PROVIDER } from "../provider/inputs/inputs";
import type { Properties } from "../provider/model/properties";
import { serializedProvider } from "../sdk/serialized-provider";
import { fitting, launchedByHand } from "../tests/provider/by-hand";
import { enveloped, FIXTURES, KINDS, type Kind, type OlderState } from "../tests/provider/older-state";
import { program, type Stack, URN } from "../tests/provider/support";
import { failureOf, quick } from "../tests/provider/world";

const ROOT = join(__dirname, "..");
const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
const FOLDER = join(FIXTURES, version);

const FULL = {
  subnetId: WELL_KNOWN.dualStackSubnet,
  elasticIp: true,
  secondaryPrivateIpCount: 1,
  ipv6AddressCount: 1,
  fallbackInstanceTypes: ["m6i.large", "m5.large"],
  market: { lifecycle: "spot", maxPrice: "0.2" },
  userData: "#!/bin/sh\necho secret\n",
  keyName: WELL_KNOWN.keyName,
  iamInstanceProfile: "demo",
  monitoring: true,
  sourceDestCheck: false,
  securityGroupIds: [WELL_KNOWN.otherSecurityGroup],
  metadataOptions: { httpTokens: "optional" },
  rootVolume: { size: 20, type: "gp3" },
  dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 10 }],
  tags: { Team: "a" },
  recycleTriggers: { at: "1" },
  replacement: { strategy: "auto", drainSeconds: 5, timeoutSeconds: 900 },
  deletion: { dataVolumes: "delete" },
};

/** Brings the machine to where it is recorded, and gives the program that did. */
const SCENES: Readonly<Record<Kind, (owner: Stack) => Promise<Properties>>> = {
  full: (owner) => upWith(owner, program(FULL)),
  paused: async (owner) => {
    const running = { elasticIp: true, dataVolumes: FULL.dataVolumes, deletion: FULL.deletion };
    await owner.up(program(running));
    return upWith(owner, program({ ...running, desiredState: "paused" }));
  },
  adopted: async (owner) => upWith(owner, fitting(await launchedByHand(owner))),
  "failed-update": async (owner) => {
    await owner.up(program({ elasticIp: true }));
    const wanted = program({ elasticIp: true, imageId: WELL_KNOWN.imageV2 });
    owner.simulator.failNextLaunch("Client.InternalError");
    await failureOf(owner.up(wanted));
    return wanted;
  },
};

async function upWith(owner: Stack, wanted: Properties): Promise<Properties> {
  await owner.up(wanted);
  return wanted;
}

function withSecrets({ userData, ...properties }: Properties): Properties {
  return userData === undefined ? properties : { ...properties, userData: enveloped(userData) };
}

/** Without the client tokens, which EC2 forgets. */
function changedIn(world: SimState): Partial<SimState> {
  const fresh = quick().simulator.snapshot();
  const isKept = ([name, table]: [string, unknown]): boolean =>
    name !== "tokens" && !isDeepStrictEqual(table, fresh[name as keyof SimState]);
  return Object.fromEntries(Object.entries(world).filter(isKept));
}

async function fixture(kind: Kind, provider: string): Promise<OlderState> {
  const owner = quick();
  const wanted = await SCENES[kind](owner);
  if (kind !== "failed-update") {
    await owner.refresh();
    await owner.up(wanted);
  }
  if (owner.recorded === undefined) {
    throw new Error(`${kind}: nothing is on record`);
  }
  const { id, inputs, outputs, failed } = owner.recorded;
  const text = { [SERIALIZED_PROVIDER]: provider };
  return {
    version,
    program: wanted,
    resource: {
      urn: URN,
      custom: true,
      id,
      type: "pulumi-nodejs:dynamic/managed-instance:ManagedInstance",
      inputs: { ...withSecrets(inputs), ...text },
      outputs: { ...withSecrets(outputs), ...text },
      ...(failed ? { initErrors: ["the update failed"] } : {}),
    },
    account: changedIn(owner.simulator.snapshot()),
  };
}

async function states(): Promise<[path: string, state: OlderState][]> {
  const { text } = await pulumi.runtime.serializeFunction(() => serializedProvider);
  return Promise.all(
    KINDS.map(async (kind): Promise<[string, OlderState]> => [join(FOLDER, `${kind}.json`), await fixture(kind, text)]),
  );
}

/** Whether the file has this state. Only the part of the account that Pulumi knows is always the same, so only that is compared. */
function isIn(path: string, { program: wanted, resource }: OlderState): boolean {
  const kept = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as OlderState) : undefined;
  const plain = JSON.parse(JSON.stringify([wanted, resource])) as unknown;
  return isDeepStrictEqual([kept?.program, kept?.resource], plain);
}

const isThere = (): boolean => KINDS.every((kind) => existsSync(join(FOLDER, `${kind}.json`)));
const isReleased = (): boolean => readFileSync(join(ROOT, "CHANGELOG.md"), "utf8").includes(`## [${version}]`);

/** Whether they are what this code leaves behind. */
async function check(): Promise<string> {
  const others = (await states()).filter(([path, state]) => !isIn(path, state));
  process.exitCode = others.length > 0 ? 1 : 0;
  return others.length > 0
    ? `${others.map(([path]) => relative(ROOT, path)).join(", ")}: not what ${version} leaves behind; run npm run state-fixtures before the changelog has the version`
    : `The states of ${version} are what it leaves behind.`;
}

async function write(): Promise<string> {
  if (isReleased() && isThere()) {
    return `${version} is released: its states are left as they are.`;
  }
  mkdirSync(FOLDER, { recursive: true });
  for (const [path, state] of await states()) {
    writeFileSync(path, `${JSON.stringify(state, undefined, 1)}\n`);
  }
  return `Wrote the states of ${version}.`;
}

void (process.argv.includes("--check") ? check() : write()).then((line) => process.stdout.write(`${line}\n`));
