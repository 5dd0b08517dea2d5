import { AREAS, type Probe } from "./probe";
import { DODGES } from "./dodges";
import { DEVIATIONS_OF_MOTO } from "./deviations-of-moto";
import { DEVIATIONS_OF_SIMULATOR } from "./deviations-of-simulator";
import { PROBES } from "./probes";
import type { Deviations } from "./run";

/** The parts of EC2 that were left out on purpose. */
const NOT_MODELLED = [
  "Any other service: IAM beyond the policies of one caller, Route 53, load balancers and their target groups, CloudWatch, KMS.",
  "Fleets, Auto Scaling, capacity reservations, dedicated hosts, placement scores, hibernation and Outposts.",
  "Route tables, gateways, network ACLs, peering, endpoints and whether a packet would arrive.",
  "The inside of a machine: no guest runs, no user data is carried out, no metadata service answers.",
];

const INTRODUCTION = `# The EC2 simulator: what it models, and how that is known

Written by \`npm run conformance -- --write-docs\`; a test holds it against the code.

Each line under an area is a *probe*: a statement about EC2 that is tried over HTTP with the unmodified AWS SDK. \`npm test\` tries all
of them on the simulator. \`npm run conformance\` tries the same ones on [moto](https://github.com/getmoto/moto) as well, an EC2
that somebody else wrote: it has to agree with every probe but those that are listed below as its deviations. Then boto3, a second
client, takes the simulator through a whole life cycle, and the product takes one machine through its own on moto.

**Sources.** *API reference, X* is the page of the action or type X in the Amazon EC2 API Reference (its text is in every AWS SDK's
model too); *error codes* is its list of those. *User guide* is the one of EC2, EBS or VPC. *ec2-behaviour.md* is this project's
collection of what is known of EC2, each entry with the thread or document it is from. *Seen in* names a public thread in which
EC2's answer is quoted.`;

/** The whole of docs/simulator.md. */
export function documentation(actions: readonly string[]): string {
  const sections = [
    INTRODUCTION,
    `## Actions\n\n${actions.length} actions are modelled; any other answers \`InvalidAction\`.\n\n${wrapped(actions.map((it) => `\`${it}\``))}`,
    `## Not modelled\n\n${bullets(NOT_MODELLED)}`,
    `## Probes\n\n${summary()}`,
    ...AREAS.map(areaSection).filter((section) => section !== ""),
    `## Where the simulator is known to be otherwise than EC2\n\n${list(DEVIATIONS_OF_SIMULATOR, "Nothing that a probe has found.")}`,
    `## Where moto 5.2.5 is otherwise than EC2\n\n${list(DEVIATIONS_OF_MOTO, "Nothing.")}`,
    `## Deviations that the product's life cycle on moto dodges\n\n${bullets(DODGES.map(({ probe, how }) => `\`${probe}\`: ${how}.`))}`,
  ];
  return `${sections.join("\n\n")}\n`;
}

function summary(): string {
  const rows = AREAS.flatMap((name) => {
    const probes = of(name);
    if (probes.length === 0) return [];
    const otherwise = (known: Deviations) => probes.filter(({ id }) => known.byProbe.has(id)).length;
    return `| ${name} | ${probes.length} | ${otherwise(DEVIATIONS_OF_SIMULATOR)} | ${otherwise(DEVIATIONS_OF_MOTO)} |`;
  });
  const { byProbe } = DEVIATIONS_OF_SIMULATOR;
  const total = `| **all** | ${PROBES.length} | ${byProbe.size} | ${DEVIATIONS_OF_MOTO.byProbe.size} |`;
  return ["| area | probes | simulator is otherwise | moto is otherwise |", "|---|---|---|---|", ...rows, total].join(
    "\n",
  );
}

function of(area: string): Probe[] {
  return PROBES.filter((probe) => probe.area === area);
}

function areaSection(name: (typeof AREAS)[number]): string {
  const probes = of(name);
  if (probes.length === 0) return "";
  const lines = probes.map((probe) => `- ${probe.title}${outcome(probe)} · *${probe.source}* · \`${probe.id}\``);
  return `### ${name.charAt(0).toUpperCase()}${name.slice(1)}\n\n${lines.join("\n")}`;
}

function outcome({ expected }: Probe): string {
  if (!("refusal" in expected)) return "";
  const { code, status } = expected.refusal;
  return ` → \`${code}\`${status === 400 ? "" : `, HTTP ${status}`}`;
}

function list({ groups }: Deviations, none: string): string {
  if (groups.length === 0) return none;
  return bullets(groups.map(({ does, probes }) => `It ${does}. ${probes.map((id) => `\`${id}\``).join(" ")}`));
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

function wrapped(words: readonly string[]): string {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 125) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}
