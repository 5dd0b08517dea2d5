/** The EC2 simulator in a process of its own, as EC2 is: with its token buckets and the time that its calls take. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { type ActionSummary, EC2_LATENCY, type Timeline } from "../../local/ec2";
import { type Usage, usageOf } from "./processes";

const MAIN = join(__dirname, "..", "..", "dist", "local", "main.js");

export class SimulatorProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(timeScale: number): Promise<SimulatorProcess> {
    const args = [MAIN, "ec2", "--port", "0", "--seed", "1", "--time-scale", String(timeScale)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const url = await new Promise<string>((found, fail) => {
      child.once("exit", () => {
        fail(new Error("the simulator did not start"));
      });
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        const said = /http:\/\/[\d.:]+/.exec(chunk)?.[0];
        if (said !== undefined) {
          found(said);
        }
      });
    });
    const simulator = new SimulatorProcess(child, url);
    await simulator.order("POST", "throttling", {});
    await simulator.order("POST", "latency", EC2_LATENCY);
    return simulator;
  }

  get usage(): Usage {
    return usageOf(this.child.pid ?? 0) ?? { cpuSeconds: 0, peakMib: 0 };
  }

  forgetCalls(): Promise<unknown> {
    return this.order("DELETE", "calls");
  }

  async calls(): Promise<Record<string, ActionSummary>> {
    return (await this.order("GET", "calls/summary")) as Record<string, ActionSummary>;
  }

  async timeline(): Promise<Timeline> {
    return (await this.order("GET", "timeline")) as Timeline;
  }

  close(): void {
    this.child.kill();
  }

  private async order(method: string, name: string, content?: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}/_sim/${name}`, { method, body: JSON.stringify(content) });
    if (!response.ok) {
      throw new Error(`the simulator refused ${method} ${name}: ${await response.text()}`);
    }
    return response.json();
  }
}
