/** One snapshot of what exists, found by tag, and by recorded id where a tag was taken off. */
import type { Ec2, Filters } from "../ec2/ec2";
import { TAG } from "../ec2/tags";
import { readGeneration } from "./specification";
import type {
  Desired,
  ElasticIp,
  Generation,
  Instance,
  LaunchTemplate,
  NetworkInterface,
  Observed,
  Recorded,
} from "./state";

export interface Target {
  id: string;
  desired?: Pick<Desired, "elasticIp">;
  recorded?: Recorded;
}

export async function observe(ec2: Ec2, target: Target): Promise<Observed> {
  const ours: Filters = { [`tag:${TAG.id}`]: [target.id] };
  const [record, networkInterfaces, elasticIps, givenElasticIp, tagged] = await Promise.all([
    observeRecord(ec2, target.id),
    observeNetworkInterfaces(ec2, ours, target.recorded?.networkInterfaceId),
    ec2.describeAddresses(ours),
    observeGivenElasticIp(ec2, target.desired?.elasticIp),
    ec2.describeInstances(ours),
  ]);
  const holders = await observeHolders(ec2, networkInterfaces, tagged);
  // Launched between the two looks, or with its tags taken off.
  const isOurs = (it: Instance): boolean => it.tags[TAG.id] === target.id || it.id === target.recorded?.instanceId;
  return {
    ...record,
    networkInterfaces,
    elasticIps,
    givenElasticIp,
    instances: [...tagged, ...holders.filter(isOurs)],
    strangers: holders.filter((it) => !isOurs(it)),
  };
}

async function observeRecord(ec2: Ec2, id: string): Promise<{ template?: LaunchTemplate; generation?: Generation }> {
  const [template] = await ec2.describeLaunchTemplates({ "launch-template-name": [id] });
  if (template === undefined) {
    return {};
  }
  const latest = await ec2.describeLatestVersion(template.id);
  return {
    template: { ...template, latestVersion: latest.number },
    generation: readGeneration(latest.number, latest.description),
  };
}

async function observeNetworkInterfaces(
  ec2: Ec2,
  ours: Filters,
  recordedId: string | undefined,
): Promise<NetworkInterface[]> {
  const tagged = await ec2.describeNetworkInterfaces(ours);
  if (recordedId === undefined || recordedId === "" || tagged.some((eni) => eni.id === recordedId)) {
    return tagged;
  }
  return [...tagged, ...(await ec2.describeNetworkInterfaces({ "network-interface-id": [recordedId] }))];
}

async function observeGivenElasticIp(
  ec2: Ec2,
  elasticIp: boolean | string | undefined,
): Promise<ElasticIp | undefined> {
  if (typeof elasticIp !== "string") {
    return undefined;
  }
  const filter = elasticIp.startsWith("eipalloc-") ? "allocation-id" : "public-ip";
  const [found] = await ec2.describeAddresses({ [filter]: [elasticIp] });
  return found;
}

/** The interface's attachment is the truth about who holds it, tag or no tag. */
async function observeHolders(
  ec2: Ec2,
  networkInterfaces: NetworkInterface[],
  tagged: Instance[],
): Promise<Instance[]> {
  const ids = networkInterfaces
    .flatMap((eni) => eni.attachment?.instanceId ?? [])
    .filter((id) => !tagged.some((it) => it.id === id));
  return ids.length === 0 ? [] : ec2.describeInstances({ "instance-id": ids });
}
