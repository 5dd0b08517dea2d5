/** The checks of `doctor`: that nothing is missing, and that there are no things that should not be there. */
import { isReadable, listMachines, type Machine, type Reading } from "../controller/record";
import type { Ec2 } from "../provider/ec2/ec2";
import { isEc2Error } from "../provider/ec2/errors";
import { TAG } from "../provider/ec2/tags";
import type { PolicyName } from "../provider/ec2/policies";
import { findImage } from "../provider/ec2/lookups";
import type { Connection, GlobalOptions } from "./connection";
import { textOf } from "./exit";
import type { Marked } from "./finding";
import { findingsIn } from "./findings";
import { identityOf } from "./identity";
import { ELASTIC_IPS, NETWORK_INTERFACES, quotasOf } from "./quotas";
import { rightsFor } from "./rights";

/** The result of one check. `ok` and `note` mean that nothing is wrong. */
export interface DoctorCheck {
  kind: "ok" | "note" | "problem";
  about: "credentials" | "rights" | "quotas" | "things";
  what: string;
  advice: string;
}

export type CheckOptions = GlobalOptions & { rights: "reader" | "operator" | "up" };

const POLICIES: Readonly<Record<CheckOptions["rights"], readonly PolicyName[]>> = {
  reader: ["reader"],
  operator: ["reader", "operator"],
  up: ["reader", "operator", "up"],
};

/** @param machine the one to ask the rights of; undefined: any */
export async function* examine(
  connection: Connection,
  machine: Machine | undefined,
  options: CheckOptions,
): AsyncGenerator<DoctorCheck> {
  const { ec2, region } = connection;
  await ec2.requireCredentials();
  const identity = await identityOf(region, options);
  const who =
    "answer" in identity
      ? `${identity.answer.arn} of the account ${identity.answer.account}`
      : `found; not checked whose they are: ${identity.why}`;
  yield { kind: "ok", about: "credentials", what: `${who}; region ${region}`, advice: "" };
  const marked = await lookAround(connection);
  const readable = "readings" in marked ? marked.readings.filter(isReadable) : [];
  yield* ofRights(ec2, machine ?? bestSubject(readable), options);
  yield* ofQuotas(connection, options);
  if ("problem" in marked) {
    yield marked.problem;
    return;
  }
  const findings = findingsIn(marked);
  yield* findings.map((it): DoctorCheck => ({ ...it, about: "things" }));
  const { readings, networkInterfaces, elasticIps, instances, volumes } = marked;
  const count = networkInterfaces.length + elasticIps.length + instances.length + volumes.length;
  yield {
    kind: "ok",
    about: "things",
    what: `looked at ${readings.length} machines and ${count} things that are marked as theirs`,
    advice: "",
  };
}

/** The machine of which most rights can be asked: one that runs, and on spot. */
function bestSubject(machines: readonly Machine[]): Machine | undefined {
  const weight = ({ observed }: Machine): number =>
    observed.instances.filter((it) => it.state === "running").length * 2 +
    observed.instances.filter((it) => it.spotRequestId !== undefined).length +
    (observed.volumes.length > 0 ? 1 : 0);
  return [...machines].sort((a, b) => weight(b) - weight(a))[0];
}

async function lookAround({ ec2, region, clock }: Connection): Promise<Marked | { problem: DoctorCheck }> {
  const marked = { "tag-key": [TAG.id] };
  try {
    const readings = await listMachines({ ec2, region });
    return {
      readings,
      images: await imagesOf(ec2, readings),
      networkInterfaces: await ec2.describeNetworkInterfaces(marked),
      elasticIps: await ec2.describeAddresses(marked),
      instances: await ec2.describeInstances(marked),
      volumes: await ec2.describeVolumes(marked),
      now: clock.now(),
    };
  } catch (error) {
    // The checks of rights tell which right is missing.
    if (!isEc2Error(error, "denied")) {
      throw error;
    }
    return { problem: { kind: "problem", about: "things", what: `not looked at: ${textOf(error)}`, advice: "" } };
  }
}

/** The images that the machines name, without those behind SSM parameters, which are looked up at each launch. */
async function imagesOf(ec2: Ec2, readings: readonly Reading[]): Promise<Marked["images"]> {
  const ids = new Set(readings.filter(isReadable).map((it) => it.desired.imageId));
  const named = [...ids].filter((it) => it.startsWith("ami-"));
  return new Map(await Promise.all(named.map(async (id) => [id, await findImage(ec2, id)] as const)));
}

async function* ofRights(
  ec2: Ec2,
  machine: Machine | undefined,
  { rights: asked }: CheckOptions,
): AsyncGenerator<DoctorCheck> {
  const { missing, held, unknown } = await rightsFor(ec2, POLICIES[asked], machine);
  for (const { right, policy } of missing) {
    yield {
      kind: "problem",
      about: "rights",
      what: `${right} is missing`,
      advice: `\`managed-instance iam-policy ${policy}\` has it.`,
    };
  }
  const on = machine === undefined ? "no machine to ask about" : `asked of ${machine.name} (${machine.id})`;
  yield {
    kind: "ok",
    about: "rights",
    what: `${held.length} of the policy "${asked}" are there, by dry runs, ${on}`,
    advice: "",
  };
  if (unknown.length > 0) {
    yield {
      kind: "note",
      about: "rights",
      what: `not checked: no suitable resource exists, or EC2 offers no dry run: ${unknown.join(", ")}`,
      advice: "",
    };
  }
}

async function* ofQuotas(connection: Connection, options: CheckOptions): AsyncGenerator<DoctorCheck> {
  const quotas = await quotasOf(connection.region, options);
  if ("why" in quotas) {
    yield { kind: "note", about: "quotas", what: `not looked at: ${quotas.why}`, advice: "" };
    return;
  }
  for (const { code, name, value } of quotas.answer) {
    const used = await usedOf(connection.ec2, code);
    const isFull = used !== undefined && used >= value;
    yield {
      kind: isFull ? "problem" : "ok",
      about: "quotas",
      what: `${name} (${code}): ${used === undefined ? "" : `${used} of `}${value}`,
      advice: isFull ? "Raise it in Service Quotas, or give one back." : "",
    };
  }
}

async function usedOf(ec2: Ec2, code: string): Promise<number | undefined> {
  switch (code) {
    case ELASTIC_IPS:
      return (await ec2.describeAddresses({})).length;
    case NETWORK_INTERFACES:
      return (await ec2.describeNetworkInterfaces({})).length;
    default:
      return undefined;
  }
}
