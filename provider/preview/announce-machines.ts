/** The lines on other machines: one that is taken over, and those of the same name that another state may have. */
import type { Ec2 } from "../ec2/ec2";
import { nameOf, TAG, urnTag } from "../ec2/tags";
import { isUnfinished } from "../engine/record/claim";
import { isAlive } from "../engine/situation/instances";
import { observe } from "../engine/situation/observe";
import { idleCostOf } from "../engine/planning/retention";
import type { Observed } from "../model/observed";
import type { FoundMachine } from "./take-over";

/** @param line what becomes of its instance and its addresses */
export function announceTakeOver({ id, owner }: FoundMachine, line: string): string {
  const from =
    owner === undefined ? "" : `, until now ${owner.startsWith("sha256:") ? owner : nameOf(owner)} (${owner})`;
  return `takes over the managed instance ${id}${from}: ${line}; a stack that still has ${id} loses it: take it out of that stack's state (\`pulumi state delete\`)`;
}

/** Machines that exist under the URN of a machine that is to be made. */
export interface Namesakes {
  /** The machine that an earlier create began, which this one goes on with. */
  begun?: string;
  /** A description of each machine that is a state's, as the end of a line. */
  lines: string[];
}

/**
 * @param own ids that the state at hand is known to have
 */
export async function findNamesakes(ec2: Ec2, urn: string, own: ReadonlySet<string>): Promise<Namesakes> {
  const records = await ec2.describeLaunchTemplates({ [`tag:${TAG.urn}`]: [urnTag(urn)] });
  const others = records.filter((it) => !own.has(it.name) && !isUnfinished(it, urn));
  const lines = await Promise.all(
    others.map(async (template) => {
      const observed = await observe(ec2, { id: template.name, template });
      return describeOther(template.name, observed);
    }),
  );
  return { begun: records.find((it) => isUnfinished(it, urn))?.name, lines };
}

function describeOther(id: string, observed: Observed): string {
  const instance = observed.instances.find(isAlive);
  const addresses = [
    ...observed.networkInterfaces.map((it) => it.privateIp),
    ...observed.elasticIps.map((it) => it.publicIp),
  ];
  const what = [
    ...(instance === undefined ? ["no instance"] : [`${instance.id}, ${instance.type}, ${instance.state}`]),
    ...addresses,
  ];
  const cost = idleCostOf(observed);
  const price =
    cost === 0
      ? ""
      : `, which costs about $${cost.toFixed(2)} a month${instance === undefined ? "" : " beside its instance"}`;
  return `a machine of this name is there already, which this does not touch unless Pulumi replaces it as a resource (--replace, taint): ${id} (${what.join(", ")})${price}. If no stack has it, adopt: { managedInstanceId: "${id}" } takes it over in place of making one, and \`managed-instance release ${id}\` gives it up`;
}
