import * as pulumi from "@pulumi/pulumi";
import { ManagedInstance } from "pulumi-managed-instance";

const config = new pulumi.Config();

// `pulumi config set paused true && pulumi up` in the evening, `false` in the morning. Its addresses stay, and so does the
// disk, because an on-demand instance is stopped; with market.lifecycle "spot" it would be ended and launched anew.
const office = new ManagedInstance("office", {
  subnetId: config.require("subnetId"),
  elasticIp: true,
  imageId: config.require("imageId"),
  instanceType: config.get("instanceType") ?? "m7i.large",
  desiredState: config.getBoolean("paused") === true ? "paused" : "running",
});

export const state = office.state;
export const instanceId = office.instanceId;
export const privateIp = office.privateIp;
export const publicIp = office.publicIp;
