import assert from "node:assert/strict";
import { callOf, Lab, stepsOf, type LabRun } from "./lab";

describe("local deployer: what programs can say", () => {
  const labs = { component: new Lab(), foreign: new Lab(), invoke: new Lab(), config: new Lab() };

  const component = (parent: string, name = "inner"): string => `
    class Group extends pulumi.ComponentResource {
      constructor(name) {
        super("lab:index:Group", name);
        this.inner = new Thing("${name}", {}, { parent: this${name === "inner" ? "" : `, aliases: [{ name: "inner" }]`} });
        this.registerOutputs({ serial: this.inner.serial });
      }
    }
    const group = new Group("${parent}");
    const own = { check: async (olds, inputs) => ({ inputs }), create: async (inputs) => ({ id: "own", outs: inputs }) };
    new pulumi.dynamic.Resource(own, "serialized", {});
    pulumi.log.info("a word from the program");
    return { serial: group.inner.serial, urn: group.inner.urn };`;

  let group: [LabRun, LabRun, LabRun];
  let foreign: LabRun;
  let invoke: LabRun;
  let config: [LabRun, LabRun, LabRun];

  before(async function () {
    this.timeout(60_000);
    [group, foreign, invoke, config] = await Promise.all([
      (async (): Promise<[LabRun, LabRun, LabRun]> => {
        const first = await labs.component.up(component("group"));
        const renamed = await labs.component.up(component("group", "renamed"));
        return [first, renamed, await labs.component.run("destroy")];
      })(),
      labs.foreign.up(`new Other("vpc");`),
      labs.invoke.up(`return { region: pulumi.runtime.invoke("aws:index/getRegion:getRegion", {}) };`),
      (async (): Promise<[LabRun, LabRun, LabRun]> => {
        const program = (size: number): string => `
          const own = new pulumi.Config();
          const inputs = { own: own.require("word"), region: new pulumi.Config("aws").require("region"), size: ${String(size)} };
          new Thing("a", inputs, { ignoreChanges: ["size"] });
          pulumi.log.error("a complaint");
          console.log("stack " + pulumi.getStack() + " of " + pulumi.getProject());`;
        const first = await labs.config.up(program(1), { config: { word: "hello", "aws:region": "eu-west-1" } });
        return [
          first,
          await labs.config.up(program(2)),
          await labs.config.up(`return new Promise(() => setTimeout(() => process.exit(0), 200));`),
        ];
      })(),
    ]);
  });

  after(() => {
    for (const lab of Object.values(labs)) lab.dispose();
  });

  it("runs dynamic resources and components, with their children under them", () => {
    assert.deepEqual(stepsOf(group[0]).sort(), ["group create", "inner create", "serialized create"]);
    assert.equal(group[0].outputs.urn, "urn:pulumi:test::lab::lab:index:Group$pulumi-nodejs:dynamic/lab:Thing::inner");
    assert.match(group[0].text, /^info: a word from the program$/m);
  });

  it("knows a resource by its alias", () => {
    assert.deepEqual(stepsOf(group[1]).sort(), ["group same", "renamed update", "serialized same"]);
    assert.match(String(group[1].outputs.urn), /::renamed$/);
  });

  it("deletes children before their component", () => {
    assert.deepEqual(stepsOf(group[2]).slice(-2), ["renamed delete", "group delete"]);
  });

  it("tells that a resource of another provider needs the Pulumi CLI", () => {
    assert.deepEqual(foreign.failures, [
      'aws:ec2/vpc:Vpc "vpc" needs the Pulumi CLI: the local deployer runs dynamic resources only',
    ]);
  });

  it("tells the same of a function of another provider", () => {
    assert.equal(invoke.failures.length, 1);
    assert.match(invoke.text, /^error: aws:index\/getRegion:getRegion needs the Pulumi CLI: /m);
  });

  it("hands over config, project and stack", () => {
    assert.equal(callOf(config[0], "create", "a")?.props?.own, "hello");
    assert.equal(callOf(config[0], "create", "a")?.props?.region, "eu-west-1");
    assert.match(config[0].text, /^ {2}stack test of lab$/m);
  });

  it("prints an error that the program logs, which is no failure if it then goes on", () => {
    assert.match(config[0].text, /^error: a complaint$/m);
    assert.ok(config[0].ok);
  });

  it("deletes nothing where the program ends before it is done", () => {
    assert.deepEqual(config[2].failures, ["The program ended before it was done (process.exit?): nothing is deleted."]);
    assert.deepEqual(config[2].calls, []);
  });

  it("keeps config for later runs, and leaves alone what ignoreChanges names", () => {
    assert.deepEqual(stepsOf(config[1]), ["a same"]);
  });
});
