/**
 * Many machines from one: the engine makes the first of a kind, and the account then has as many more, each under ids and an address of
 * its own. Ten thousand made call by call would be most of a run's time.
 */
import type { SimState } from "../../local/ec2";
import { recordedDesired } from "../../provider/inputs/continuity";
import { nameOf } from "../../provider/ec2/tags";
import { launchHash, settingsHash } from "../../provider/engine/record/specification";
import type { Outputs } from "../../provider/model/outputs";
import type { Properties } from "../../provider/model/properties";

/** As Pulumi has it on record. */
export interface Machine {
  id: string;
  outputs: Properties & Pick<Outputs, "networkInterfaceId" | "privateIp" | "macAddress" | "instanceId">;
}

/** The tables in which a machine has rows. */
const TABLES = ["networkInterfaces", "instances", "launchTemplates", "spotRequests", "volumes", "tokens"] as const;

/** Ids and client tokens that EC2, or the product, gave it. */
const GIVEN = /\b(?:(?:mi|lt|eni|eni-attach|i|r|sir|vol)-[0-9a-f]{8,17}|[0-9a-f]{64})\b/g;

type Rows = Record<(typeof TABLES)[number], [key: string, row: unknown][]>;

interface Copy {
  machine: Machine;
  rows: Rows;
  intervals: SimState["ledger"]["intervals"];
}

/** A machine, and the account before and after it was made. */
export interface Made {
  machine: Machine;
  before: SimState;
  after: SimState;
}

/** Adds to `state` all that came with the machine, `count` times, and gives the copies. */
export function addCopies(state: SimState, { machine, before, after }: Made, count: number): Machine[] {
  const rows = Object.fromEntries(
    TABLES.map((name) => [name, Object.entries<unknown>(after[name]).filter(([key]) => !(key in before[name]))]),
  ) as Rows;
  const { networkInterfaceId, subnetId } = machine.outputs;
  const intervals = after.ledger.intervals.filter((it) => it.networkInterfaceId === networkInterfaceId);
  const text = JSON.stringify({ machine, rows, intervals } satisfies Copy);
  const given = [...new Set(text.match(GIVEN))];
  const subnet = state.subnets[String(subnetId)];
  const copies: Machine[] = [];
  for (let number = 1; copies.length < count && subnet !== undefined; number++) {
    const address = addressOf(subnet.cidrBlock, number);
    if (address in subnet.leases) {
      continue;
    }
    const copy = renamed(text, new Map([...namesOf(machine, number, address), ...given.map(numbered(number))]));
    for (const name of TABLES) {
      Object.assign(state[name], Object.fromEntries(copy.rows[name]));
    }
    state.ledger.intervals.push(...copy.intervals);
    subnet.leases[address] = copy.machine.outputs.networkInterfaceId;
    subnet.leaseCount++;
    copies.push(copy.machine);
  }
  return copies;
}

/** The first sixteen of a subnet's addresses are left out: EC2 has some of them. */
function addressOf(cidrBlock: string, number: number): string {
  const [a = 0, b = 0, c = 0] = cidrBlock.split(".").map(Number);
  const host = number + 16;
  return `${a}.${b}.${c + (host >> 8)}.${host & 255}`;
}

const numbered =
  (number: number) =>
  (name: string): [string, string] => [name, `${name.slice(0, -5)}${number.toString(16).padStart(5, "0")}`];

/** The names of the first machine, each with the copy's name in its place. */
function namesOf({ id, outputs }: Machine, number: number, address: string): [string, string][] {
  const desired = recordedDesired(outputs);
  const [, copyId] = numbered(number)(id);
  const { privateIp, macAddress } = outputs;
  const name = nameOf(desired.resourceUrn);
  const tail = number.toString(16).padStart(6, "0").replace(/..\B/g, "$&:");
  return [
    [name, `${name}-${number}`],
    [launchHash(id, desired), launchHash(copyId, desired)],
    [settingsHash(id, desired), settingsHash(copyId, desired)],
    [privateIp, address],
    [privateIp.replaceAll(".", "-"), address.replaceAll(".", "-")],
    [macAddress, `${macAddress.slice(0, 9)}${tail}`],
  ];
}

function renamed(text: string, names: ReadonlyMap<string, string>): Copy {
  const any = new RegExp([...names.keys()].map((it) => it.replaceAll(".", "\\.")).join("|"), "g");
  return JSON.parse(text.replace(any, (name) => names.get(name) ?? name)) as Copy;
}
