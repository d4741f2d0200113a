"""Lets a candidate begin anew without a word to the stack, and runs the deployed reconciler: Lever has to show it."""

import json
import sys
import time
import urllib.request

from emulator import client, physical_ids

stack, lever, qualified = sys.argv[1:]


def call(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, {"content-type": "application/json"})) as answer:
        return json.load(answer)


def tags():
    opportunities = call(f"{lever}/_sim/state")["accounts"][0]["opportunities"]
    return [tag for one in opportunities for tag in one["tags"] if " - " in tag]


result = call(f"{qualified}/_sim/mails")[0]["result_id"]
print("shown before:", tags())
call(f"{qualified}/_sim/deliveries/mode", {"drop_next": 1000})
for verb in ("reopen", "start"):
    call(f"{qualified}/_sim/results/{result}/{verb}", {})

with open("events/reconciler/schedule.json", "rb") as event:
    answer = client("lambda").invoke(FunctionName=physical_ids(stack)["Reconciler"], Payload=event.read())
answer = json.load(answer["Payload"])
print("answered:", answer)
if answer != {"swept": 1, "failed": 0, "found": 1, "complete": True}:
    sys.exit("the reconciler did not find it")
for _ in range(100):
    if tags() == ["Rust Basics - Started"]:
        print("shown after:", tags())
        break
    time.sleep(0.2)
else:
    sys.exit(f"Lever shows {tags()}")
for simulator in (lever, qualified):
    if violations := call(f"{simulator}/_sim/violations"):
        sys.exit(f"violations: {violations}")
