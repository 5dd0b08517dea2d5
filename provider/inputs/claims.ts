/** Things that the resources of one run of Pulumi name by id. One thing is on one machine: the second resource that names it fails at preview. */
import { nameOf } from "../ec2/tags";
import { volumesIn } from "./refused-changes";
import { type Failure, isGiven, isObject } from "./validation";

type Inputs = Readonly<Record<string, unknown>>;

/** A thing as an input names it. */
interface Named {
  property: string;
  id: string;
  kind: string;
}

/** Finds the other name of an Elastic IP: its id by its address, and the reverse. */
export type OtherName = (given: string) => Promise<string | undefined>;

export class Claims {
  /** URN of the resource that names a thing, by region, then by the name of the thing. */
  private readonly namers = new Map<string, Map<string, string>>();
  /** URNs that were checked. The engine checks each resource once in a run, so a URN that comes again begins another run. */
  private readonly checked = new Set<string>();

  /**
   * Notes the things that a resource names in place of those that it named before, unless another resource of the run names one of them too.
   *
   * @param inputs checked
   * @param isNew whether there is no machine yet: only then `adopt` takes something over
   */
  async refusals(inputs: Inputs, isNew: boolean, otherName: OtherName): Promise<Failure[]> {
    const urn = String(inputs.resourceUrn);
    if (this.checked.has(urn)) {
      this.namers.clear();
      this.checked.clear();
    }
    this.checked.add(urn);
    const namers = this.namersIn(String(inputs.region));
    const named = namedIn(inputs, isNew);
    const first = this.note(urn, named, namers);
    if (first.length > 0) {
      return first;
    }
    // An Elastic IP may be named by its id here and by its address there.
    const addresses = named.filter(({ property, id }) => property === "elasticIp" && isNamedOtherwise(id, namers));
    const others = await Promise.all(
      addresses.map(async (it) => {
        const id = await otherName(it.id);
        return id === undefined ? [] : [{ ...it, id }];
      }),
    );
    return this.note(urn, others.flat(), namers);
  }

  /** The name of another resource of the run that names the thing, by any of its names. */
  namedByOther(urn: string, region: string, names: readonly string[]): string | undefined {
    const namers = this.namersIn(region);
    const other = names.map((it) => namers.get(it)).find((it) => it !== undefined && it !== urn);
    return other === undefined ? undefined : nameOf(other);
  }

  private namersIn(region: string): Map<string, string> {
    const namers = this.namers.get(region) ?? new Map<string, string>();
    this.namers.set(region, namers);
    return namers;
  }

  private note(urn: string, named: readonly Named[], namers: Map<string, string>): Failure[] {
    const failures = named.flatMap((it) => {
      const other = namers.get(it.id);
      return other === undefined || other === urn ? [] : [refusal(it, nameOf(other), nameOf(urn))];
    });
    if (failures.length > 0) {
      this.forget(urn);
      return failures;
    }
    for (const { id } of named) {
      namers.set(id, urn);
    }
    return [];
  }

  /** Forgets what a resource named: by now EC2 tells what the resource has, and the next run may give a thing to another. */
  forget(urn: string): void {
    for (const namers of this.namers.values()) {
      for (const [id, other] of namers) {
        if (other === urn) {
          namers.delete(id);
        }
      }
    }
  }
}

function refusal({ property, id, kind }: Named, first: string, second: string): Failure {
  const reason = `${property}: both ${first} and ${second} name ${id}, and ${kind} belongs to one machine; name it in one of the two`;
  return { property, reason };
}

function namedIn(inputs: Inputs, isNew: boolean): Named[] {
  const { elasticIp, adopt } = inputs;
  const adopted = isNew && isObject(adopt) ? adopt : {};
  return [
    ...text("elasticIp", elasticIp, "an Elastic IP"),
    ...volumesIn(inputs).flatMap(({ path, volume }) => text(`${path}.volumeId`, volume.volumeId, "a volume")),
    ...text("adopt.instanceId", adopted.instanceId, "an instance"),
    ...text("adopt.networkInterfaceId", adopted.networkInterfaceId, "a network interface"),
    ...text("adopt.managedInstanceId", adopted.managedInstanceId, "a managed instance"),
  ];
}

function text(property: string, id: unknown, kind: string): Named[] {
  return typeof id === "string" && isGiven(id) ? [{ property, id, kind }] : [];
}

function isAllocation(id: string): boolean {
  return id.startsWith("eipalloc-");
}

function isAddress(id: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(id);
}

function isNamedOtherwise(id: string, namers: ReadonlyMap<string, string>): boolean {
  return [...namers.keys()].some(isAllocation(id) ? isAddress : isAllocation);
}
