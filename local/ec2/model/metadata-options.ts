import { invalidValue } from "./errors";
import type { MetadataOptions } from "./state";

/** Amazon Linux 2023 images carry `ImdsSupport: v2.0`, which makes tokens required and the hop limit 2. */
export const METADATA_DEFAULTS: MetadataOptions = {
  httpTokens: "required",
  httpPutResponseHopLimit: 2,
  httpEndpoint: "enabled",
  httpProtocolIpv6: "disabled",
  instanceMetadataTags: "disabled",
};

const METADATA_VALUES: Readonly<Record<Exclude<keyof MetadataOptions, "httpPutResponseHopLimit">, readonly string[]>> =
  {
    httpTokens: ["optional", "required"],
    httpEndpoint: ["enabled", "disabled"],
    httpProtocolIpv6: ["enabled", "disabled"],
    instanceMetadataTags: ["enabled", "disabled"],
  };

const HOP_LIMITS = { least: 1, most: 64 };

export function checkMetadataOptions(options: Partial<MetadataOptions>): void {
  for (const name of ["httpTokens", "httpEndpoint", "httpProtocolIpv6", "instanceMetadataTags"] as const) {
    const value = options[name];
    if (value !== undefined && !METADATA_VALUES[name].includes(value)) {
      throw invalidValue(`Value (${value}) for parameter ${name} is invalid.`);
    }
  }
  const hops = options.httpPutResponseHopLimit ?? HOP_LIMITS.least;
  if (hops < HOP_LIMITS.least || hops > HOP_LIMITS.most) {
    throw invalidValue(`Value (${hops}) for parameter HttpPutResponseHopLimit is invalid. Expected 1 to 64.`);
  }
}
