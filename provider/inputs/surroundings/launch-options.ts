/** The key pair and the placement group, and whether the types that may be launched take the options that are set. */
import type { InstanceType, PlacementGroup } from "../../ec2/ec2";
import { type TypeOptions, untakenOptions } from "../../engine/situation/type-options";
import type { InputName } from "../table";
import type { Lookups } from "../../ec2/lookups";
import { type Failure, isGiven, isObject } from "../validation";
import { type LookupAnswer, optional } from "./answers";
import { type Changed, type Inputs, knownText, missing, type LookupPlace, textsIn } from "./place";

const INPUTS: readonly InputName[] = [
  "instanceType",
  "fallbackInstanceTypes",
  "cpuCredits",
  "cpuOptions",
  "ebsOptimized",
  "tenancy",
  "placementGroup",
];

export class LaunchOptions {
  private readonly keyPairs: Lookups<LookupAnswer<{ name: string }>>;
  private readonly placementGroups: Lookups<LookupAnswer<PlacementGroup>>;

  constructor(private readonly place: LookupPlace) {
    const { ec2, clock } = place;
    this.keyPairs = optional((name) => ec2().describeKeyPair(name), clock);
    this.placementGroups = optional((name) => ec2().describePlacementGroup(name), clock);
  }

  async failures(inputs: Inputs, changed: Changed): Promise<Failure[]> {
    const found = await Promise.all([this.keyPair(inputs, changed), this.options(inputs, changed)]);
    return found.flat();
  }

  private async keyPair({ keyName }: Inputs, changed: Changed): Promise<Failure[]> {
    const name = changed("keyName") ? knownText(keyName) : undefined;
    const answer = name === undefined ? undefined : await this.keyPairs.get(name);
    const advice = "check it, and the region: key pairs are regional";
    return name !== undefined && answer?.is === "missing" ? [missing(this.place, "keyName", name, advice)] : [];
  }

  private async options(inputs: Inputs, changed: Changed): Promise<Failure[]> {
    const options = optionsIn(inputs);
    const group = knownText(inputs.placementGroup);
    if (!INPUTS.some(changed) || (group === undefined && Object.keys(options).length === 0)) {
      return [];
    }
    const answer = group === undefined ? undefined : await this.placementGroups.get(group);
    if (group !== undefined && answer?.is === "missing") {
      return [missing(this.place, "placementGroup", group)];
    }
    const placement =
      group !== undefined && answer?.is === "found" ? { placement: { group, strategy: answer.it.strategy } } : {};
    const types = await Promise.all(namedTypes(inputs).map((it) => this.typeOf(it)));
    return types.flatMap((it) => (it === undefined ? [] : refusals(it, { ...options, ...placement })));
  }

  private async typeOf({ property, name }: NamedType): Promise<FoundType | undefined> {
    const type = await this.place.types.get(name);
    return type && { property, type };
  }
}

interface NamedType {
  property: string;
  name: string;
}

interface FoundType {
  property: string;
  type: InstanceType;
}

function namedTypes({ instanceType, fallbackInstanceTypes }: Inputs): NamedType[] {
  const preferred = textsIn([instanceType]).map(({ text }) => ({ property: "instanceType", name: text }));
  const fallbacks = textsIn(fallbackInstanceTypes);
  return [
    ...preferred,
    ...fallbacks.map(({ path, text }) => ({ property: `fallbackInstanceTypes${path}`, name: text })),
  ];
}

function refusals({ property, type }: FoundType, options: TypeOptions): Failure[] {
  return untakenOptions(type, options).map(({ input, is, takes, advice }) => ({
    property: input,
    reason: `${is}, but ${property}: ${type.name} ${takes}; ${advice}`,
  }));
}

/** The options that are known and ask for something. */
function optionsIn({ cpuCredits, cpuOptions, ebsOptimized, tenancy }: Inputs): TypeOptions {
  const credits = knownText(cpuCredits);
  return {
    ...(credits === undefined ? {} : { cpuCredits: credits }),
    ...(isObject(cpuOptions) && isGiven(cpuOptions) ? { cpuOptions } : {}),
    ...(ebsOptimized === true ? { ebsOptimized } : {}),
    ...(tenancy === "dedicated" ? { tenancy } : {}),
  };
}
