"""The intake of Lever's deliveries, as it is usually written for Python, with a loop over the Runtime API."""

import hashlib
import hmac
import http.client
import json
import os
import time
from datetime import datetime, timezone

import boto3

dynamodb = boto3.client("dynamodb")
sqs = boto3.client("sqs")
TABLE = os.environ["TABLE_NAME"]
QUEUE = os.environ["QUEUE_URL"]
AGE_MAX_MS = 15 * 24 * 3600 * 1000
AHEAD_MAX_MS = 5 * 60 * 1000


def answer(status, body):
    headers = {"content-type": "text/plain; charset=utf-8", "cache-control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": body}


def handle(event):
    _, _, _, team, key = event["rawPath"].split("/")
    if event["requestContext"]["http"]["method"] != "POST" or event["headers"]["content-type"] != "application/json":
        return answer(400, "Bad Request")
    if len(event["body"].encode()) > 64 * 1024:
        return answer(413, "Payload Too Large")
    body = json.loads(event["body"])
    triggered_at, data = body["triggeredAt"], body["data"]
    known = dynamodb.query(
        TableName=TABLE,
        KeyConditionExpression="pk = :p AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues={
            ":p": {"S": f"TEAM#{team}"},
            ":first": {"S": "LEVER"},
            ":last": {"S": "TEAM"},
        },
        ProjectionExpression="pk, sk, lever_url_key, webhook",
        ConsistentRead=True,
    )
    items = {item["sk"]["S"]: item for item in known["Items"]}
    if "TEAM" not in items or not hmac.compare_digest(items["TEAM"]["lever_url_key"]["S"], key):
        return answer(401, "Unauthorized")
    signed = f"{body['token']}{triggered_at}".encode()
    token = items["LEVER"]["webhook"]["M"]["signature_token"]["S"].encode()
    if not hmac.compare_digest(hmac.new(token, signed, hashlib.sha256).hexdigest(), body["signature"]):
        return answer(401, "Unauthorized")
    now = int(time.time() * 1000)
    if not -AHEAD_MAX_MS <= now - triggered_at <= AGE_MAX_MS:
        return answer(401, "Unauthorized")
    if body["event"] != "candidateStageChange" or f"STAGE#{data['toStageId']}" not in items:
        return answer(200, "OK")
    event_id = hashlib.sha256(signed).hexdigest()[:32]
    moment = datetime.fromtimestamp(triggered_at / 1000, timezone.utc).isoformat()
    handled = dynamodb.query(
        TableName=TABLE,
        KeyConditionExpression="pk = :p AND sk = :s",
        ExpressionAttributeValues={":p": {"S": f"TEAM#{team}"}, ":s": {"S": f"ACT#{moment}#{event_id}-0"}},
        ProjectionExpression="pk, body_digest",
        ConsistentRead=True,
    )
    if handled["Count"] > 0:
        return answer(200, "OK")
    message = {
        "v": 1,
        "team": team,
        "received_at": now,
        "event": {
            "stage_changed": {
                "id": event_id,
                "triggered_at": triggered_at,
                "opportunity": data["opportunityId"],
                "to_stage": data["toStageId"],
                "body_digest": hashlib.sha256(event["body"].encode()).hexdigest(),
            }
        },
    }
    sqs.send_message(QueueUrl=QUEUE, MessageBody=json.dumps(message), MessageGroupId=team)
    return answer(200, "OK")


def main():
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        api.request("GET", "/2018-06-01/runtime/invocation/next")
        response = api.getresponse()
        event, request = json.loads(response.read()), response.headers["lambda-runtime-aws-request-id"]
        try:
            path, body = "response", handle(event)
        except Exception as error:  # as Lambda's own loop does
            path, body = "error", {"errorType": type(error).__name__, "errorMessage": str(error)}
        api.request("POST", f"/2018-06-01/runtime/invocation/{request}/{path}", json.dumps(body))
        api.getresponse().read()


main()
