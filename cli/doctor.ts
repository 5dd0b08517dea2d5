/** `managed-instance doctor [NAME|ID]`: checks that nothing is missing, and finds things that should not be there. */
import { printable } from "../provider/kit/printable";
import { type DoctorCheck, type CheckOptions, examine } from "./checks";
import { connect, findMachine, type Shell } from "./connection";
import { EXIT, type ExitCode } from "./exit";
import { jsonLines } from "./print";
import { paint, type Paint, type Terminal } from "./terminal";

export type DoctorOptions = CheckOptions & { json?: boolean };

export async function doctor(shell: Shell, idOrName: string | undefined, options: DoctorOptions): Promise<ExitCode> {
  const { terminal } = shell;
  const connection = await connect(shell, options, terminal.complain);
  const machine = idOrName === undefined ? undefined : await findMachine(connection, idOrName);
  const checks: DoctorCheck[] = [];
  const add = (check: DoctorCheck): void => {
    checks.push(check);
    if (options.json !== true) {
      linesOf(terminal, check).forEach(terminal.print);
    }
  };
  for await (const check of examine(connection, machine, options)) {
    add(check);
  }
  const problems = checks.filter((it) => it.kind === "problem");
  if (options.json === true) {
    jsonLines({ region: connection.region, checks }).forEach(terminal.print);
  } else {
    terminal.print(problems.length === 0 ? "Nothing is wrong." : `Found: ${problems.length}.`);
  }
  return problems.length === 0 ? EXIT.done : EXIT.failed;
}

const SIGNS: Readonly<Record<DoctorCheck["kind"], readonly [sign: string, paint: Paint]>> = {
  ok: ["ok", "green"],
  note: ["note", "yellow"],
  problem: ["FOUND", "red"],
};
const WIDTH = 7;

function linesOf(terminal: Terminal, { kind, about, what, advice }: DoctorCheck): string[] {
  const [sign, colour] = SIGNS[kind];
  const indent = " ".repeat(WIDTH);
  return [
    `${paint(terminal, colour, sign)}${" ".repeat(WIDTH - sign.length)}${printable(`${about}: ${what}`)}`,
    ...(advice === "" ? [] : [`${indent}${printable(advice)}`]),
  ];
}
