/** Each call that changes something takes effect, and its reply is lost: the run goes on, and nothing is there twice. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import { actionOf, type ChangingCall, REPEATS } from "../../provider/ec2/repeats";
import { cutting } from "./interruptions";
import { goingOn } from "./kills";
import { withVersions } from "./many-versions";
import type { Properties } from "../../provider/model/properties";
import { program, type Stack } from "./support";
import { holderOf } from "./holder";
import { later, nothingIsLeft, quick, settled, up } from "./world";
import { machineOf } from "./machine";

/** A program before and after; without one before it is a create, without one after a destroy. */
interface Story {
  before?: Properties;
  after?: Properties;
  /** The versions of its launch template, by then. */
  versions?: number;
}

const IMAGE = { imageId: WELL_KNOWN.imageV2 };
const OVERLAP = { replacement: { strategy: "overlap" } };
const DATA = { name: "data", deviceName: "/dev/sdf", size: 10 };
const DELETES = { deletion: { dataVolumes: "delete" } };
const PROFILE = { iamInstanceProfile: WELL_KNOWN.instanceProfile };
const DUAL = { subnetId: WELL_KNOWN.dualStackSubnet };
const WHOLE = { elasticIp: true };
const onDisk = (overrides: Properties = {}): Properties => ({ ...DELETES, dataVolumes: [{ ...DATA, ...overrides }] });

const STORIES: Readonly<Record<ChangingCall, Story>> = {
  CreateLaunchTemplate: { after: WHOLE },
  CreateNetworkInterface: { after: WHOLE },
  ModifyNetworkInterfaceAttribute: { before: {}, after: { sourceDestCheck: false } },
  AllocateAddress: { after: WHOLE },
  AssociateAddress: { after: WHOLE },
  RunInstances: { after: WHOLE },
  CreateLaunchTemplateVersion: { before: WHOLE, after: { ...WHOLE, ...IMAGE } },
  TerminateInstances: { before: WHOLE, after: { ...WHOLE, ...IMAGE } },
  CancelSpotInstanceRequests: {
    before: { market: { lifecycle: "spot" } },
    after: { market: { lifecycle: "spot" }, ...IMAGE },
  },
  CreateReplaceRootVolumeTask: {
    before: { replacement: { strategy: "root-volume" } },
    after: { replacement: { strategy: "root-volume" }, ...IMAGE },
  },
  StopInstances: stopStart(),
  ModifyInstanceAttribute: stopStart(),
  StartInstances: stopStart(),
  DetachNetworkInterface: { before: { ...OVERLAP, ...WHOLE }, after: { ...OVERLAP, ...WHOLE, ...IMAGE } },
  AttachNetworkInterface: { before: { ...OVERLAP, ...WHOLE }, after: { ...OVERLAP, ...WHOLE, ...IMAGE } },
  CreateTags: { before: {}, after: { tags: { Team: "a" } } },
  DeleteTags: { before: { tags: { Team: "a" } }, after: {} },
  AssignPrivateIpAddresses: { before: {}, after: { secondaryPrivateIps: ["10.0.1.50"] } },
  "AssignPrivateIpAddresses by count": {
    before: { secondaryPrivateIpCount: 1 },
    after: { secondaryPrivateIpCount: 2 },
  },
  UnassignPrivateIpAddresses: {
    before: { secondaryPrivateIps: ["10.0.1.50", "10.0.1.51"] },
    after: { secondaryPrivateIps: ["10.0.1.50"] },
  },
  AssignIpv6Addresses: { before: DUAL, after: { ...DUAL, ipv6Addresses: ["2001:db8:6:600::a"] } },
  "AssignIpv6Addresses by count": {
    before: { ...DUAL, ipv6AddressCount: 1 },
    after: { ...DUAL, ipv6AddressCount: 2 },
  },
  UnassignIpv6Addresses: { before: { ...DUAL, ipv6AddressCount: 2 }, after: { ...DUAL, ipv6AddressCount: 1 } },
  DisassociateAddress: { before: WHOLE, after: { ...WHOLE, elasticIp: false } },
  ReleaseAddress: { before: WHOLE, after: { ...WHOLE, elasticIp: false } },
  CreateVolume: { after: onDisk() },
  AttachVolume: { after: onDisk() },
  ModifyVolume: { before: onDisk(), after: onDisk({ size: 20 }) },
  DetachVolume: { before: onDisk(), after: onDisk({ deviceName: "/dev/sdg" }) },
  DeleteVolume: { before: onDisk(), after: DELETES },
  AssociateIamInstanceProfile: { before: {}, after: PROFILE },
  DisassociateIamInstanceProfile: { before: PROFILE, after: {} },
  ReplaceIamInstanceProfileAssociation: { before: PROFILE, after: { iamInstanceProfile: "other" } },
  ModifyInstanceMetadataOptions: { before: {}, after: { metadataOptions: { httpTokens: "optional" } } },
  MonitorInstances: { before: {}, after: { monitoring: true } },
  UnmonitorInstances: { before: { monitoring: true }, after: {} },
  DeleteNetworkInterface: { before: WHOLE },
  DeleteLaunchTemplate: { before: WHOLE },
  DeleteLaunchTemplateVersions: { before: WHOLE, after: { ...WHOLE, ...IMAGE }, versions: 30 },
  ModifyLaunchTemplate: { before: WHOLE, after: { ...WHOLE, ...IMAGE }, versions: 30 },
};

function stopStart(): Story {
  const replacement = { strategy: "stop-start" };
  return { before: { replacement }, after: { replacement, instanceType: "m6i.large" } };
}

function addOtherProfile({ simulator }: Stack): void {
  const world = simulator.snapshot();
  const [profile] = Object.values(world.instanceProfiles);
  assert.ok(profile);
  const other = { name: "other", arn: profile.arn.replace(/[^/]*$/, "other"), id: `${profile.id.slice(0, -1)}0` };
  simulator.restore({
    ...world,
    instanceProfiles: { ...world.instanceProfiles, [other.name]: { ...profile, ...other } },
  });
}

describe("a lost reply", () => {
  for (const change of Object.keys(REPEATS) as ChangingCall[]) {
    it(`to ${change} is made up for in the same run`, async () => {
      const { before, after, versions } = STORIES[change];
      const account = before === undefined ? quick() : await up(before);
      addOtherProfile(account);
      if (versions !== undefined) {
        withVersions(account, versions);
      }
      const action = actionOf(change);
      const owner = goingOn(account, { through: cutting(action, "after") });
      owner.calls();
      await (after === undefined ? owner.destroy() : owner.up(program(after)));
      assert.ok(owner.calls("mutating").includes(action), `${action} was not called`);
      later(owner);
      if (after === undefined) {
        nothingIsLeft(owner);
      } else {
        (after.replacement === OVERLAP.replacement ? holderOf : machineOf)(owner);
        await settled(owner, after);
      }
    });
  }
});
