import assert from "node:assert/strict";
import type { DriverName } from "../../local/driver";
import { type SimState, WELL_KNOWN } from "../../local/ec2";
import { Lab } from "./support";
import type { Instance } from "./rows/seen";

/** Seen from the fixtures, where a lab looks for its project. */
export const EXAMPLES = "../../../examples";

export type Config = Record<string, string>;

/** An example on the simulator, under one config. */
export class Example {
  /** The output of the last run; an `up` prints first what a preview prints (inputs.test.ts). */
  said = "";

  private constructor(
    readonly lab: Lab,
    private readonly config: Config,
  ) {}

  static async open(driver: DriverName, project: string, config: Config): Promise<Example> {
    // `tsc` has checked the types already; once again at each run would be half of the time.
    return new Example(await Lab.open(driver, { project, env: { PULUMI_NODEJS_TRANSPILE_ONLY: "true" } }), config);
  }

  async preview(changed: Config = {}): Promise<string> {
    return this.run("preview", changed);
  }

  async up(changed: Config = {}): Promise<Record<string, unknown>> {
    await this.run("up", changed);
    return this.lab.driver.outputs();
  }

  async destroy(changed: Config = {}): Promise<void> {
    await this.run("destroy", changed);
  }

  /** The changing calls of `work`. */
  async callsOf(work: () => Promise<unknown>): Promise<string[]> {
    this.lab.server.simulator.clearCalls();
    await work();
    return this.lab.server.simulator
      .calls()
      .filter((it) => it.mutating && !it.dryRun)
      .map((it) => it.action);
  }

  /** EC2's own calls, as somebody else than Pulumi makes them; answers with the first id of a kind in the reply. */
  byHand(action: string, params: Config, idTag: string): string {
    const body = new URLSearchParams({ Action: action, Version: "2016-11-15", ...params }).toString();
    const reply = this.lab.server.simulator.handle({ body });
    assert.equal(reply.status, 200, reply.body);
    return new RegExp(`<${idTag}>([^<]*)</${idTag}>`).exec(reply.body)?.[1] ?? "";
  }

  get account(): SimState {
    return this.lab.server.simulator.snapshot();
  }

  instance(id: unknown): Instance {
    const found = this.account.instances[String(id)];
    assert.ok(found, `there is no instance ${String(id)}`);
    return found;
  }

  networkInterface(id: unknown): SimState["networkInterfaces"][string] {
    const found = this.account.networkInterfaces[String(id)];
    assert.ok(found, `there is no network interface ${String(id)}`);
    return found;
  }

  private async run(verb: "preview" | "up" | "destroy", changed: Config): Promise<string> {
    const { ok, output } = await this.lab.driver.run(verb, { ...this.config, ...changed });
    assert.ok(ok, `${verb} failed:\n${output}`);
    this.said = output;
    return output;
  }
}

export function userDataOf(instance: Instance): string {
  return Buffer.from(instance.userData ?? "", "base64").toString();
}

export const pair = JSON.stringify([WELL_KNOWN.subnetA, WELL_KNOWN.subnetB]);
