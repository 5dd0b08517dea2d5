import { Ec2Error } from "./model/errors";
import type { ParamTree } from "./model/state";
import { fits } from "./patterns";
import type { Params } from "./wire/params";

export interface IamRules {
  /** Only what fits one of these may be done; everything where it is not given. */
  allow?: readonly string[];
  /** What fits one of these may not be done, whatever else is allowed. */
  deny: readonly string[];
}

interface Place {
  region: string;
  accountId: string;
}

/**
 * What the caller may do, by action: names or patterns such as `ec2:Describe*`, `RunInstances`, `iam:PassRole`. Resources and
 * conditions of policies are not modelled.
 */
export class Iam {
  private rules: IamRules = { deny: [] };

  deny(...actions: string[]): void {
    this.rules = { ...this.rules, deny: [...this.rules.deny, ...actions] };
  }

  allowOnly(actions: readonly string[]): void {
    this.rules = { ...this.rules, allow: [...actions] };
  }

  clear(): void {
    this.rules = { deny: [] };
  }

  list(): IamRules {
    return this.rules;
  }

  check(action: string, params: Params, place: Place): void {
    for (const permission of permissionsFor(action, params)) {
      const isDenied = this.rules.deny.some((pattern) => fits(qualified(pattern), permission));
      const isAllowed = this.rules.allow?.some((pattern) => fits(qualified(pattern), permission)) ?? true;
      if (isDenied || !isAllowed) throw refusal(permission, { isDenied, params, place });
    }
  }
}

function qualified(pattern: string): string {
  return pattern.includes(":") || pattern === "*" ? pattern : `ec2:${pattern}`;
}

/** Tagging at creation and passing a role need permissions of their own (EC2 guide, supported-iam-actions-tagging). */
function permissionsFor(action: string, params: Params): string[] {
  const permissions = [`ec2:${action}`];
  if (params.has("TagSpecification")) permissions.push("ec2:CreateTags");
  const passes = ["RunInstances", "AssociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation"];
  if (passes.includes(action) && params.has("IamInstanceProfile")) permissions.push("iam:PassRole");
  return permissions;
}

interface Circumstances {
  isDenied: boolean;
  params: Params;
  place: Place;
}

/** The sentence as AWS words it since 2021; describes have no resource and nothing encoded. */
function refusal(permission: string, { isDenied, params, place }: Circumstances): Ec2Error {
  const user = `arn:aws:iam::${place.accountId}:user/simulated`;
  const isDescribe = permission.startsWith("ec2:Describe");
  const resource = `arn:aws:ec2:${place.region}:${place.accountId}:${resourceIn(params.tree) ?? "*/*"}`;
  const why = isDenied
    ? "with an explicit deny in an identity-based policy"
    : `because no identity-based policy allows the ${permission} action`;
  const facts = { allowed: false, explicitDeny: isDenied, context: { principal: user, action: permission, resource } };
  const encoded = Buffer.from(JSON.stringify(facts)).toString("base64url");
  return new Ec2Error(
    "UnauthorizedOperation",
    [
      "You are not authorized to perform this operation.",
      `User: ${user} is not authorized to perform: ${permission}${isDescribe ? "" : ` on resource: ${resource}`} ${why}.`,
      ...(isDescribe ? [] : [`Encoded authorization failure message: ${encoded}`]),
    ].join(" "),
  );
}

const RESOURCE_TYPES: Readonly<Record<string, string>> = {
  i: "instance",
  eni: "network-interface",
  eipalloc: "elastic-ip",
  lt: "launch-template",
  vol: "volume",
  sir: "spot-instances-request",
};

/** The first object that the request names. */
function resourceIn(tree: ParamTree): string | undefined {
  for (const value of Object.values(tree)) {
    if (typeof value !== "string") {
      const inside = resourceIn(value);
      if (inside !== undefined) return inside;
      continue;
    }
    const type = RESOURCE_TYPES[/^([a-z]+)-[0-9a-z]{8,17}$/.exec(value)?.[1] ?? ""];
    if (type !== undefined) return `${type}/${value}`;
  }
  return undefined;
}
