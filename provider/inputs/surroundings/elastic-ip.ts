/** Whether the Elastic IP exists, and serves in the subnet's zone. */
import type { Zone } from "../../ec2/ec2";
import { isOwnZone } from "../../ec2/zones";
import { findElasticIp } from "../../engine/situation/observe-elastic-ips";
import type { ElasticIp } from "../../model/things";
import { type Lookups, patiently } from "../../ec2/lookups";
import type { Failure } from "../validation";
import { type LookupAnswer, optional } from "./answers";
import { type Changed, type Inputs, knownText, missing, type LookupPlace, lookUpSubnet } from "./place";

export class ElasticIps {
  private readonly zones: Lookups<LookupAnswer<Zone>>;

  constructor(private readonly place: LookupPlace) {
    const { ec2, clock } = place;
    this.zones = optional((name) => ec2().describeZone(name), clock);
  }

  async failures(inputs: Inputs, olds: Inputs, changed: Changed): Promise<Failure[]> {
    const given = knownText(inputs.elasticIp);
    if (given !== undefined && (changed("elasticIp") || changed("subnetId"))) {
      const found = await this.find(given);
      const advice = "give one of this account, or true to allocate one";
      return found === undefined
        ? [missing(this.place, "elasticIp", given, advice)]
        : this.elsewhere(inputs, found, `elasticIp: ${given}`, "elasticIp");
    }
    // The allocated Elastic IP moves along to another subnet.
    const own = inputs.elasticIp === true && changed("subnetId") ? knownText(olds.allocationId) : undefined;
    const found = own === undefined ? undefined : await this.find(own);
    return found === undefined
      ? []
      : this.elsewhere(inputs, found, `the Elastic IP ${found.publicIp} of this machine`, "subnetId");
  }

  private find(given: string): Promise<ElasticIp | undefined> {
    const isFound = (seen: unknown): boolean => seen !== undefined;
    return patiently(() => findElasticIp(this.place.ec2(), given), isFound, this.place.clock);
  }

  private async elsewhere(inputs: Inputs, elasticIp: ElasticIp, what: string, property: string): Promise<Failure[]> {
    const subnet = await lookUpSubnet(this.place, inputs);
    const has = elasticIp.networkBorderGroup;
    const needs = subnet === undefined ? undefined : await this.borderGroupOf(subnet.availabilityZone);
    if (subnet === undefined || has === undefined || needs === undefined || has === needs) {
      return [];
    }
    const zone = subnet.availabilityZone;
    const advice =
      property === "elasticIp"
        ? `give one of ${needs}, or true to allocate one`
        : `choose a subnet of ${has}, or give the address up first, with elasticIp: false in an up of its own`;
    const reason = `subnetId: ${subnet.id} is in ${zone}, where Elastic IPs are of the network border group ${needs}, but ${what} is of ${has}; ${advice}`;
    return [{ property, reason }];
  }

  /** The border group; undefined where EC2 does not tell. Only Local and Wavelength Zones have to be asked about. */
  private async borderGroupOf(zone: string): Promise<string | undefined> {
    if (isOwnZone(zone, this.place.region)) {
      return this.place.region;
    }
    const answer = await this.zones.get(zone);
    return answer?.is === "found" ? answer.it.networkBorderGroup : undefined;
  }
}
