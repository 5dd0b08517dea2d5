/** Whose credentials these are; STS tells it to anybody. The one file that knows STS's client. */
import type { GlobalOptions } from "./connection";
import { type OptionalAnswer, clientConfig, installed, notAsked, whyOf } from "./optional";

export interface Identity {
  account: string;
  arn: string;
}

export async function identityOf(region: string, options: GlobalOptions): Promise<OptionalAnswer<Identity>> {
  const why = notAsked("sts", options);
  if (why !== undefined) {
    return { why };
  }
  const sts = await installed(() => import("@aws-sdk/client-sts"));
  if (sts === undefined) {
    return { why: "`npm install @aws-sdk/client-sts` lets it tell" };
  }
  try {
    const client = new sts.STSClient(clientConfig(region, options));
    const { Account: account = "", Arn: arn = "" } = await client.send(new sts.GetCallerIdentityCommand({}));
    return { answer: { account, arn } };
  } catch (error) {
    return { why: whyOf(error) };
  }
}
