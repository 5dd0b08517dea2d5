import { answers, area, refuses, source } from "../probe";
import { the } from "../scene";

const { api, codes } = source;

const metadata = api("ModifyInstanceMetadataOptions");

export const metadataOptions = area("metadata options", [
  answers({
    id: "metadata.defaults",
    title: "the endpoint is on, tags are not in the metadata, and options are applied",
    source: api("InstanceMetadataOptionsResponse"),
    setUp: (scene) => scene.running(),
    call: async (scene, id) => {
      const { State, HttpEndpoint, InstanceMetadataTags } = the((await scene.instance(id)).MetadataOptions);
      return [State, HttpEndpoint, InstanceMetadataTags];
    },
    expected: ["applied", "enabled", "disabled"],
  }),
  answers({
    id: "metadata.at-launch",
    title: "options are given at the launch",
    source: api("InstanceMetadataOptionsRequest"),
    setUp: (scene) =>
      scene.running({
        MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 3, InstanceMetadataTags: "enabled" },
      }),
    call: async (scene, id) => {
      const { HttpTokens, HttpPutResponseHopLimit, InstanceMetadataTags } = the(
        (await scene.instance(id)).MetadataOptions,
      );
      return [HttpTokens, HttpPutResponseHopLimit, InstanceMetadataTags];
    },
    expected: ["required", 3, "enabled"],
  }),
  answers({
    id: "metadata.modify",
    title: "one option of a running instance can be changed, and the others stay",
    source: metadata,
    setUp: (scene) => scene.running({ MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 3 } }),
    call: async (scene, id) => {
      await scene.ec2.modifyInstanceMetadataOptions({ InstanceId: id, HttpTokens: "optional" });
      await scene.settle();
      const { HttpTokens, HttpPutResponseHopLimit } = the((await scene.instance(id)).MetadataOptions);
      return [HttpTokens, HttpPutResponseHopLimit];
    },
    expected: ["optional", 3],
  }),
  refuses({
    id: "metadata.unknown-value",
    title: "an unknown value is refused",
    source: metadata,
    setUp: (scene) => scene.running(),
    call: (scene, id) =>
      scene.ec2.modifyInstanceMetadataOptions({ InstanceId: id, HttpTokens: "sometimes" as "optional" }),
    code: "InvalidParameterValue",
  }),
  refuses({
    id: "metadata.hop-limit",
    title: "a hop limit above 64 is refused",
    source: metadata,
    setUp: (scene) => scene.running(),
    call: (scene, id) => scene.ec2.modifyInstanceMetadataOptions({ InstanceId: id, HttpPutResponseHopLimit: 65 }),
    code: "InvalidParameterValue",
  }),
  refuses({
    id: "metadata.terminated",
    title: "options of a terminated instance cannot be changed",
    source: codes,
    setUp: (scene) => scene.terminated(),
    call: (scene, id) => scene.ec2.modifyInstanceMetadataOptions({ InstanceId: id, HttpTokens: "optional" }),
    code: "IncorrectInstanceState",
  }),
]);
