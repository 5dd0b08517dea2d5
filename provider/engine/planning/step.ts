/** The steps of a plan: each is one thing to do, and finds by itself what of it is done already. */
import type { Addresses } from "../../ec2/ec2";
import type { Setting } from "../record/settings";
import type { LaunchPart } from "../record/specification";
import type { Awaited, Claim } from "../../model/observed";
import type { ElasticIp, Instance, NetworkInterface, Tags, Volume, VolumeShape } from "../../model/things";
import type { PublicIpAssignment } from "../../model/desired";
import type { Path } from "../situation/strategy";

export type Step =
  // The record.
  | { kind: "record" }
  | { kind: "record-generation"; replacesBefore: number | "this" }
  | { kind: "prune-versions" }
  | { kind: "delete-record"; templateId: string }
  // The network interface.
  | { kind: "make-network-interface"; later: string[] }
  | { kind: "set-security-groups"; networkInterfaceId: string; securityGroupIds?: string[] }
  | { kind: "set-source-dest-check"; enabled: boolean }
  | { kind: "set-public-ip-assignment"; assignment: PublicIpAssignment }
  | { kind: "keep-on-termination"; networkInterfaceId: string; attachmentId: string }
  | { kind: "assign-private-ips"; wanted: Addresses; instead: string[] }
  | { kind: "unassign-private-ips"; networkInterfaceId: string; addresses: string[] }
  | { kind: "take-over-private-ips"; from: string; addresses: string[] }
  | { kind: "assign-ipv6-addresses"; wanted: Addresses; instead: string[] }
  | { kind: "unassign-ipv6-addresses"; networkInterfaceId: string; addresses: string[] }
  | { kind: "delete-network-interface"; networkInterface: NetworkInterface }
  // The Elastic IP.
  | { kind: "allocate-elastic-ip" }
  | { kind: "associate-elastic-ip" }
  | { kind: "disassociate-elastic-ip"; elasticIp: ElasticIp }
  | { kind: "release-elastic-ip"; elasticIp: ElasticIp }
  // The instance.
  | { kind: "preflight"; instance: Instance; path: Path }
  | { kind: "check-rights"; steps: Step[] }
  | { kind: "drain"; instance: Instance }
  | { kind: "retire"; instance: Instance }
  | { kind: "launch" }
  | { kind: "launch-beside" }
  | { kind: "prove"; instance: Instance }
  | { kind: "prove-candidate"; instance: Instance }
  | { kind: "detach-network-interface"; instance: Instance }
  | { kind: "attach-network-interface" }
  | { kind: "replace-root-volume"; instance: Instance }
  | { kind: "change-stopped"; instance: Instance; parts: readonly LaunchPart[] }
  | { kind: "await-running"; instance: Instance }
  | { kind: "start"; instance: Instance }
  | { kind: "stop"; instance: Instance }
  | { kind: "change-setting"; setting: Setting; instanceId: string }
  // The data volumes.
  | { kind: "make-volume"; name: string }
  | { kind: "modify-volume"; volume: Volume; shape: VolumeShape }
  | { kind: "keep-volume-on-termination"; volume: Volume }
  | { kind: "end-volume-with-instance"; volume: Volume }
  | { kind: "detach-volume"; volume: Volume }
  | { kind: "attach-volumes" }
  | { kind: "delete-volume"; volume: Volume }
  // Things that other machines may name too.
  | { kind: "await-let-go"; things: Awaited[]; isFirst: boolean }
  | { kind: "claim-given"; claims: Claim[]; isNew: boolean }
  | { kind: "end-claims"; claims: Claim[] }
  | { kind: "exchange-elastic-ip"; thing: Awaited; held: readonly ElasticIp[] }
  // Labels, and what stays behind.
  | { kind: "tag"; resourceIds: string[]; set: Tags; remove: string[] }
  | { kind: "retain"; resourceId: string; what: string; monthlyCost: number; bringBack: string }
  | { kind: "give-back"; resourceId: string; what: string; remove: string[] };
