"""The whole life cycle against the simulator, by a client that has nothing to do with it: boto3 with its own waiters.

Arguments: the endpoint, a subnet, an image. Prints one line for each step; ends with 1 at the first that is not as on EC2.
"""

import sys
import time

import boto3
from botocore.config import Config


def check(what, is_true):
    print(("ok: " if is_true else "FAILED: ") + what, flush=True)
    if not is_true:
        sys.exit(1)


def main(endpoint, subnet, image):
    ec2 = boto3.client(
        "ec2",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    often = {"Delay": 1, "MaxAttempts": 60}
    name = "boto3-life"
    template = ec2.create_launch_template(
        LaunchTemplateName=name,
        LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"},
    )["LaunchTemplate"]
    check("a launch template is made", template["LatestVersionNumber"] == 1)
    eni = ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress="10.0.1.40", Description=name)[
        "NetworkInterface"
    ]
    interface = eni["NetworkInterfaceId"]
    check("an interface is made", eni["PrivateIpAddress"] == "10.0.1.40")
    allocation = ec2.allocate_address(Domain="vpc")
    association = ec2.associate_address(AllocationId=allocation["AllocationId"], NetworkInterfaceId=interface)
    check("an Elastic IP is associated", association["AssociationId"].startswith("eipassoc-"))

    def run(token):
        return ec2.run_instances(
            LaunchTemplate={"LaunchTemplateId": template["LaunchTemplateId"]},
            NetworkInterfaces=[{"DeviceIndex": 0, "NetworkInterfaceId": interface}],
            MinCount=1,
            MaxCount=1,
            ClientToken=token,
        )["Instances"][0]["InstanceId"]

    first = run("first")
    check("the same token is the same instance", run("first") == first)
    ec2.get_waiter("instance_running").wait(InstanceIds=[first], WaiterConfig=often)
    seen = ec2.describe_instances(InstanceIds=[first])["Reservations"][0]["Instances"][0]
    check("boto3's waiter sees it running", seen["State"]["Name"] == "running")
    check("it has the interface's address", seen["PrivateIpAddress"] == "10.0.1.40")
    check("it has the Elastic IP", seen["PublicIpAddress"] == allocation["PublicIp"])
    check("its launch time is a time", abs(seen["LaunchTime"].timestamp() - time.time()) < 366 * 86400)
    shown = ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"][0]
    check("the interface names its holder", shown["Attachment"]["InstanceId"] == first)
    check("the interface stays at a termination", shown["Attachment"]["DeleteOnTermination"] is False)
    address = ec2.describe_addresses(AllocationIds=[allocation["AllocationId"]])["Addresses"][0]
    check("the address names interface and instance", (address["NetworkInterfaceId"], address["InstanceId"]) == (interface, first))
    pages = ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 5})
    check("boto3's paginator finds it", any(r["Instances"][0]["InstanceId"] == first for p in pages for r in p["Reservations"]))

    ec2.terminate_instances(InstanceIds=[first])
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[first], WaiterConfig=often)
    ec2.get_waiter("network_interface_available").wait(NetworkInterfaceIds=[interface], WaiterConfig=often)
    check("boto3's waiters see it terminated and the interface available", True)
    second = run("second")
    ec2.get_waiter("instance_running").wait(InstanceIds=[second], WaiterConfig=often)
    after = ec2.describe_instances(InstanceIds=[second])["Reservations"][0]["Instances"][0]
    check("another instance is on the interface", second != first)
    check(
        "private address, MAC and Elastic IP are the same",
        (after["PrivateIpAddress"], after["NetworkInterfaces"][0]["MacAddress"], after["PublicIpAddress"])
        == ("10.0.1.40", eni["MacAddress"], allocation["PublicIp"]),
    )

    ec2.terminate_instances(InstanceIds=[second])
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[second], WaiterConfig=often)
    ec2.disassociate_address(AssociationId=association["AssociationId"])
    ec2.release_address(AllocationId=allocation["AllocationId"])
    ec2.delete_network_interface(NetworkInterfaceId=interface)
    ec2.delete_launch_template(LaunchTemplateId=template["LaunchTemplateId"])
    left = [
        ec2.describe_addresses()["Addresses"],
        ec2.describe_network_interfaces()["NetworkInterfaces"],
        ec2.describe_volumes()["Volumes"],
        ec2.describe_launch_templates()["LaunchTemplates"],
    ]
    check("nothing is left", left == [[], [], [], []])


main(*sys.argv[1:])
