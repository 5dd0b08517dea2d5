/** The course of each scenario where all is allowed: the rights that it takes, and what lasts over it. */
import { TAG } from "../../provider/ec2/tags";
import type { Properties } from "../../provider/model/properties";
import { nothingIsOurs } from "./by-hand";
import { beginning, carriedOut, PERMITTED_VOLUME } from "./permission-scenarios";
import { isAdoption, policyFor } from "./policies";
import type { Stack } from "./support";
import { later, made, nothingIsLeft, settled } from "./world";

const IN_USE = " is in use";

/** The things of a machine that outlive its instance, and which of them a running instance has the use of. */
function factsOf(owner: Stack): string[] {
  const { networkInterfaces, elasticIps, volumes, instances } = made(owner);
  const running = instances.filter((it) => it.state === "running").map((it) => it.instanceId);
  const isUsed = ({ attachment }: { attachment?: { instanceId: string } }): boolean =>
    attachment !== undefined && running.includes(attachment.instanceId);
  const data = volumes.filter(
    ({ attachment, tags }) => TAG.volume in tags || attachment?.device === PERMITTED_VOLUME.deviceName,
  );
  const online = networkInterfaces.filter(isUsed).map((it) => it.networkInterfaceId);
  const addresses = elasticIps.filter((it) => online.includes(it.networkInterfaceId ?? ""));
  return [
    ...networkInterfaces.flatMap(({ networkInterfaceId: id, macAddress, privateAddresses }) => [
      `${id} is ${macAddress}`,
      ...privateAddresses.map(({ address, primary }) => `${id} has ${address}${primary ? " first" : ""}`),
    ]),
    ...elasticIps.map((it) => `${it.allocationId} is ${it.publicIp}`),
    ...data.map((it) => `${it.volumeId} is there`),
    ...[...online, ...addresses.map((it) => it.allocationId), ...data.filter(isUsed).map((it) => it.volumeId)].map(
      (it) => `${it}${IN_USE}`,
    ),
  ];
}

interface Course {
  /** The facts that hold before and after. */
  lasting: string[];
  /** The rights that it took. */
  used: string[];
}

/** Rights that a call of another action takes too. */
const TAKEN_WITH: Readonly<Record<string, string>> = {
  "ec2:CreateLaunchTemplate": "ec2:CreateTags",
  "ec2:AssociateIamInstanceProfile": "iam:PassRole",
  "ec2:ReplaceIamInstanceProfileAssociation": "iam:PassRole",
};

const courses = new Map<string, Promise<Course>>();

async function run(name: string): Promise<Course> {
  const { owner, wanted } = await beginning(name, policyFor(name));
  const before = factsOf(owner);
  await carriedOut(owner, wanted);
  const called = owner.simulator.calls().map((it) => `ec2:${it.action}`);
  const passes = called.includes("ec2:RunInstances") && wanted?.iamInstanceProfile !== undefined;
  const also = [...called.flatMap((it) => TAKEN_WITH[it] ?? []), ...(passes ? ["iam:PassRole"] : [])];
  const used = new Set([...called, ...also]);
  later(owner);
  const after = factsOf(owner);
  await comesToItsEnd(name, owner, wanted);
  return { lasting: before.filter((it) => after.includes(it)), used: [...used] };
}

export function courseOf(name: string): Promise<Course> {
  const course = courses.get(name) ?? run(name);
  courses.set(name, course);
  return course;
}

/** It is as wanted, and what is left once it is destroyed is what was given to it. */
export async function comesToItsEnd(name: string, owner: Stack, wanted: Properties | undefined): Promise<void> {
  if (wanted !== undefined) {
    await settled(owner, wanted);
    await owner.destroy();
    later(owner);
  }
  if (isAdoption(name)) {
    nothingIsOurs(owner);
  } else {
    nothingIsLeft(owner);
  }
}

/** The facts that would hold had all been allowed, and do not. */
export async function lostBy(owner: Stack, name: string): Promise<string[]> {
  const { lasting } = await courseOf(name);
  const facts = factsOf(owner);
  return lasting.filter((it) => !facts.includes(it));
}
