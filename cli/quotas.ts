/** Reads the quotas that a replacement can run into. The one file that knows the client of Service Quotas. */
import type { GlobalOptions } from "./connection";
import { type OptionalAnswer, clientConfig, installed, notAsked, whyOf } from "./optional";

export interface Quota {
  name: string;
  code: string;
  value: number;
}

/** The quotas to ask for, from the EC2 user guide and the VPC limits. */
const ASKED = [
  { service: "ec2", code: "L-0263D0A3", name: "EC2-VPC Elastic IPs" },
  { service: "vpc", code: "L-DF5E4CA3", name: "Network interfaces per Region" },
  { service: "ec2", code: "L-1216C47A", name: "vCPUs of running on-demand standard instances" },
  { service: "ec2", code: "L-34B43A08", name: "vCPUs of standard spot instance requests" },
] as const;

export const ELASTIC_IPS = ASKED[0].code;
export const NETWORK_INTERFACES = ASKED[1].code;

export async function quotasOf(region: string, options: GlobalOptions): Promise<OptionalAnswer<Quota[]>> {
  const why = notAsked("service-quotas", options);
  if (why !== undefined) {
    return { why };
  }
  const quotas = await installed(() => import("@aws-sdk/client-service-quotas"));
  if (quotas === undefined) {
    return { why: "`npm install @aws-sdk/client-service-quotas` lets it look" };
  }
  const client = new quotas.ServiceQuotasClient(clientConfig(region, options));
  try {
    const found: Quota[] = [];
    for (const { service, code, name } of ASKED) {
      const { Quota: quota } = await client.send(
        new quotas.GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code }),
      );
      found.push({ name, code, value: quota?.Value ?? 0 });
    }
    return { answer: found };
  } catch (error) {
    return { why: `${whyOf(error)} (it takes servicequotas:GetServiceQuota)` };
  }
}
