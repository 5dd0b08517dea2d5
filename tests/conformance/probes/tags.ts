import { answers, area, refuses, source } from "../probe";
import { type Scene, tagsOf } from "../scene";
import { NOBODYS } from "../surroundings";

const { api, codes, guide } = source;

const create = api("CreateTags");
const restrictions = guide("tag restrictions");

const tag = (scene: Scene, id: string, Tags: { Key?: string; Value?: string }[]) =>
  scene.ec2.createTags({ Resources: [id], Tags });

const eniTags = async (scene: Scene, eni: string) => tagsOf((await scene.seenEni(eni)).TagSet);

const many = (length: number) => Array.from({ length }, (_, index) => ({ Key: `k${index}`, Value: "1" }));

export const tags = area("tags", [
  answers({
    id: "tags.create",
    title: "a tag is put on, and a second one with its key replaces it",
    source: create,
    setUp: (scene) => scene.eni(),
    call: async (scene, eni) => {
      await tag(scene, eni, [{ Key: "a", Value: "1" }]);
      await tag(scene, eni, [
        { Key: "a", Value: "2" },
        { Key: "b", Value: "" },
      ]);
      return eniTags(scene, eni);
    },
    expected: { a: "2", b: "" },
  }),
  answers({
    id: "tags.create.several",
    title: "one call tags resources of several kinds",
    source: create,
    setUp: async (scene) => ({ eni: await scene.eni(), allocation: await scene.eip() }),
    call: async (scene, { eni, allocation }) => {
      await scene.ec2.createTags({ Resources: [eni, allocation], Tags: [{ Key: "a", Value: "1" }] });
      const { Addresses } = await scene.ec2.describeAddresses({ AllocationIds: [allocation] });
      return [await eniTags(scene, eni), tagsOf(Addresses?.[0]?.Tags)];
    },
    expected: [{ a: "1" }, { a: "1" }],
  }),
  answers({
    id: "tags.create.all-or-none",
    title: "where one resource is unknown none is tagged",
    source: create,
    setUp: (scene) => scene.eni(),
    call: async (scene, eni) => {
      const input = { Resources: [eni, NOBODYS.networkInterface], Tags: [{ Key: "a", Value: "1" }] };
      const error = await scene.ec2.createTags(input).catch((it: unknown) => it);
      return [error instanceof Error && error.name, await eniTags(scene, eni)];
    },
    expected: ["InvalidNetworkInterfaceID.NotFound", {}],
  }),
  refuses({
    id: "tags.create.unknown",
    title: "an unknown resource is refused",
    source: codes,
    call: (scene) => tag(scene, NOBODYS.instance, [{ Key: "a", Value: "1" }]),
    code: "InvalidInstanceID.NotFound",
  }),
  refuses({
    id: "tags.create.no-id",
    title: "a text that is no id is refused",
    source: codes,
    call: (scene) => tag(scene, "something", [{ Key: "a", Value: "1" }]),
    code: "InvalidID",
  }),
  refuses({
    id: "tags.key.aws",
    title: "keys that begin with aws: are reserved",
    source: restrictions,
    setUp: (scene) => scene.eni(),
    call: (scene, eni) => tag(scene, eni, [{ Key: "aws:a", Value: "1" }]),
    code: "InvalidParameterValue",
  }),
  refuses({
    id: "tags.key.long",
    title: "a key of more than 128 characters is refused",
    source: restrictions,
    setUp: (scene) => scene.eni(),
    call: (scene, eni) => tag(scene, eni, [{ Key: "k".repeat(129), Value: "1" }]),
    code: "InvalidParameterValue",
  }),
  refuses({
    id: "tags.value.long",
    title: "a value of more than 256 characters is refused",
    source: restrictions,
    setUp: (scene) => scene.eni(),
    call: (scene, eni) => tag(scene, eni, [{ Key: "k", Value: "v".repeat(257) }]),
    code: "InvalidParameterValue",
  }),
  answers({
    id: "tags.fifty",
    title: "a resource takes 50 tags",
    source: restrictions,
    setUp: (scene) => scene.eni(),
    call: async (scene, eni) => {
      await tag(scene, eni, many(50));
      return Object.keys(await eniTags(scene, eni)).length;
    },
    expected: 50,
  }),
  refuses({
    id: "tags.fifty-one",
    title: "and no more",
    source: codes,
    setUp: async (scene) => {
      const eni = await scene.eni();
      await tag(scene, eni, many(50));
      return eni;
    },
    call: (scene, eni) => tag(scene, eni, [{ Key: "one-more", Value: "1" }]),
    code: "TagLimitExceeded",
  }),
  answers({
    id: "tags.delete.key",
    title: "a tag is taken off by its key",
    source: api("DeleteTags"),
    setUp: async (scene) => {
      const eni = await scene.eni();
      await tag(scene, eni, [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "2" },
      ]);
      return eni;
    },
    call: async (scene, eni) => {
      await scene.ec2.deleteTags({ Resources: [eni], Tags: [{ Key: "a" }] });
      return eniTags(scene, eni);
    },
    expected: { b: "2" },
  }),
  answers({
    id: "tags.delete.value",
    title: "with a value it is taken off only if it has that value",
    source: api("DeleteTags"),
    setUp: async (scene) => {
      const eni = await scene.eni();
      await tag(scene, eni, [{ Key: "a", Value: "1" }]);
      return eni;
    },
    call: async (scene, eni) => {
      await scene.ec2.deleteTags({ Resources: [eni], Tags: [{ Key: "a", Value: "2" }] });
      return eniTags(scene, eni);
    },
    expected: { a: "1" },
  }),
  answers({
    id: "tags.delete.absent",
    title: "to take off a tag that is not there is no error",
    source: api("DeleteTags"),
    setUp: (scene) => scene.eni(),
    call: async (scene, eni) => {
      await scene.ec2.deleteTags({ Resources: [eni], Tags: [{ Key: "a" }] });
      return eniTags(scene, eni);
    },
    expected: {},
  }),
  answers({
    id: "tags.describe",
    title: "tags are described by the resource that has them",
    source: api("DescribeTags"),
    setUp: async (scene) => {
      const eni = await scene.eni();
      await tag(scene, eni, [{ Key: "a", Value: "1" }]);
      return eni;
    },
    call: async (scene, eni) => {
      const { Tags = [] } = await scene.ec2.describeTags({ Filters: [{ Name: "resource-id", Values: [eni] }] });
      return Tags.map(({ Key, Value, ResourceType, ResourceId }) => [Key, Value, ResourceType, ResourceId === eni]);
    },
    expected: [["a", "1", "network-interface", true]],
  }),
  answers({
    id: "tags.text",
    title: "any text comes back as it was given",
    source: restrictions,
    setUp: (scene) => scene.eni(),
    call: async (scene, eni) => {
      await tag(scene, eni, [{ Key: "ünï → 🙂", Value: 'a < b & "c"' }]);
      return eniTags(scene, eni);
    },
    expected: { "ünï → 🙂": 'a < b & "c"' },
  }),
]);
