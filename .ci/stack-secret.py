"""Puts a value into the app secret of a stack in the emulator and prints the id of its API."""

import base64
import json
import os
import secrets
import sys

from emulator import client


def key():
    return base64.b64encode(secrets.token_bytes(32)).decode()


stack = client("cloudformation").describe_stacks(StackName=sys.argv[1])["Stacks"][0]
outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
value = {
    "lever_client_id": "lever-sim-client",
    "lever_client_secret": "lever-sim-secret",
    "keyring": {"active": "first", "keys": {"first": key()}},
    "launch_key": os.environ["LAUNCH_KEY"],
    "session_key": key(),
}
client("secretsmanager").put_secret_value(
    SecretId=outputs["AppSecretArn"], SecretString=json.dumps(value)
)
print(outputs["ApiId"])
