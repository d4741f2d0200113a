"""The emulator that .ci/stack starts, for its scripts: what they do would harm a real account, so there is no other way."""

import os
import sys

import boto3


def client(service, **credentials):
    if not os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://127.0.0.1:"):
        sys.exit("only for the emulator that .ci/stack starts")
    return boto3.client(service, **credentials)


def physical_ids(stack):
    """The ids of a stack's resources by their names in the template."""
    resources = client("cloudformation").list_stack_resources(StackName=stack)["StackResourceSummaries"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources}
