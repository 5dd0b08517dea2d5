/** Tags of any thing, as EC2 has them and as it is told. */
import * as sdk from "@aws-sdk/client-ec2";
import type { Tags } from "../model/things";
import type { Caller } from "./caller";

export function toTagList(tags: Tags): sdk.Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

export function tagSpecifications(tags: Tags, ...types: sdk.ResourceType[]): sdk.TagSpecification[] {
  return types.map((ResourceType) => ({ ResourceType, Tags: toTagList(tags) }));
}

export function tagsOf(list: sdk.Tag[] | undefined): Tags {
  return Object.fromEntries((list ?? []).map((tag) => [tag.Key ?? "", tag.Value ?? ""]));
}

export const tagCalls = ({ client, call }: Caller) => ({
  async createTags(resourceIds: string[], tags: Tags): Promise<void> {
    const input = { Resources: resourceIds, Tags: toTagList(tags) };
    await call("CreateTags", () => client.send(new sdk.CreateTagsCommand(input)));
  },

  /** @param ifValues a key that is among them goes only where it has this value */
  async deleteTags(resourceIds: string[], keys: string[], ifValues: Tags = {}): Promise<void> {
    const input = { Resources: resourceIds, Tags: keys.map((Key) => ({ Key, Value: ifValues[Key] })) };
    await call("DeleteTags", () => client.send(new sdk.DeleteTagsCommand(input)));
  },
});
