/** The provider as Pulumi writes it into each resource's state. */
import * as pulumi from "@pulumi/pulumi";
import { serializedProvider } from "../../sdk/serialized-provider";

export async function serializedText(): Promise<string> {
  return (await pulumi.runtime.serializeFunction(() => serializedProvider)).text;
}

export async function sizeOfSerialized(): Promise<number> {
  return Buffer.byteLength(await serializedText());
}
