/** The provider as Pulumi writes it into each resource's state. */
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type * as source from "../../sdk/serialized-provider";

/** The built one: what compiles the bench as it runs would add to it. */
const { serializedProvider } = createRequire(__filename)("../../dist/sdk/serialized-provider.js") as typeof source;

export async function serializedText(): Promise<string> {
  return (await pulumi.runtime.serializeFunction(() => serializedProvider)).text;
}

const EMPTY: pulumi.dynamic.ResourceProvider = {
  check: (_olds: unknown, news: unknown) => Promise.resolve({ inputs: news }),
  diff: () => Promise.resolve({ changes: false }),
  create: () => Promise.resolve({ id: "none" }),
};

/** A provider that does nothing: what it takes is Pulumi's part. */
export async function emptyProviderText(): Promise<string> {
  return (await pulumi.runtime.serializeFunction(() => EMPTY)).text;
}

export async function sizeOfSerialized(): Promise<number> {
  return Buffer.byteLength(await serializedText());
}
