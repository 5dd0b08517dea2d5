import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { chooseEncryption, Vault, type Encryption, type KeySource } from "./crypto";
import { DeployError } from "./errors";
import { isProps, isSecret, mapProps, secret, type Props, type Value } from "./values";

const VERSION = 1;
const ABOUT = "State of the local deployer. It is not Pulumi's, and the pulumi CLI can't read it.";

export interface ResourceState {
  urn: string;
  type: string;
  custom: boolean;
  id: string;
  inputs: Props;
  outputs: Props;
  parent: string;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  protect: boolean;
  retainOnDelete: boolean;
  additionalSecretOutputs: string[];
  /** Why the last create or update only got half-way; not empty means that the next run calls update. */
  initErrors: string[];
  /** Replaced by a newer one, still to be deleted. */
  delete?: boolean;
  /** Deleted already, to be created anew. */
  pendingReplacement?: boolean;
}

export type Operation = "create" | "update" | "delete";

export interface StackState {
  config: Props;
  resources: ResourceState[];
  /** The operations under way when the state was last written: after a kill, their resources may exist without a record. */
  pending: { operation: Operation; urn: string }[];
}

interface FileFormat extends StackState {
  about: string;
  version: number;
  encryption: Encryption;
}

/** Reads and writes a stack's state; secrets are encrypted on disk, and only there. */
export class StackStateFile {
  private encryption: Encryption;

  constructor(
    readonly path: string,
    private readonly keys: KeySource,
  ) {
    this.encryption = chooseEncryption(keys);
  }

  load(): StackState {
    if (!existsSync(this.path)) return { config: {}, resources: [], pending: [] };
    const file = this.parse(readFileSync(this.path, "utf8"));
    if (file.version !== VERSION)
      throw new DeployError(`${this.path} is not a state file of this version of the local deployer.`);
    this.encryption = file.encryption;
    const vault = this.vault();
    const open = (value: Value): Value => decryptSecrets(value, vault);
    return {
      config: mapProps(file.config, open),
      resources: file.resources.map((resource) => mapResource(resource, open)),
      pending: file.pending,
    };
  }

  /** The new file takes the old one's place in one step, so a kill leaves the one or the other. */
  save(state: StackState): void {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    const vault = this.vault();
    const close = (value: Value): Value => encryptSecrets(value, vault);
    const file: FileFormat = {
      about: ABOUT,
      version: VERSION,
      encryption: this.encryption,
      config: mapProps(state.config, close),
      resources: state.resources.map((resource) => mapResource(resource, close)),
      pending: state.pending,
    };
    const draft = `${this.path}.${String(process.pid)}.tmp`;
    writeFileSync(draft, `${JSON.stringify(file, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(draft, this.path);
  }

  private vaultInUse: Vault | undefined;

  private vault(): Vault {
    this.vaultInUse ??= new Vault(this.encryption, this.keys);
    return this.vaultInUse;
  }

  private parse(text: string): FileFormat {
    try {
      return JSON.parse(text) as FileFormat;
    } catch {
      throw new DeployError(`${this.path} is not JSON, so it can't be a state file.`);
    }
  }
}

function mapResource(resource: ResourceState, change: (value: Value) => Value): ResourceState {
  return { ...resource, inputs: mapProps(resource.inputs, change), outputs: mapProps(resource.outputs, change) };
}

function encryptSecrets(value: Value, vault: Vault): Value {
  if (isSecret(value)) return secret(vault.encrypt(JSON.stringify(value.value)));
  if (Array.isArray(value)) return value.map((part) => encryptSecrets(part, vault));
  return isProps(value) ? mapProps(value, (part) => encryptSecrets(part, vault)) : value;
}

function decryptSecrets(value: Value, vault: Vault): Value {
  if (isSecret(value)) return secret(JSON.parse(vault.decrypt(textOf(value.value))) as Value);
  if (Array.isArray(value)) return value.map((part) => decryptSecrets(part, vault));
  return isProps(value) ? mapProps(value, (part) => decryptSecrets(part, vault)) : value;
}

function textOf(value: Value): string {
  if (typeof value !== "string") throw new DeployError("A secret in the state file is damaged.");
  return value;
}
