/** Tags in the instance metadata, where their keys are parts of paths. (pure) */
import { type Failure, isObject, shown } from "./validation";

/** EC2 guide, tags in the instance metadata: EC2 refuses the launch, the tag or the change otherwise. */
const KEY = /^[0-9A-Za-z\-_+=,.@:]+$/;
const RESERVED: readonly string[] = [".", "..", "_index"];

/** Keys that EC2 does not take on an instance whose metadata has its tags. */
export function keysNotForMetadata(keys: readonly string[]): string[] {
  return keys.filter((key) => !KEY.test(key) || RESERVED.includes(key));
}

const METADATA_KEY_RULE = 'letters, digits and + - = . , _ : @ only, and not ".", ".." or "_index"';

export function metadataTagFailures({ metadataOptions, tags }: Readonly<Record<string, unknown>>): Failure[] {
  const isShown = isObject(metadataOptions) && metadataOptions.instanceMetadataTags === "enabled";
  const wrong = isShown && isObject(tags) ? keysNotForMetadata(Object.keys(tags)) : [];
  return wrong.map((key) => ({
    property: "tags",
    reason: `the tag key ${shown(key)} cannot be in the instance metadata, where metadataOptions.instanceMetadataTags: "enabled" puts it: keys there have ${METADATA_KEY_RULE}; rename it, or take instanceMetadataTags out`,
  }));
}
