/**
 * Every call that changes something, and whether it may be sent again when its reply was lost, because it may have taken
 * effect. A client token makes EC2 answer a repeat with what the first call made; a call that names all that it wants makes
 * nothing twice, but EC2 may refuse the repeat, and then whoever sends it looks.
 */
export interface Repeat {
  isSafe: boolean;
  /** The reason why a repeat is safe; of an unsafe one, the way to find out what came of the call. */
  because: string;
}

const safe = (because: string): Repeat => ({ isSafe: true, because });
const unsafe = (because: string): Repeat => ({ isSafe: false, because });

const TOKEN = safe("has a client token");
const SETS = safe("sets what is so already");
const GONE = safe("a repeat finds it gone, which is what was wanted");
const ON_OR_OFF = safe("a repeat is refused as on (or off) already; the step looks whether it is");

export const REPEATS = {
  CreateLaunchTemplate: TOKEN,
  CreateLaunchTemplateVersion: TOKEN,
  CreateNetworkInterface: TOKEN,
  CreateReplaceRootVolumeTask: TOKEN,
  CreateVolume: TOKEN,
  RunInstances: TOKEN,

  AllocateAddress: unsafe(
    "each call allocates one more; the step looks for one with the machine's tags before it asks again",
  ),
  AssignPrivateIpAddresses: ON_OR_OFF,
  "AssignPrivateIpAddresses by count": unsafe("each call assigns more; the step looks what the interface has by now"),
  AssignIpv6Addresses: ON_OR_OFF,
  "AssignIpv6Addresses by count": unsafe("each call assigns more; the step looks what the interface has by now"),
  UnassignPrivateIpAddresses: ON_OR_OFF,
  UnassignIpv6Addresses: ON_OR_OFF,
  AssociateAddress: ON_OR_OFF,
  AttachNetworkInterface: ON_OR_OFF,
  AttachVolume: ON_OR_OFF,
  DetachNetworkInterface: ON_OR_OFF,
  DetachVolume: ON_OR_OFF,
  ModifyVolume: safe("a repeat is refused while the volume changes; the step looks whether it is this change"),
  AssociateIamInstanceProfile: unsafe(
    "a repeat is refused as there already; it is looked which profile the instance has",
  ),
  DisassociateIamInstanceProfile: unsafe("the association is gone; it is looked which profile the instance has"),
  ReplaceIamInstanceProfileAssociation: unsafe(
    "the association has another id by then; it is looked which profile the instance has",
  ),

  ModifyInstanceAttribute: SETS,
  ModifyInstanceMetadataOptions: SETS,
  ModifyNetworkInterfaceAttribute: SETS,
  ModifyLaunchTemplate: SETS,
  MonitorInstances: SETS,
  UnmonitorInstances: SETS,
  CreateTags: SETS,
  DeleteTags: SETS,
  StartInstances: SETS,
  StopInstances: SETS,
  TerminateInstances: SETS,
  CancelSpotInstanceRequests: SETS,

  DisassociateAddress: GONE,
  ReleaseAddress: GONE,
  DeleteLaunchTemplate: GONE,
  DeleteLaunchTemplateVersions: GONE,
  DeleteNetworkInterface: GONE,
  DeleteVolume: GONE,
} as const satisfies Record<string, Repeat>;

export type ChangingCall = keyof typeof REPEATS;
/** A call that only reads may always be sent again. */
export type Call = ChangingCall | `Describe${string}` | `Get${string}`;

export function isRepeatable(call: Call): boolean {
  return isChange(call) ? REPEATS[call].isSafe : true;
}

/** The name that EC2 has for it. */
export function actionOf(call: Call): string {
  return call.replace(" by count", "");
}

function isChange(call: Call): call is ChangingCall {
  return Object.hasOwn(REPEATS, call);
}
