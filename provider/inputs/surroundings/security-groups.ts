/** Whether the security groups exist, are for the subnet's VPC, and are few enough for a network interface. */
import type { SecurityGroup, Subnet } from "../../ec2/ec2";
import type { Lookups } from "../../ec2/lookups";
import type { Failure } from "../validation";
import { type LookupAnswer, optional } from "./answers";
import { type Changed, type Inputs, missing, type LookupPlace, lookUpSubnet, textsIn } from "./place";

/** EC2's default, which no account is below. */
const ALWAYS_TAKEN = 5;

export class SecurityGroups {
  private readonly groups: Lookups<LookupAnswer<SecurityGroup>>;
  /** Whether a group can be used in a VPC, by "group vpc". */
  private readonly usable: Lookups<LookupAnswer<boolean>>;
  private readonly defaults: Lookups<LookupAnswer<string>>;
  private readonly most: Lookups<LookupAnswer<number>>;

  constructor(private readonly place: LookupPlace) {
    const { ec2, clock } = place;
    this.groups = optional((id) => ec2().describeSecurityGroup(id), clock);
    this.usable = optional((id) => {
      const [group = "", vpc = ""] = id.split(" ");
      return ec2().canUseSecurityGroup(group, vpc);
    }, clock);
    this.defaults = optional((vpcId) => ec2().findDefaultSecurityGroup(vpcId), clock);
    this.most = optional(() => ec2().findMostSecurityGroups(), clock);
  }

  async failures(inputs: Inputs, changed: Changed): Promise<Failure[]> {
    const isNew = changed("securityGroupIds");
    if (!isNew && !changed("subnetId")) {
      return [];
    }
    if (inputs.securityGroupIds === undefined) {
      return this.ofDefault(inputs);
    }
    const named = textsIn(inputs.securityGroupIds);
    const subnet = named.length === 0 ? undefined : await lookUpSubnet(this.place, inputs);
    const found = await Promise.all([
      isNew ? this.tooMany(inputs.securityGroupIds) : [],
      ...named.map(({ path, text }) => this.ofOne(`securityGroupIds${path}`, text, subnet)),
    ]);
    return found.flat();
  }

  /** An interface that is adopted keeps its groups. */
  private async ofDefault(inputs: Inputs): Promise<Failure[]> {
    const subnet = inputs.adopt === undefined ? await lookUpSubnet(this.place, inputs) : undefined;
    if (subnet === undefined || (await this.defaults.get(subnet.vpcId))?.is !== "missing") {
      return [];
    }
    const reason = `securityGroupIds: name at least one; without one the default group of the subnet's VPC is taken, and subnetId: ${subnet.id} is in ${subnet.vpcId}, whose default group this account cannot use: the VPC is another account's, which shares the subnet`;
    return [{ property: "securityGroupIds", reason }];
  }

  private async ofOne(property: string, id: string, subnet: Subnet | undefined): Promise<Failure[]> {
    const answer = await this.groups.get(id);
    if (answer === undefined || answer.is === "not-told") {
      return [];
    }
    const vpcId = answer.is === "found" ? answer.it.vpcId : undefined;
    const isFitting = vpcId !== undefined && (subnet === undefined || subnet.vpcId === vpcId);
    return isFitting ? [] : this.ofOther({ property, id, vpcId }, subnet);
  }

  /** Failures of a group of another VPC, which may be associated with the subnet's, or of an unseen group, which another account may share. */
  private async ofOther({ property, id, vpcId }: NamedGroup, subnet: Subnet | undefined): Promise<Failure[]> {
    const usable = subnet === undefined ? undefined : await this.usable.get(`${id} ${subnet.vpcId}`);
    if (usable?.is === "found" && usable.it) {
      return [];
    }
    if (vpcId === undefined || subnet === undefined) {
      return [missing(this.place, property, id)];
    }
    const reason = `${property}: ${id} is of ${vpcId}, but subnetId: ${subnet.id} is in ${subnet.vpcId}; name a security group of ${subnet.vpcId}, or associate this one with it`;
    return usable?.is === "found" ? [{ property, reason }] : [];
  }

  private async tooMany(list: unknown): Promise<Failure[]> {
    const count = Array.isArray(list) ? list.length : 0;
    const answer = count > ALWAYS_TAKEN ? await this.most.get("account") : undefined;
    if (answer?.is !== "found" || count <= answer.it) {
      return [];
    }
    const reason = `securityGroupIds has ${count} groups, and this account can put ${answer.it} on a network interface in ${this.place.region}; name fewer, or raise the quota "Security groups per network interface" (L-2AFB9258), to 16 at most`;
    return [{ property: "securityGroupIds", reason }];
  }
}

interface NamedGroup {
  property: string;
  id: string;
  /** Absent: it is not seen. */
  vpcId: string | undefined;
}
