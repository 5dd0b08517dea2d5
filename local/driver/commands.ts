/** The settings of a driver, and how it calls one tool. */

export type Verb = "preview" | "up" | "refresh" | "destroy";

export interface DriverOptions {
  /** The folder of Pulumi.yaml. */
  projectDir: string;
  /** A folder for state and settings, which is the caller's to remove. */
  workDir: string;
  stack: string;
  /** Added to this process's environment. */
  env: Record<string, string>;
  config: Record<string, string>;
  /** Called with what the run prints, as it comes. */
  write: (chunk: string) => void;
}

/** How one tool is called. */
export interface Commands {
  env: Record<string, string>;
  /** The commands that come before a verb, such as one that makes the stack. */
  prepare: (config: Record<string, string>) => string[][];
  verb: (verb: Verb, config: Record<string, string>) => string[];
  /** A command that prints the outputs as JSON, or the outputs, where they can be had without a process. */
  outputs: () => string[] | Record<string, unknown>;
  /** Frees a stack whose engine was killed, where the tool does not do it by itself. */
  unlock?: () => string[];
}
