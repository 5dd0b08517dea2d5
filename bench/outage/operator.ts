/** Somebody else who replaces the machine's instance: EC2's calls by name, as they come back. */
import type { Draws } from "./draws";
import { type Account, type Machine, replaced, type Replaced } from "./machine";

/** One way to replace an instance that is not ours, from its published source. */
export interface Baseline {
  name: string;
  /** Where what it does is published. */
  source: string;
  /** The part that is not published, and assumed in its favour. */
  assumed?: string;
  replace: (operator: Operator) => Promise<void>;
}

export class Operator {
  readonly instanceId: string;
  readonly networkInterfaceId: string;
  readonly subnetId: string;

  constructor(
    private readonly account: Account,
    private readonly machine: Machine,
    readonly draws: Draws,
  ) {
    const { outputs } = machine;
    this.instanceId = String(outputs.instanceId);
    this.networkInterfaceId = String(outputs.networkInterfaceId);
    this.subnetId = String(outputs.subnetId);
  }

  /** In seconds, as scripts say it. */
  sleep(seconds: number): Promise<void> {
    return this.account.time.sleep(seconds * 1000);
  }

  /** @returns the reply; nothing if EC2 refused */
  async call(action: string, fields: Readonly<Record<string, string>>): Promise<string | undefined> {
    const body = new URLSearchParams({ Action: action, Version: "2016-11-15", ...fields }).toString();
    const { status, body: reply } = await this.account.simulator.serve({ body }, (ms) => this.account.time.sleep(ms));
    return status === 200 ? reply : undefined;
  }

  async terminate(): Promise<void> {
    await this.call("TerminateInstances", { "InstanceId.1": this.instanceId });
  }

  /** On the kept interface, or on one of its own; the new instance's id, unless it was refused. */
  async launch(network: "kept" | "own"): Promise<string | undefined> {
    const on: Record<string, string> =
      network === "kept"
        ? { "NetworkInterface.1.NetworkInterfaceId": this.networkInterfaceId }
        : { "NetworkInterface.1.SubnetId": this.subnetId };
    const reply = await this.call("RunInstances", {
      ImageId: String(this.machine.next.imageId),
      InstanceType: String(this.machine.next.instanceType),
      MinCount: "1",
      MaxCount: "1",
      "NetworkInterface.1.DeviceIndex": "0",
      ...on,
    });
    return reply === undefined ? undefined : /<instanceId>([^<]+)</.exec(reply)?.[1];
  }

  async state(instanceId: string): Promise<string> {
    const reply = await this.call("DescribeInstances", { "InstanceId.1": instanceId });
    return /<instanceState>\s*<code>\d+<\/code>\s*<name>([^<]+)</.exec(reply ?? "")?.[1] ?? "unknown";
  }
}

export async function operate(
  baseline: Baseline,
  { account, machine, draws }: { account: Account; machine: Machine; draws: Draws },
): Promise<Replaced> {
  await account.time.until(baseline.replace(new Operator(account, machine, draws)));
  return replaced(account, machine);
}
