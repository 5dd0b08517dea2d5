import { createHash } from "node:crypto";

import { Ec2Error } from "./errors";
import type { KeyPair, Tags } from "./state";
import type { World } from "./world";

export function checkKeyName(world: World, keyName: string): void {
  if (!world.account.keyPairs.has(keyName)) return;
  throw new Ec2Error("InvalidKeyPair.Duplicate", "The keypair already exists");
}

/** Formats that EC2 imports (API reference, ImportKeyPair). */
export function checkPublicKey(material: string): void {
  const text = Buffer.from(material, "base64").toString();
  if (/^(ssh-rsa|ssh-ed25519) [A-Za-z0-9+/=]+/.test(text) || text.startsWith("-----BEGIN PUBLIC KEY")) return;
  throw new Ec2Error("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
}

export interface NewKey {
  keyName: string;
  keyType: string;
  /** The text that the fingerprint is computed from. */
  material: string;
  tags: Tags;
}

export function createKey(world: World, { keyName, keyType, material, tags }: NewKey): KeyPair {
  checkKeyName(world, keyName);
  const fingerprint = createHash("sha256").update(material).digest("base64");
  const key: KeyPair = { keyName, keyPairId: world.newId("key"), fingerprint, keyType, tags };
  world.account.keyPairs.set(keyName, key);
  return key;
}

/** Looks like a private key, and opens nothing. */
export function fakePrivateKey(world: World): string {
  const body = Buffer.from(world.random.hex(128)).toString("base64");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----`;
}
