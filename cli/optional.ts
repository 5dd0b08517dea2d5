/** Clients of other AWS services: a service is not asked where its package is not installed, or where it has no endpoint. */
import type { GlobalOptions } from "./connection";

export type Service = "sts" | "service-quotas" | "cloudtrail";

const NAMES: Readonly<Record<Service, string>> = {
  sts: "STS",
  "service-quotas": "SERVICE_QUOTAS",
  cloudtrail: "CLOUDTRAIL",
};

/** The reason why a service is not asked; undefined if it can be. */
export function notAsked(service: Service, { endpoint }: GlobalOptions, env = process.env): string | undefined {
  const isSet = (name: string): boolean => (env[name] ?? "") !== "";
  const ownName = `AWS_ENDPOINT_URL_${NAMES[service]}`;
  const isElsewhere = endpoint !== undefined || isSet("AWS_ENDPOINT_URL_EC2") || isSet("AWS_ENDPOINT_URL");
  // Credentials for a simulator must not be sent to AWS.
  return isElsewhere && !isSet(ownName) ? `the endpoint of EC2 is not AWS's, and ${ownName} is not set` : undefined;
}

/** Loads a package; undefined where it is not installed. */
export async function installed<T>(load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") {
      return undefined;
    }
    throw error;
  }
}

/** Options by which the clients find region and credentials as EC2's client does. */
export function clientConfig(region: string, { profile }: GlobalOptions): { region: string; profile?: string } {
  return profile === undefined ? { region } : { region, profile };
}

/** The result of asking: an answer, or why there is none. */
export type OptionalAnswer<T> = { answer: T } | { why: string };

export function whyOf(error: unknown): string {
  const { name, message } = error as { name?: string; message?: string };
  return [name, message].filter((it) => it !== undefined && it !== "" && it !== "Error").join(": ");
}
