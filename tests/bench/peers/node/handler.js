// The intake of Lever's deliveries, as it is usually written for Node.js, with a loop over the Runtime API.
"use strict";

const crypto = require("node:crypto");
const http = require("node:http");
const { DynamoDBClient, QueryCommand } = require("@aws-sdk/client-dynamodb");
const { SQSClient, SendMessageCommand } = require("@aws-sdk/client-sqs");

const dynamodb = new DynamoDBClient({});
// In AWS both are the same; here the queue is named by a host that nothing listens on.
const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
const TableName = process.env.TABLE_NAME;
const QueueUrl = process.env.QUEUE_URL;
const AGE_MAX_MS = 15 * 24 * 3600 * 1000;
const AHEAD_MAX_MS = 5 * 60 * 1000;

const same = (one, other) => one.length === other.length && crypto.timingSafeEqual(Buffer.from(one), Buffer.from(other));
const answer = (statusCode, body) => ({
  statusCode,
  headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  body,
});

async function handle(event) {
  const [, , , team, key] = event.rawPath.split("/");
  if (event.requestContext.http.method !== "POST" || event.headers["content-type"] !== "application/json") {
    return answer(400, "Bad Request");
  }
  if (Buffer.byteLength(event.body) > 64 * 1024) return answer(413, "Payload Too Large");
  const { token, triggeredAt, signature, data, event: name } = JSON.parse(event.body);
  const known = await dynamodb.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: "pk = :p AND sk BETWEEN :first AND :last",
      ExpressionAttributeValues: { ":p": { S: `TEAM#${team}` }, ":first": { S: "LEVER" }, ":last": { S: "TEAM" } },
      ProjectionExpression: "pk, sk, lever_url_key, webhook",
      ConsistentRead: true,
    }),
  );
  const item = (sk) => known.Items.find((one) => one.sk.S === sk);
  if (!item("TEAM") || !same(item("TEAM").lever_url_key.S, key)) return answer(401, "Unauthorized");
  const hmac = crypto.createHmac("sha256", item("LEVER").webhook.M.signature_token.S);
  if (!same(hmac.update(`${token}${triggeredAt}`).digest("hex"), signature)) return answer(401, "Unauthorized");
  const age = Date.now() - triggeredAt;
  if (age > AGE_MAX_MS || age < -AHEAD_MAX_MS) return answer(401, "Unauthorized");
  if (name !== "candidateStageChange" || !item(`STAGE#${data.toStageId}`)) return answer(200, "OK");
  const id = crypto.createHash("sha256").update(`${token}${triggeredAt}`).digest("hex").slice(0, 32);
  const digest = crypto.createHash("sha256").update(event.body).digest("hex");
  const handled = await dynamodb.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: "pk = :p AND sk = :s",
      ExpressionAttributeValues: {
        ":p": { S: `TEAM#${team}` },
        ":s": { S: `ACT#${new Date(triggeredAt).toISOString()}#${id}-0` },
      },
      ProjectionExpression: "pk, body_digest",
      ConsistentRead: true,
    }),
  );
  if (handled.Count > 0) return answer(200, "OK");
  const message = {
    v: 1,
    team,
    received_at: Date.now(),
    event: {
      stage_changed: {
        id,
        triggered_at: triggeredAt,
        opportunity: data.opportunityId,
        to_stage: data.toStageId,
        body_digest: digest,
      },
    },
  };
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message), MessageGroupId: team }));
  return answer(200, "OK");
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const request = http.request({ agent, hostname, port, method, path: `/2018-06-01/runtime/${path}`, headers }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ headers: response.headers, text: Buffer.concat(parts).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

(async () => {
  for (;;) {
    const { headers, text } = await call("GET", "invocation/next");
    const id = headers["lambda-runtime-aws-request-id"];
    try {
      await call("POST", `invocation/${id}/response`, JSON.stringify(await handle(JSON.parse(text))));
    } catch (error) {
      await call("POST", `invocation/${id}/error`, JSON.stringify({ errorType: error.name, errorMessage: error.message }));
    }
  }
})();
