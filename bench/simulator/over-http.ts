import type { EC2 } from "@aws-sdk/client-ec2";

import { clientOf } from "../../tests/conformance/target";

/** How many SDK clients ask at the same time. */
export const CLIENTS = 8;

export const FEW = 100;

export interface Place {
  url: string;
  image: string;
  subnets: readonly string[];
}

/** Calls a second, as so many clients get them one after the other. */
export interface Rates {
  launches: number;
  few: Describes;
  many: Describes;
}

interface Describes {
  byId: number;
  byTag: number;
}

interface Plan {
  launches: number;
  describes: number;
  many: number;
}

const TAG = "n";

/** An EC2 and all that was launched on it. */
class Fleet {
  readonly ids: string[] = [];
  private launches = 0;
  private readonly clients: EC2[];

  constructor(private readonly place: Place) {
    this.clients = Array.from({ length: CLIENTS }, () => clientOf(place.url));
  }

  /** Runs `count` calls over all clients at once; gives how many there were in a second. */
  async rate(count: number, call: (client: EC2, index: number) => Promise<unknown>): Promise<number> {
    let next = 0;
    const start = performance.now();
    await Promise.all(
      this.clients.map(async (client) => {
        for (let index = next++; index < count; index = next++) await call(client, index);
      }),
    );
    return (count * 1000) / (performance.now() - start);
  }

  /** Each launch has a number of its own as its tag. */
  async launch(client: EC2, count = 1): Promise<void> {
    const { image, subnets } = this.place;
    const number = this.launches++;
    const { Instances = [] } = await client.runInstances({
      ImageId: image,
      InstanceType: "t3.micro",
      SubnetId: subnets[number % subnets.length],
      MinCount: count,
      MaxCount: count,
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: TAG, Value: String(number) }] }],
    });
    this.ids.push(...Instances.flatMap(({ InstanceId }) => InstanceId ?? []));
  }

  /** By hundreds, as nothing is measured here. */
  async growTo(count: number): Promise<void> {
    const [client] = this.clients;
    while (client !== undefined && this.ids.length < count)
      await this.launch(client, Math.min(100, count - this.ids.length));
  }

  async describes(count: number): Promise<Describes> {
    const at = (index: number) => (index * 37) % this.ids.length;
    const byId = await this.rate(count, (client, index) =>
      client.describeInstances({ InstanceIds: [this.ids[at(index)] ?? ""] }),
    );
    const byTag = await this.rate(count, (client, index) =>
      client.describeInstances({ Filters: [{ Name: `tag:${TAG}`, Values: [String(index % FEW)] }] }),
    );
    return { byId, byTag };
  }

  close(): void {
    for (const client of this.clients) client.destroy();
  }
}

/** First few instances, then many: describes by id and by tag at both. */
export async function measure(place: Place, plan: Plan): Promise<Rates> {
  const fleet = new Fleet(place);
  try {
    await fleet.rate(FEW, (client) => fleet.launch(client));
    // The first calls pay for what is loaded by them.
    await fleet.describes(CLIENTS);
    const few = await fleet.describes(plan.describes);
    const launches = await fleet.rate(plan.launches, (client) => fleet.launch(client));
    await fleet.growTo(plan.many);
    return { launches, few, many: await fleet.describes(plan.describes) };
  } finally {
    fleet.close();
  }
}
