/** The time that the provider process takes for one machine in a preview in which nothing changes, with EC2 out of the picture. */
import { nothingBut } from "../../local/ec2";
import { Provider } from "../../local/deployer/provider";
import { readProject } from "../../local/deployer/project";
import { StackStateFile, type StackState } from "../../local/deployer/state";
import type { Props } from "../../local/deployer/values";
import { emptyProviderText } from "../startup/serialized";
import { PROGRAM_DIR, type Stack, STACK } from "./stack";

type Machine = StackState["resources"][number];

/** Milliseconds a machine, of the calls one after the other. */
interface Took {
  /** In a process that has just started, as a preview's has. */
  firstMs: number;
  /** In one that has done it before. */
  againMs: number;
}

export interface Overhead {
  ours: Took;
  /** A provider that does nothing, with the same inputs and outputs: the way there and back, and Pulumi's runtime. */
  empty: Took;
}

/** The inputs that the program gives, without what checks added. */
const GIVEN = ["subnetId", "imageId", "instanceType", "publicIpAssignment", "resourceUrn", "__provider"];

/** Measures with the stack's own state, after an `up` that changed nothing. */
export async function overheadOf(stack: Stack): Promise<Overhead> {
  const state = new StackStateFile(stack.stateFile, {
    keyFile: `${stack.stateFile}.key`,
    passphrase: undefined,
  }).load();
  const machines = state.resources.filter(({ custom }) => custom);
  const __provider = await emptyProviderText();
  const withEmpty = (props: Props): Props => ({ ...props, __provider });
  return {
    empty: await tookOf(
      stack,
      machines.map((it) => ({ ...it, inputs: withEmpty(it.inputs), outputs: withEmpty(it.outputs) })),
    ),
    ours: await tookOf(stack, machines),
  };
}

async function tookOf(stack: Stack, machines: readonly Machine[]): Promise<Took> {
  const provider = await Provider.start({
    project: readProject(PROGRAM_DIR, STACK),
    config: {},
    env: { ...process.env, ...nothingBut(stack.simulator.url, 1) },
    onLine: () => undefined,
  });
  const pass = async (): Promise<number> => {
    const start = performance.now();
    for (const machine of machines) {
      const given: Props = Object.fromEntries(Object.entries(machine.inputs).filter(([name]) => GIVEN.includes(name)));
      const { inputs } = await provider.check(machine.urn, machine.inputs, given);
      const { changes } = await provider.diff(machine.urn, machine, inputs);
      if (changes !== false) {
        throw new Error(`${machine.urn} shows a change, and nothing changed`);
      }
    }
    return (performance.now() - start) / machines.length;
  };
  try {
    return { firstMs: await pass(), againMs: await pass() };
  } finally {
    await provider.stop();
  }
}
