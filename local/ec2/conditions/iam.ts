import { Ec2Error } from "../model/errors";
import { askedBy } from "./asked";
import type { World } from "../model/world";
import { fits } from "./patterns";
import { type Asked, type Statement, type Verdict, verdictOn } from "./policy";
import type { Params } from "../wire/params";

export interface IamRules {
  /** Only what fits one of these may be done; everything where it is not given. */
  allow?: readonly string[];
  /** Actions that match one of these are denied, whatever else is allowed. */
  deny: readonly string[];
  /** The policies of the caller, with resources and conditions. */
  policy?: readonly Statement[];
}

/**
 * The rights of the caller: by action, in names or patterns such as `ec2:Describe*`, `RunInstances`, `iam:PassRole`, or by the
 * statements of policies. Where both are given, both count.
 */
export class Iam {
  private rules: IamRules = { deny: [] };

  deny(...actions: string[]): void {
    this.rules = { ...this.rules, deny: [...this.rules.deny, ...actions] };
  }

  allowOnly(actions: readonly string[]): void {
    this.rules = { ...this.rules, allow: [...actions] };
  }

  attach(policy: readonly Statement[]): void {
    this.rules = { ...this.rules, policy: [...policy] };
  }

  clear(): void {
    this.rules = { deny: [] };
  }

  list(): IamRules {
    return this.rules;
  }

  check(action: string, params: Params, world: World): void {
    const { allow, deny, policy } = this.rules;
    if (allow === undefined && policy === undefined && deny.length === 0) return;
    for (const asked of askedBy(action, params, world)) {
      const verdict = this.verdictOn(asked);
      if (verdict !== "allowed") throw refusal(asked, verdict, world);
    }
  }

  private verdictOn(asked: Asked): Verdict {
    const { allow, deny, policy } = this.rules;
    const isOf = (pattern: string): boolean => fits(qualified(pattern), asked.permission);
    if (deny.some(isOf)) return "denied";
    if (allow?.some(isOf) === false) return "not allowed";
    return policy === undefined ? "allowed" : verdictOn(policy, asked);
  }
}

function qualified(pattern: string): string {
  return pattern.includes(":") || pattern === "*" ? pattern : `ec2:${pattern}`;
}

/** The sentence as AWS words it since 2021; describes have no resource and nothing encoded. */
function refusal({ permission, resource }: Asked, verdict: Verdict, { accountId }: World): Ec2Error {
  const user = `arn:aws:iam::${accountId}:user/simulated`;
  const isDescribe = permission.startsWith("ec2:Describe");
  const isDenied = verdict === "denied";
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
