// The whole system in a process of its own, on free ports, not connected to anything yet.
//
// LOCAL_BIN names a built `local`, a relative path from the root of the repository; without it cargo builds and
// runs it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
const SEED = new URL("../../../qualified-sim/seed.json", import.meta.url);
const FREE_PORTS = ["--no-story", "--port", "0", "--lever-port", "0", "--qualified-port", "0"];
const SHOWS_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 500;

/** The team that Qualified has from the start. */
export const team = JSON.parse(readFileSync(SEED, "utf8")).teams[0];

/** Starts the system; `stop` ends it. */
export async function start() {
  const { LOCAL_BIN } = process.env;
  const [command, before] = LOCAL_BIN ? [path.resolve(ROOT, LOCAL_BIN), []] : ["cargo", ["run", "-q", "-p", "local", "--"]];
  const child = spawn(command, [...before, ...FREE_PORTS], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  const failed = new Promise((_, reject) => {
    child.once("error", (error) => reject(new Error(`cannot start ${command}: ${error.message}`)));
  });
  const urls = await Promise.race([urlsOf(child), failed]);
  return {
    gateway: urls.gateway,
    lever: simulator(urls.lever),
    qualified: simulator(urls.qualified),
    launch: `${urls.qualified}/_sim/launch?team=${team.id}`,
    stop: () => child.kill(),
  };
}

async function urlsOf(child) {
  const urls = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const [name, url] = line.split(" ");
    if (url?.startsWith("http://")) urls[name] = url;
    if (urls.gateway && urls.lever && urls.qualified) {
      // A full pipe would stop the process.
      child.stdout.resume();
      return urls;
    }
  }
  throw new Error("`local` ended before it printed its URLs");
}

/** The control API of a simulator: what people do on the other side. */
function simulator(url) {
  const ask = async (path, options) => {
    const answer = await fetch(url + path, options);
    const text = await answer.text();
    assert.ok(answer.ok, `${path} answered ${answer.status}: ${text}`);
    return text === "" ? null : JSON.parse(text);
  };
  return {
    url,
    get: (path) => ask(path),
    post: (path, body = {}) => ask(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  };
}

/** Looks again and again until something is there; `what` says what was waited for. */
export async function until(what, look) {
  const end = Date.now() + SHOWS_WITHIN_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < end, `not seen within ${SHOWS_WITHIN_MS} ms: ${what}`);
    await pause(LOOK_EVERY_MS);
  }
}
