// The page without its script: everything works, the dialog is part of the page.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { inspect, launch as launchBrowser, open } from "./lib/browser.js";
import { mouse } from "./lib/hands.js";
import { CAST, create, invited, move, subscriptions, webhooks } from "./lib/people.js";
import * as admin from "./lib/steps.js";
import { start } from "./lib/system.js";

let browser, system;

before(async () => {
  [browser, system] = await Promise.all([launchBrowser(), start()]);
});

after(async () => {
  await browser?.close();
  system?.stop();
});

test("an admin without JavaScript connects, adds a stage, asks and removes", async () => {
  const { page, complaints, close } = await open(browser, { javaScriptEnabled: false });
  await admin.launch(page, system);
  await admin.enterApiKey(page, mouse);
  await admin.goToLever(page, mouse);
  await admin.accept(page, mouse, system, "You are connected to Lever.");
  await admin.openDialog(page, mouse);
  await admin.addTriggerStage(page, mouse);
  await system.lever.post("/_sim/webhooks/groups", { candidateStageChange: true });
  await move(system.lever, await create(system.lever, CAST.tagged));
  await invited(system.qualified, CAST.tagged);
  await move(system.lever, await create(system.lever, CAST.untagged));
  await admin.askWhy(page, mouse, CAST.untagged.name);
  assert.equal(await admin.firstFailing(page), "A tag is the title of an assessment.");
  await page.getByRole("link", { name: "Overview", exact: true }).click();
  await admin.goToRemoval(page, mouse);
  await admin.remove(page, mouse);
  assert.deepEqual(await webhooks(system.lever), []);
  assert.deepEqual(await subscriptions(system.qualified), []);
  assert.deepEqual(complaints, []);
  await close();
});

test("the dialog in the page is as accessible as the one over it", async () => {
  const { page, complaints, close } = await open(browser);
  // axe needs scripts to run, the page must not: its own is empty here.
  await page.route("**/assets/page-*.js", (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
  await admin.launch(page, system);
  await admin.enterApiKey(page, mouse);
  await admin.goToLever(page, mouse);
  await admin.accept(page, mouse, system, "You are connected to Lever.");
  await admin.openDialog(page, mouse);
  await inspect(page, "14-dialog-without-script");
  await page.getByRole("button", { name: "Add Trigger Stage" }).click();
  await admin.says(page, "Choose at least one stage.");
  await inspect(page, "15-nothing-chosen");
  assert.deepEqual(complaints, []);
  await close();
});

test("whoever did not come from Qualified or shows a link twice is told where to go", async () => {
  const { page, close } = await open(browser);
  await page.goto(`${system.gateway}/integrations/lever`);
  await admin.says(page, "Open this page from Qualified");
  await inspect(page, "16-no-session");
  await page.goto(`${system.gateway}/integrations/lever?launch=worn-out`);
  await admin.says(page, "This link no longer works");
  await inspect(page, "17-worn-link");
  await close();
});

test("whoever refuses the consent in Lever is told so and can try again", async () => {
  // Nothing was removed in the test before, so the way in is below "Log in again".
  const { page, close } = await open(browser);
  await admin.launch(page, system);
  await page.getByText("Log in again or as somebody else").click();
  await admin.goToLever(page, mouse);
  await page.getByRole("button", { name: "Deny" }).click();
  await admin.says(page, "Lever was not connected");
  await inspect(page, "18-refused");
  await admin.goToLever(page, mouse);
  await admin.accept(page, mouse, system, "You are connected to Lever");
  await close();
});

test("a member looks and changes nothing", async () => {
  const { page, complaints, close } = await open(browser);
  await page.goto(`${system.launch}&role=member`);
  await admin.says(page, "You can look at everything here.");
  assert.equal(await page.locator("form[method=post]").count(), 0);
  await inspect(page, "19-member");
  assert.deepEqual(complaints, []);
  await close();
});
