import { Ec2Error, invalidValue } from "../../model/errors";
import { checkKeyName, checkPublicKey, createKey, fakePrivateKey } from "../../model/key-pairs";
import type { KeyPair } from "../../model/state";
import { changes, reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import type { Params } from "../params";
import { readTagSpecs, tagSet } from "../tag-specs";
import type { XmlObject } from "../xml";

const FILTERS: FilterTable<KeyPair> = {
  "key-name": ({ keyName }) => keyName,
  "key-pair-id": ({ keyPairId }) => keyPairId,
  fingerprint: ({ fingerprint }) => fingerprint,
};

function keyView({ keyName, keyPairId, fingerprint, keyType, tags }: KeyPair): XmlObject {
  return { keyName, keyPairId, keyFingerprint: fingerprint, keyType, tagSet: tagSet(tags) };
}

function readType(params: Params): string {
  const type = params.string("KeyType") ?? "rsa";
  const format = params.string("KeyFormat") ?? "pem";
  if (!["rsa", "ed25519"].includes(type)) throw invalidValue(`Value (${type}) for parameter KeyType is invalid.`);
  if (!["pem", "ppk"].includes(format)) throw invalidValue(`Value (${format}) for parameter KeyFormat is invalid.`);
  return type;
}

const readKeyTags = (params: Params) => readTagSpecs(params, ["key-pair"])["key-pair"] ?? {};

export const keyPairActions: Actions = {
  DescribeKeyPairs: reads((world, params) => {
    const names = params.strings("KeyName");
    const missing = names.find((name) => !world.account.keyPairs.has(name));
    if (missing !== undefined) {
      throw new Ec2Error("InvalidKeyPair.NotFound", `The key pair '${missing}' does not exist`);
    }
    const ids = params.strings("KeyPairId");
    const known = new Set([...world.account.keyPairs.values()].map(({ keyPairId }) => keyPairId));
    const unknown = ids.find((id) => !known.has(id));
    if (unknown !== undefined) {
      throw new Ec2Error("InvalidKeyPair.NotFound", `The key pair ID '${unknown}' does not exist`);
    }
    const keys = filtered(world, params, world.account.keyPairs, FILTERS).filter(
      ({ keyName, keyPairId }) => names.length + ids.length === 0 || names.includes(keyName) || ids.includes(keyPairId),
    );
    return { keySet: keys.map(keyView) };
  }),
  CreateKeyPair: changes((world, params) => {
    const keyName = params.required("KeyName");
    const keyType = readType(params);
    const tags = readKeyTags(params);
    checkKeyName(world, keyName);
    return () => {
      const material = fakePrivateKey(world);
      return { ...keyView(createKey(world, { keyName, keyType, material, tags })), keyMaterial: material };
    };
  }),
  ImportKeyPair: changes((world, params) => {
    const keyName = params.required("KeyName");
    const material = params.required("PublicKeyMaterial");
    const tags = readKeyTags(params);
    checkKeyName(world, keyName);
    checkPublicKey(material);
    const keyType = Buffer.from(material, "base64").toString().startsWith("ssh-ed25519") ? "ed25519" : "rsa";
    return () => keyView(createKey(world, { keyName, keyType, material, tags }));
  }),
  /** Deleting what is not there succeeds (API reference). */
  DeleteKeyPair: changes((world, params) => {
    const [name, id] = [params.string("KeyName"), params.string("KeyPairId")];
    if (name === undefined && id === undefined) params.required("KeyName");
    const key = [...world.account.keyPairs.values()].find((one) =>
      id === undefined ? one.keyName === name : one.keyPairId === id,
    );
    return () => {
      if (key !== undefined) world.account.keyPairs.delete(key.keyName);
      return { return: true, keyPairId: key?.keyPairId };
    };
  }),
};
