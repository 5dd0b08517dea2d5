import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { OUTPUT_NAMES } from "../provider/support";
import { ManagedInstance, type ManagedInstanceArgs } from "../../sdk";

interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

const registered: Registered[] = [];
const URN = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/managed-instance:ManagedInstance";

function args(overrides: Partial<ManagedInstanceArgs> = {}): ManagedInstanceArgs {
  return { subnetId: "subnet-0a1b2c3d", imageId: "ami-0a1b2c3d", instanceType: "m7i.large", ...overrides };
}

function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}

async function inputsOf(name: string): Promise<Record<string, unknown>> {
  // Registration goes on after the constructor has returned.
  for (let turn = 0; turn < 100; turn++) {
    const found = registered.find((it) => it.name === name);
    if (found !== undefined) {
      return found.inputs;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`${name} was not registered`);
}

describe("ManagedInstance", () => {
  before(async () => {
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs }) => {
          registered.push({ type, name, inputs: inputs as Record<string, unknown> });
          const outputs = Object.fromEntries(OUTPUT_NAMES.map((output) => [output, `${output} of ${name}`]));
          return { id: `mi-${name}`, state: { ...(inputs as Record<string, unknown>), ...outputs } };
        },
        call: () => ({}),
      },
      "shop",
      "dev",
      false,
    );
  });

  it("is a dynamic resource of its own type", async () => {
    const machine = new ManagedInstance("typed", args());
    assert.equal(await valueOf(machine.urn), `${URN}::typed`);
  });

  it("has every output, none of them undefined", async () => {
    const machine = new ManagedInstance("outputs", args({ region: "us-east-1" }));
    for (const name of OUTPUT_NAMES) {
      assert.equal(await valueOf(machine[name] as pulumi.Output<unknown>), `${name} of outputs`);
    }
    assert.equal(await valueOf(machine.region), "us-east-1");
    assert.equal(await valueOf(machine.id), "mi-outputs");
  });

  it("has the secondary addresses and the ids of the data volumes as outputs, under args of the same name too", () => {
    const machine = new ManagedInstance("disks", args({ secondaryPrivateIps: ["10.0.1.8"] }));
    const outputs = [machine.secondaryPrivateIps, machine.dataVolumeIds, machine.ipv6Addresses];
    assert.ok(outputs.every((it) => pulumi.Output.isInstance(it)));
  });

  it("passes its args as they are, outputs of other resources too", async () => {
    const other = new ManagedInstance("other", args());
    new ManagedInstance(
      "passing",
      args({ tags: { Peer: other.privateIp }, market: { lifecycle: "spot" }, elasticIp: true }),
    );
    const inputs = await inputsOf("passing");
    assert.deepEqual(inputs.tags, { Peer: "privateIp of other" });
    assert.deepEqual(inputs.market, { lifecycle: "spot" });
    assert.equal(inputs.elasticIp, true);
    assert.equal(inputs.subnetId, "subnet-0a1b2c3d");
  });

  it("passes nothing that was not given, but its URN and the provider", async () => {
    new ManagedInstance("plain", args());
    const given = Object.entries(await inputsOf("plain")).filter(([, value]) => value !== undefined);
    assert.deepEqual(given.map(([name]) => name).sort(), [
      "__provider",
      "imageId",
      "instanceType",
      "resourceUrn",
      "subnetId",
    ]);
  });

  it("passes the URN that Pulumi gives it", async () => {
    const machine = new ManagedInstance("named", args());
    assert.equal((await inputsOf("named")).resourceUrn, await valueOf(machine.urn));
  });

  it("passes its URN under a parent component, whose type is part of it", async () => {
    const parent = new pulumi.ComponentResource("pkg:index:Cluster", "db");
    const machine = new ManagedInstance("child", args(), { parent });
    const urn = "urn:pulumi:dev::shop::pkg:index:Cluster$pulumi-nodejs:dynamic/managed-instance:ManagedInstance::child";
    assert.equal((await inputsOf("child")).resourceUrn, urn);
    assert.equal(await valueOf(machine.urn), urn);
  });

  it("leaves an address that was asked for to the args, and is still an output", async () => {
    const machine = new ManagedInstance("asked", args({ privateIp: "10.0.1.7" }));
    assert.equal((await inputsOf("asked")).privateIp, "10.0.1.7");
    assert.equal(await valueOf(machine.privateIp), "privateIp of asked");
  });

  class Provider extends pulumi.ProviderResource {
    constructor(pkg: string, name: string) {
      super(pkg, name, {});
    }
  }

  const refused = (name: string, opts: pulumi.CustomResourceOptions, message: RegExp): void => {
    assert.throws(
      () => new ManagedInstance(name, args(), opts),
      (error: Error) => {
        // Pulumi prints the message of this class, without a stack.
        assert.ok(pulumi.RunError.isInstance(error));
        assert.match(error.message, message);
        return true;
      },
    );
    assert.ok(!registered.some((it) => it.name === name));
  };

  it("refuses the option import, which Pulumi answers with a TypeError, and names adopt; nothing is registered", () => {
    const said = /^The resource option import of the ManagedInstance imported .* adopt: \{ instanceId: "i-…" \}\.$/;
    refused("imported", { import: "mi-0123456789abcdef0" }, said);
  });

  it("refuses a provider of another package, which Pulumi would ask for the machine, and names region", () => {
    const said =
      /^The resource option provider of the ManagedInstance elsewhere .* the provider of aws .* input region,/;
    refused("elsewhere", { provider: new Provider("aws", "west") }, said);
  });

  it("takes a provider of its own package, and the providers of its parent", async () => {
    const parent = new pulumi.ComponentResource(
      "pkg:index:Fleet",
      "fleet",
      {},
      { providers: [new Provider("aws", "east")] },
    );
    new ManagedInstance("inheriting", args(), { parent });
    new ManagedInstance("dynamic", args(), { provider: new Provider("pulumi-nodejs", "own") });
    assert.ok((await inputsOf("inheriting")).subnetId);
    assert.ok((await inputsOf("dynamic")).subnetId);
  });
});
