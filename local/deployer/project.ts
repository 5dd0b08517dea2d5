import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { DeployError } from "./errors";

/** A Pulumi project and one of its stacks, as the CLI would find them. */
export interface Project {
  name: string;
  stack: string;
  root: string;
  /** The working directory of the program and of the provider process. */
  programDir: string;
  /** The program to run in it: `.` or a file. */
  entryPoint: string;
  typescript: boolean;
  /** From Pulumi.STACK.yaml, by full key (`namespace:name`). */
  config: Record<string, string>;
}

type Yaml = Record<string, unknown>;

export function readProject(root: string, stack: string): Project {
  const directory = resolve(root);
  const file = ["Pulumi.yaml", "Pulumi.yml"].map((name) => join(directory, name)).find((path) => existsSync(path));
  if (file === undefined) throw new DeployError(`There is no Pulumi.yaml in ${directory}.`);
  if (!/^[\w.-]+$/.test(stack))
    throw new DeployError(`"${stack}" is no stack name: use letters, digits, "-", "_" and ".".`);
  const yaml = readYaml(file);
  if (typeof yaml.name !== "string") throw new DeployError(`${file} has no name.`);
  return {
    name: yaml.name,
    stack,
    root: directory,
    ...findProgram(directory, yaml.main),
    ...readRuntime(file, yaml.runtime),
    config: readStackConfig(join(directory, `Pulumi.${stack}.yaml`), yaml.name),
  };
}

/** A key without a namespace is in the project's. */
export function fullKey(key: string, project: string): string {
  return key.includes(":") ? key : `${project}:${key}`;
}

function findProgram(root: string, main: unknown): Pick<Project, "programDir" | "entryPoint"> {
  if (typeof main !== "string" || main === "") return { programDir: root, entryPoint: "." };
  const path = resolve(root, main);
  if (!existsSync(path)) throw new DeployError(`The project's main, ${path}, does not exist.`);
  if (statSync(path).isDirectory()) return { programDir: path, entryPoint: "." };
  return { programDir: dirname(path), entryPoint: basename(path) };
}

function readRuntime(file: string, runtime: unknown): Pick<Project, "typescript"> {
  const { name, options } = typeof runtime === "string" ? { name: runtime, options: {} } : asRecord(runtime);
  if (name !== "nodejs")
    throw new DeployError(`${file} asks for the runtime "${String(name)}": the local deployer runs nodejs only.`);
  return { typescript: asRecord(options).typescript !== false };
}

function readStackConfig(file: string, project: string): Record<string, string> {
  if (!existsSync(file)) return {};
  const config: Record<string, string> = {};
  for (const [key, value] of Object.entries(asRecord(readYaml(file).config))) {
    if (typeof asRecord(value).secure === "string")
      throw new DeployError(
        `${key} in ${file} is encrypted for the pulumi CLI: pass it with --secret ${key}=VALUE instead.`,
      );
    config[fullKey(key, project)] = typeof value === "string" ? value : JSON.stringify(value);
  }
  return config;
}

function readYaml(file: string): Yaml {
  try {
    return asRecord(parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new DeployError(`${file} can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function asRecord(value: unknown): Yaml {
  return typeof value === "object" && value !== null ? (value as Yaml) : {};
}
