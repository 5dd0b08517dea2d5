/** `npm run bench:simulator`: how fast the EC2 simulator is, with moto beside it. A minute or so. */
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import Table from "cli-table3";

import { WELL_KNOWN } from "../../local/ec2";
import { MotoServer, MotoTarget, pythonWithMoto, Unavailable } from "../../tests/conformance/moto";
import { CLIENTS, FEW, measure, type Place, type Rates } from "./over-http";

const MANY = 10_000;
/** moto makes and finds instances too slowly for 10,000 of them. */
const MANY_FOR_MOTO = 1_000;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

interface InProcess extends Rates {
  rss: number;
  heapUsed: number;
}

function inProcess(): InProcess {
  const script = join(__dirname, "in-process.mjs");
  return JSON.parse(execFileSync(process.execPath, ["--expose-gc", script], { encoding: "utf8" })) as InProcess;
}

/** The built simulator in a process of its own, so that clients and server share no event loop. */
async function overHttp(): Promise<Rates & { rss: number }> {
  const main = join(__dirname, "..", "..", "dist", "local", "main.js");
  const child = spawn(process.execPath, [main, "ec2", "--port", "0", "--seed", "1"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const url = await new Promise<string>((found, fail) => {
      child.once("exit", () => {
        fail(new Error("the simulator did not start"));
      });
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        const said = /http:\/\/[\d.:]+/.exec(chunk)?.[0];
        if (said !== undefined) found(said);
      });
    });
    await fetch(`${url}/_sim/quotas`, { method: "POST", body: JSON.stringify({ "network-interfaces": MANY * 2 }) });
    const place: Place = { url, image: WELL_KNOWN.imageV1, subnets: WELL_KNOWN.defaultSubnets };
    const rates = await measure(place, { launches: 600, describes: 600, many: MANY });
    return { ...rates, rss: residentSize(child.pid ?? 0) };
  } finally {
    child.kill();
  }
}

async function onMoto(): Promise<(Rates & { rss: number }) | undefined> {
  try {
    const server = await MotoServer.start(pythonWithMoto(say));
    try {
      const moto = await MotoTarget.over(server.url);
      const { image, defaultSubnet } = await moto.surroundings();
      const place: Place = { url: server.url, image, subnets: [defaultSubnet] };
      const rates = await measure(place, { launches: 60, describes: 32, many: MANY_FOR_MOTO });
      return { ...rates, rss: residentSize(server.pid) };
    } finally {
      await server.close();
    }
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    say(`moto is left out: ${error.message}`);
    return undefined;
  }
}

function residentSize(pid: number): number {
  const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kib) * 1024;
}

const perSecond = (rate: number | undefined) =>
  rate === undefined ? "–" : `${Math.round(rate).toLocaleString("en")}/s`;
const ratio = (few: number | undefined, many: number | undefined) =>
  few === undefined || many === undefined ? "–" : `${(few / many).toFixed(2)}x as long`;
const mib = (bytes: number | undefined) => (bytes === undefined ? "–" : `${Math.round(bytes / 2 ** 20)} MiB`);

async function main(): Promise<void> {
  const own = inProcess();
  const http = await overHttp();
  const moto = await onMoto();
  const table = new Table({
    head: ["", "in process", `HTTP, ${CLIENTS} clients`, `moto, HTTP, ${CLIENTS} clients`, "wanted"],
    style: { head: [], border: [] },
  });
  const rates = (read: (it: Rates) => number) => [own, http, moto].map((it) => perSecond(it && read(it)));
  const ratios = (read: (it: Rates["few"]) => number) =>
    [own, http, moto].map((it) => ratio(it && read(it.few), it && read(it.many)));
  table.push(
    ["RunInstances", ...rates((it) => it.launches), "1,000/s; 300/s by HTTP"],
    ["describe by id, few", ...rates((it) => it.few.byId), "2,000/s; 300/s by HTTP"],
    ["describe by id, many", ...rates((it) => it.many.byId), ""],
    ["describe by id, many against few", ...ratios((it) => it.byId), "2x at most"],
    ["describe by tag, few", ...rates((it) => it.few.byTag), ""],
    ["describe by tag, many", ...rates((it) => it.many.byTag), ""],
    ["describe by tag, many against few", ...ratios((it) => it.byTag), "2x at most"],
    ["the instances' part of that", mib(own.heapUsed), "–", "–", ""],
    ["resident memory with many", mib(own.rss), mib(http.rss), mib(moto?.rss), "300 MiB at most"],
  );
  say(table.toString());
  say(`Few: ${FEW} instances. Many: ${MANY.toLocaleString("en")}, on moto ${MANY_FOR_MOTO.toLocaleString("en")}.`);
  say("The machine is shared, and over HTTP the clients run on it too: ratios and counts say more than times.");
}

void main();
