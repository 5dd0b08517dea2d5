/**
 * `npm run conformance`: the table on the simulator and on moto, boto3 on the simulator, the product on moto. With `--write-docs`
 * it writes docs/simulator.md, and nothing more.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { listActions } from "../../local/ec2/wire/actions";
import { DEVIATIONS_OF_MOTO } from "./deviations-of-moto";
import { DEVIATIONS_OF_SIMULATOR } from "./deviations-of-simulator";
import { documentation } from "./docs";
import { DODGES } from "./dodges";
import { lifeCycleOfBoto3 } from "./lifecycle-of-boto3";
import { MotoServer, MotoTarget, pythonWithMoto, Unavailable } from "./moto";
import { AREAS } from "./probe";
import { PROBES } from "./probes";
import { lifeOnMoto } from "./product-on-moto";
import { complaint, type Deviations, tryProbe, type Verdict } from "./run";
import { SimulatorTarget, type Target } from "./target";

/** Far more than all of it takes; whatever hangs is ended. */
const DEADLINE_MS = 30 * 60_000;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

let passed = 0;
let failed = 0;

function count(what: string, failure: string | undefined): void {
  if (failure === undefined) passed += 1;
  else {
    failed += 1;
    say(`  FAILED ${what}: ${failure}`);
  }
}

interface Held {
  name: string;
  verdicts: Verdict[];
  known: Deviations;
}

/** Moto draws addresses at random and gives one out twice (moto-deviations.md), so chance has to strike this often to count. */
const MOTO_TRIES = 3;

async function hold(target: Target, known: Deviations, tries = 1): Promise<Held> {
  const start = performance.now();
  const verdicts: Verdict[] = [];
  for (const probe of PROBES) {
    let verdict = await tryProbe(target, probe);
    for (let again = 1; again < tries && complaint(verdict, known) !== undefined; again++) {
      verdict = await tryProbe(target, probe);
    }
    verdicts.push(verdict);
    count(`${probe.id} on ${target.name}`, complaint(verdict, known));
  }
  say(`${PROBES.length} probes on ${target.name} in ${Math.round((performance.now() - start) / 1000)} s`);
  return { name: target.name, verdicts, known };
}

/** By area: how many probes there are, and how many agree with EC2 on each. */
function table(held: readonly Held[]): string {
  const row = (first: string, ...rest: (string | number)[]) =>
    `  ${first.padEnd(26)}${rest.map((cell) => String(cell).padStart(22)).join("")}`;
  const agreeing = (verdicts: Verdict[]) => verdicts.filter(({ agrees }) => agrees).length;
  const rows = AREAS.map((area) => {
    const inArea = held.map(({ verdicts }) => verdicts.filter(({ probe }) => probe.area === area));
    return row(area, inArea[0]?.length ?? 0, ...inArea.map(agreeing));
  });
  const total = row("all", PROBES.length, ...held.map(({ verdicts }) => agreeing(verdicts)));
  const head = row("area", "probes", ...held.map(({ name }) => `as EC2: ${name.replace("the ", "")}`));
  return [head, ...rows, total].join("\n");
}

async function onMoto(python: string): Promise<Held> {
  const server = await MotoServer.start(python);
  try {
    const moto = await MotoTarget.over(server.url);
    const held = await hold(moto, DEVIATIONS_OF_MOTO, MOTO_TRIES);
    say("The product's own life cycle on moto:");
    for (const { probe, how } of DODGES) say(`  dodged (${probe}): ${how}`);
    for (const { title, failure } of await lifeOnMoto(moto)) {
      count(title, failure);
      if (failure === undefined) say(`  ok: ${title}`);
    }
    await moto.close();
    return held;
  } finally {
    await server.close();
  }
}

async function conformance(): Promise<void> {
  const python = pythonWithMoto(say);
  const simulator = await SimulatorTarget.start();
  const held = [await hold(simulator, DEVIATIONS_OF_SIMULATOR)];
  await simulator.close();
  held.push(await onMoto(python));
  say("boto3's life cycle on the simulator:");
  const { ok, lines } = await lifeCycleOfBoto3(python);
  for (const line of lines) say(`  ${line}`);
  count("boto3's life cycle", ok ? undefined : (lines.at(-1) ?? "it printed nothing"));
  say(table(held));
}

async function main(): Promise<void> {
  if (process.argv.includes("--write-docs")) {
    const file = join(__dirname, "..", "..", "docs", "simulator.md");
    writeFileSync(file, documentation(listActions().map(({ action }) => action)));
    say(`Written: ${file}`);
    return;
  }
  setTimeout(() => {
    say(`Not done after ${DEADLINE_MS / 60_000} minutes.`);
    process.exit(1);
  }, DEADLINE_MS).unref();
  try {
    await conformance();
  } catch (error) {
    failed += 1;
    say(
      error instanceof Unavailable
        ? error.message
        : `It broke: ${error instanceof Error ? error.stack : String(error)}`,
    );
  }
  say(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

void main();
