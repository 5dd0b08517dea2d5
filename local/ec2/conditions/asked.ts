/**
 * Which rights a call takes, and on what (Service Authorization Reference, Amazon EC2): what it names, what that is on or comes
 * from, and what it makes.
 */
import { findVersion } from "../model/launch-templates";
import type { ParamTree, Tags } from "../model/state";
import { TAG_KINDS } from "../model/tags";
import type { World } from "../model/world";
import type { Asked } from "./policy";
import type { Params } from "../wire/params";

interface Thing {
  /** Such as `instance/i-0a1b2c3d`. */
  path: string;
  tags?: Tags;
}

/** The kinds of thing that an action makes; EC2 asks for the right to make each, and for the right to tag it. */
const MADE: Readonly<Record<string, readonly string[]>> = {
  AllocateAddress: ["elastic-ip"],
  CreateLaunchTemplate: ["launch-template"],
  CreateNetworkInterface: ["network-interface"],
  CreateReplaceRootVolumeTask: ["replace-root-volume-task", "volume"],
  CreateVolume: ["volume"],
  RunInstances: ["instance", "volume"],
};

const PASSES_A_ROLE = ["RunInstances", "AssociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation"];

export function askedBy(action: string, params: Params, world: World): Asked[] {
  const permission = `ec2:${action}`;
  if (action.startsWith("Describe")) return [{ permission, resource: "*", context: {} }];
  const named = thingsNamed(params.tree, world);
  if (action === "CreateTags" || action === "DeleteTags") {
    const context = requestTags(params.list("Tag"));
    return named.map((thing) => ask({ permission, thing, context, world }));
  }
  const context = launchContext(action, params, world);
  const things = action === "RunInstances" ? launchedOn(params, named, world) : named;
  const own = [
    ...things.map((thing) => ask({ permission, thing, context, world })),
    ...makes(action, params, world),
    ...passes(action, params, world),
  ];
  return own.length > 0 ? own : [ask({ permission, thing: { path: "*/*" }, context, world })];
}

interface Question {
  permission: string;
  thing: Thing;
  context?: Asked["context"];
  world: World;
}

function ask({ permission, thing, context = {}, world }: Question): Asked {
  const tags = Object.entries(thing.tags ?? {}).map(([key, value]) => [`aws:ResourceTag/${key}`, value]);
  const ofThing: Asked["context"] = Object.fromEntries(tags) as Record<string, string>;
  return { permission, resource: arnOf(thing.path, world), context: { ...ofThing, ...context } };
}

function arnOf(path: string, { region, accountId }: World): string {
  return `arn:aws:ec2:${region}:${path.startsWith("image/") ? "" : accountId}:${path}`;
}

/** The tags that come with the call are a condition of what it makes, each kind of its own. */
function makes(action: string, params: Params, world: World): Asked[] {
  const specs = params.list("TagSpecification");
  const tagsFor = (type: string): Asked["context"] =>
    requestTags(specs.filter((it) => it.string("ResourceType") === type).flatMap((it) => it.list("Tag")));
  const spot = params.group("InstanceMarketOptions").string("MarketType") === "spot";
  const made = [...(MADE[action] ?? []), ...(spot ? ["spot-instances-request"] : [])];
  return [
    ...made.map((type) => {
      const context = { ...launchContext(action, params, world), ...tagsFor(type) };
      return ask({ permission: `ec2:${action}`, thing: { path: `${type}/*` }, context, world });
    }),
    ...specs.map((spec) => {
      const type = spec.string("ResourceType") ?? "";
      const context = { ...tagsFor(type), "ec2:CreateAction": action };
      return ask({ permission: "ec2:CreateTags", thing: { path: `${type}/*` }, context, world });
    }),
  ];
}

/** With what comes from the template. The tags of an interface that is launched on are no condition there, as elsewhere they are. */
function launchedOn(params: Params, named: readonly Thing[], world: World): Thing[] {
  const isInterface = ({ path }: Thing): boolean => path.startsWith("network-interface/");
  const [first = { path: "network-interface/*" }, ...others] = named.filter(isInterface);
  const data = templateData(params, world);
  const { ImageId: image, KeyName: key } = data;
  return [
    ...[first, ...others].map(({ path }) => ({ path })),
    ...named.filter((it) => !isInterface(it)),
    ...(typeof image === "string" ? [{ path: `image/${image}` }] : []),
    ...(typeof key === "string" ? [{ path: `key-pair/${key}` }] : []),
  ];
}

function launchContext(action: string, params: Params, world: World): Asked["context"] {
  const template = params.group("LaunchTemplate").string("LaunchTemplateId");
  if (action !== "RunInstances" || template === undefined) return {};
  return { "ec2:LaunchTemplate": arnOf(`launch-template/${template}`, world) };
}

function templateData(params: Params, world: World): ParamTree {
  const ref = params.group("LaunchTemplate");
  const template = world.account.launchTemplates.get(ref.string("LaunchTemplateId") ?? "");
  const version = ref.string("Version") ?? "$Default";
  // A version that does not exist is refused later, when the call itself is looked at.
  const isThere = template !== undefined && (version.startsWith("$") || Number(version) <= template.latestVersion);
  return { ...(isThere ? findVersion(template, version).data : {}), ...params.tree };
}

function passes(action: string, params: Params, world: World): Asked[] {
  const isGiven = params.has("IamInstanceProfile") || templateData(params, world).IamInstanceProfile !== undefined;
  if (!PASSES_A_ROLE.includes(action) || !isGiven) return [];
  const context = { "iam:PassedToService": "ec2.amazonaws.com" };
  return [{ permission: "iam:PassRole", resource: `arn:aws:iam::${world.accountId}:role/simulated`, context }];
}

function requestTags(tags: readonly Params[]): Asked["context"] {
  return Object.fromEntries(tags.map((it) => [`aws:RequestTag/${it.string("Key") ?? ""}`, it.string("Value") ?? ""]));
}

/** Whatever has an id in the call, and what an attachment or an association in it is of. */
function thingsNamed(tree: ParamTree, world: World): Thing[] {
  const found = [...valuesIn(tree)].flatMap((id) => behind(id, world)).flatMap((id) => thingOf(id, world));
  return [...new Map(found.map((it) => [it.path, it])).values()];
}

/** Parameters that are text, or are written down for a later launch: they may look like a thing, and nothing is done to it. */
const WORDS = ["Tag", "TagSpecification", "LaunchTemplateData", "ClientToken", "UserData", "Description"];

function* valuesIn(tree: ParamTree): Generator<string> {
  for (const [name, value] of Object.entries(tree)) {
    if (WORDS.includes(name)) continue;
    if (typeof value === "string") yield value;
    else yield* valuesIn(value);
  }
}

function behind(id: string, { account }: World): string[] {
  const some = (...ids: (string | undefined)[]): string[] => ids.filter((it) => it !== undefined);
  if (id.startsWith("eni-attach-")) {
    const [eni] = account.networkInterfaces.find("attachment.attachment-id", [id]);
    return some(eni?.networkInterfaceId, eni?.attachment?.instanceId);
  }
  if (id.startsWith("eipassoc-")) {
    const [address] = account.addresses.find("association-id", [id]);
    return some(address?.allocationId, address?.networkInterfaceId);
  }
  return id.startsWith("iip-assoc-") ? some(account.profileAssociations.get(id)?.instanceId) : [id];
}

function thingOf(id: string, { account }: World): Thing[] {
  const kind = TAG_KINDS.find(({ prefix }) => id.startsWith(prefix));
  if (kind === undefined || !/^[a-z]+-[0-9a-f]{8,17}$/.test(id)) return [];
  return [{ path: `${kind.resourceType}/${id}`, tags: account[kind.table].get(id)?.tags }];
}
