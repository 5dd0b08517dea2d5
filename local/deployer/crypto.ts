import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { DeployError } from "./errors";

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;

/** How the secrets of a state file are encrypted; kept in that file. */
export type Encryption = { kind: "passphrase"; salt: string } | { kind: "key-file" };

export interface KeySource {
  keyFile: string;
  passphrase: string | undefined;
}

export function chooseEncryption(source: KeySource): Encryption {
  if (source.passphrase === undefined) return { kind: "key-file" };
  return { kind: "passphrase", salt: randomBytes(16).toString("base64") };
}

/** Encrypts and decrypts the secrets of one state file. The key is only looked for once there is a secret. */
export class Vault {
  private key: Buffer | undefined;

  constructor(
    private readonly encryption: Encryption,
    private readonly source: KeySource,
  ) {}

  encrypt(text: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.getKey("make"), nonce);
    const data = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return [nonce, cipher.getAuthTag(), data].map((part) => part.toString("base64")).join(":");
  }

  decrypt(text: string): string {
    const [nonce, tag, data] = text.split(":").map((part) => Buffer.from(part, "base64"));
    if (!nonce || !tag || !data) throw new DeployError("A secret in the state file is damaged.");
    const decipher = createDecipheriv(ALGORITHM, this.getKey("find"), nonce).setAuthTag(tag);
    try {
      return Buffer.concat([decipher.update(data), decipher.final()]).toString("utf8");
    } catch {
      throw new DeployError(
        `The secrets in the state file can't be decrypted: ${this.keyName()} is not the right one.`,
      );
    }
  }

  private keyName(): string {
    return this.encryption.kind === "passphrase" ? "PULUMI_CONFIG_PASSPHRASE" : this.source.keyFile;
  }

  private getKey(missing: "make" | "find"): Buffer {
    this.key ??= this.encryption.kind === "passphrase" ? this.derive(this.encryption.salt) : this.readKeyFile(missing);
    return this.key;
  }

  private derive(salt: string): Buffer {
    if (this.source.passphrase === undefined)
      throw new DeployError(
        "The state's secrets were encrypted with a passphrase: set PULUMI_CONFIG_PASSPHRASE to it.",
      );
    return scryptSync(this.source.passphrase, Buffer.from(salt, "base64"), KEY_BYTES);
  }

  private readKeyFile(missing: "make" | "find"): Buffer {
    const { keyFile } = this.source;
    if (existsSync(keyFile)) return Buffer.from(readFileSync(keyFile, "utf8").trim(), "hex");
    if (missing === "find")
      throw new DeployError(`The state's secrets can't be decrypted: their key ${keyFile} is gone.`);
    const key = randomBytes(KEY_BYTES);
    writeFileSync(keyFile, `${key.toString("hex")}\n`, { mode: 0o600, flag: "wx" });
    return key;
  }
}
