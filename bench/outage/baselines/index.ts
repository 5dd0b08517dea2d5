import { autoScalingGroup } from "./auto-scaling-group";
import { fckNat } from "./fck-nat";
import { launchScript } from "./launch-script";
import { terraform } from "./terraform";

export const BASELINES = [terraform, autoScalingGroup, launchScript, fckNat] as const;
