"""Asks with the roles of the functions for what they may have and what not; every answer has to be the expected one."""

import sys

from botocore.exceptions import ClientError
from emulator import client, physical_ids

physical = physical_ids(sys.argv[1])
account = client("sts").get_caller_identity()["Account"]
lambdas = client("lambda")
TEAM = {"S": "TEAM#65f0c0de0000000000000001"}


def as_role(service, role):
    # A function's credentials are those of its role; here they are taken through a trust for this test only.
    iam = client("iam")
    arn = iam.get_role(RoleName=role)["Role"]["Arn"]
    trust = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"%s"},'
        '"Action":"sts:AssumeRole"}]}' % f"arn:aws:iam::{account}:root"
    )
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=trust)
    given = client("sts").assume_role(RoleArn=arn, RoleSessionName="probe")["Credentials"]
    return client(
        service,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


failures = 0


def expect(what, wanted, call):
    global failures
    try:
        call()
        got = "allowed"
    except ClientError as error:
        code = error.response["Error"]["Code"]
        got = "refused" if code.startswith("AccessDenied") else code
    failures += got != wanted
    print(f"{'ok  ' if got == wanted else 'FAIL'} {what}: {got}")


def query(table, name, *attributes):
    arguments = {
        "TableName": table,
        "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": TEAM},
    }
    if attributes:
        names = {f"#a{index}": attribute for index, attribute in enumerate(attributes)}
        arguments |= {
            "Select": "SPECIFIC_ATTRIBUTES",
            "ProjectionExpression": ", ".join(names),
            "ExpressionAttributeNames": names,
        }
    return lambda: name.query(**arguments)


table = physical["Table"]
for logical, own, foreign in [
    ("StageChangeWebhookRole", "webhook", "state"),
    ("AssessmentEventsRole", "qualified_url_key", "webhook"),
]:
    role = as_role("dynamodb", physical[logical])
    expect(f"{logical}: query of {own}", "allowed", query(table, role, "pk", "sk", own))
    expect(f"{logical}: query of {foreign}", "refused", query(table, role, "pk", "sk", foreign))
    expect(f"{logical}: query of api_key", "refused", query(table, role, "pk", "sk", "api_key"))
    expect(f"{logical}: query of whole items", "refused", query(table, role))
    key = {"pk": TEAM, "sk": {"S": "LEVER"}}
    expect(f"{logical}: get", "refused", lambda: role.get_item(TableName=table, Key=key))
    expect(f"{logical}: scan", "refused", lambda: role.scan(TableName=table))
    expect(f"{logical}: delete", "refused", lambda: role.delete_item(TableName=table, Key=key))
for logical in ["WorkerRole", "IntegrationsPageRole", "OAuthCallbackRole", "ReconcilerRole"]:
    role = as_role("dynamodb", physical[logical])
    expect(f"{logical}: query of whole items", "allowed", query(table, role))
    expect(f"{logical}: scan", "refused", lambda: role.scan(TableName=table))
# The page gets how far a team is reconciled and no other item; the emulator does not evaluate the keys of that.
reconciliation = {"pk": {"S": TEAM["S"] + "#RECONCILIATION"}, "sk": {"S": "RECONCILIATION"}}
for logical, get in [("IntegrationsPageRole", "allowed"), ("OAuthCallbackRole", "refused")]:
    role = as_role("dynamodb", physical[logical])
    expect(f"{logical}: get", get, lambda: role.get_item(TableName=table, Key=reconciliation))
for logical, receive in [
    ("WorkerRole", "allowed"),
    ("StageChangeWebhookRole", "refused"),
    ("AssessmentEventsRole", "refused"),
    ("IntegrationsPageRole", "refused"),
    ("OAuthCallbackRole", "refused"),
    ("ReconcilerRole", "refused"),
]:
    queue = as_role("sqs", physical[logical])
    expect(f"{logical}: receive", receive, lambda: queue.receive_message(QueueUrl=physical["Queue"]))
sys.exit(failures > 0)
