/** The answers of the console's API, by route. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isReadable } from "../../controller/record";
import { type DoctorCheck, examine } from "../checks";
import type { Connection, GlobalOptions } from "../connection";
import { textOf } from "../exit";
import { identityOf } from "../identity";
import { eventsOf } from "../machine-events";
import { timeText } from "../machine-view";
import { type Fleet, kindOf } from "./fleet";
import { machinePage } from "./machine-page";
import { Refusal } from "./refusal";
import type { DoctorReport, FleetUpdate, MachineEvents, MachinePage, SessionView, TroubleKind } from "./wire";

/** As many as a page shows without a search. */
const MOST_EVENTS = 100;

const STATUS: Readonly<Record<TroubleKind, number>> = {
  "no-credentials": 502,
  denied: 502,
  throttled: 503,
  unreachable: 504,
  failed: 500,
};

export class Api {
  private session: Promise<SessionView> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly fleet: Fleet,
    private readonly options: GlobalOptions,
  ) {}

  /**
   * Answers a GET.
   *
   * @param path as the gate has normalised it
   * @throws Refusal
   */
  async answer(path: string): Promise<SessionView | FleetUpdate | MachinePage | MachineEvents | DoctorReport> {
    if (path === "/api/session") {
      return (this.session ??= this.sessionView());
    }
    if (path === "/api/machines") {
      await this.requireLook();
      return this.fleet.whole;
    }
    const [, id = "", part] = /^\/api\/machines\/(mi-[0-9a-f]{1,40})(?:\/(events|doctor))?$/.exec(path) ?? [];
    if (id === "") {
      throw new Refusal(404, "not-found", "There is nothing of this name.");
    }
    await this.requireLook();
    try {
      return await this.ofMachine(id, part);
    } catch (error) {
      throw error instanceof Refusal ? error : refusalOf(error);
    }
  }

  private async ofMachine(id: string, part: string | undefined): Promise<MachinePage | MachineEvents | DoctorReport> {
    const found = this.fleet.find(id);
    if (found === undefined) {
      const { trouble } = this.fleet.whole;
      throw trouble === null
        ? new Refusal(404, "not-found", `There is no managed instance ${id} in ${this.connection.region} any more.`)
        : new Refusal(STATUS[trouble.kind], trouble.kind, trouble.text);
    }
    switch (part) {
      case "events": {
        const { events, whyNoTraces } = await eventsOf(this.connection, found.reading, {
          ...this.options,
          limit: MOST_EVENTS,
        });
        return { events, notes: whyNoTraces === undefined ? [] : [`CloudTrail is not asked: ${whyNoTraces}`] };
      }
      case "doctor": {
        const checks: DoctorCheck[] = [];
        const machine = isReadable(found.reading) ? found.reading : undefined;
        for await (const check of examine(this.connection, machine, { ...this.options, rights: "operator" })) {
          checks.push(check);
        }
        return { at: timeText(this.connection.clock.now()), checks };
      }
      default:
        return machinePage({ ...found, at: timeText(this.fleet.lookedAt ?? 0) }, this.options);
    }
  }

  /** The first request makes the first look. */
  private async requireLook(): Promise<void> {
    if (this.fleet.lookedAt === undefined) {
      await this.fleet.look();
    }
  }

  private async sessionView(): Promise<SessionView> {
    const { region } = this.connection;
    const { profile = process.env.AWS_PROFILE ?? "", endpoint = endpointInEnvironment() } = this.options;
    const identity = await identityOf(region, this.options);
    const { account, arn } = "answer" in identity ? identity.answer : { account: "", arn: "" };
    const whyNoAccount = "why" in identity ? identity.why : "";
    const isSimulator = endpoint !== "" && LOOPBACK.has(new URL(endpoint).hostname);
    return { region, account, identity: arn, whyNoAccount, profile, endpoint, isSimulator, version: versionOf() };
  }
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** This package's, whether the command line runs as it is built or from its sources. */
function versionOf(): string {
  const folders = [join(__dirname, "../../.."), join(__dirname, "../..")];
  const manifest = folders.map((it) => join(it, "package.json")).find(existsSync) ?? "";
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

function endpointInEnvironment(env = process.env): string {
  return env.AWS_ENDPOINT_URL_EC2 ?? env.AWS_ENDPOINT_URL ?? "";
}

function refusalOf(error: unknown): Refusal {
  const kind = kindOf(error);
  return new Refusal(STATUS[kind], kind, textOf(error));
}
