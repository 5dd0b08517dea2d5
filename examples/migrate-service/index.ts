import * as pulumi from "@pulumi/pulumi";
import { ManagedInstance } from "pulumi-managed-instance";

const config = new pulumi.Config();

// First all inputs are as the running instance has them: it becomes managed and goes on running. Then change one, such as
// `pulumi config set imageId ami-…`: the next `up` replaces the instance, and its peers still find it where it was.
const service = new ManagedInstance("service", {
  adopt: { instanceId: config.require("instanceId") }, // may stay here for good, also when that instance is long gone
  subnetId: config.require("subnetId"),
  securityGroupIds: config.requireObject<string[]>("securityGroupIds"),
  elasticIp: config.get("elasticIp"), // the eipalloc-… that it has, if it has one
  imageId: config.require("imageId"),
  instanceType: config.require("instanceType"),
  keyName: config.get("keyName"),
  iamInstanceProfile: config.get("iamInstanceProfile"),
});

export const instanceId = service.instanceId;
export const networkInterfaceId = service.networkInterfaceId;
export const privateIp = service.privateIp;
export const publicIp = service.publicIp;
