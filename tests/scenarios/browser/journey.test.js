// From nothing to a removed integration, once with a mouse and once with the keyboard alone.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { checked, inspect, launch as launchBrowser, open } from "./lib/browser.js";
import { keyboard, mouse } from "./lib/hands.js";
import { CAST, TITLE, create, invited, move, subscriptions, webhooks } from "./lib/people.js";
import * as admin from "./lib/steps.js";
import { start, until } from "./lib/system.js";

for (const hands of [mouse, keyboard]) {
  describe(`an admin with ${hands.name} alone`, () => {
    let browser, system, visit, page;
    const ids = {};
    // Both walk through the same pages; one look at each is enough.
    const look = (name) => (hands === mouse ? inspect(page, name) : Promise.resolve());

    before(async () => {
      [browser, system] = await Promise.all([launchBrowser(), start()]);
      visit = await open(browser);
      ({ page } = visit);
    });

    after(async () => {
      await browser?.close();
      system?.stop();
    });

    test("opens the page from Qualified and enters the API key once", async () => {
      await admin.launch(page, system);
      await look("1-new");
      await admin.enterApiKey(page, hands);
      await look("2-key-accepted");
      assert.equal((await subscriptions(system.qualified)).length, 1);
    });

    test("logs in to Lever and consents", async () => {
      await admin.goToLever(page, hands);
      await admin.accept(page, hands, system, "You are connected to Lever.");
      await look("3-connected");
      assert.equal((await webhooks(system.lever)).length, 1);
    });

    test("adds a trigger stage through the dialog", async () => {
      await admin.openDialog(page, hands);
      await look("4-dialog");
      await admin.addTriggerStage(page, hands);
      await admin.says(page, "Waiting for the first event");
      await look("5-waiting");
    });

    test("sees the invitation of a tagged candidate in the activity", async () => {
      await system.lever.post("/_sim/webhooks/groups", { candidateStageChange: true });
      ids.tagged = await create(system.lever, CAST.tagged);
      await move(system.lever, ids.tagged);
      await invited(system.qualified, CAST.tagged);
      await hands.press(page.getByRole("link", { name: "Activity", exact: true }));
      // A reload in the middle of a navigation fails.
      await page.waitForURL("**/integrations/lever/activity");
      const line = page.locator(".lines > li", { hasText: CAST.tagged.name });
      await shows(page, line);
      await line.getByText("Qualified was asked to e-mail the invitation.").waitFor();
      await line.getByText(TITLE).first().waitFor();
    });

    test("learns why three others were not invited", async () => {
      for (const key of ["untagged", "misspelt", "unreachable"]) {
        ids[key] = await create(system.lever, CAST[key]);
        await move(system.lever, ids[key]);
      }
      await until("three decisions", async () => {
        await page.goto(`${system.gateway}/integrations/lever/activity`);
        return (await page.locator(".lines > li").count()) === 4;
      });
      await look("6-activity");

      await admin.askWhy(page, hands, CAST.untagged.name);
      assert.equal(await admin.firstFailing(page), "A tag is the title of an assessment.");
      await admin.says(page, "No tag of the candidate or the posting is the title of an assessment.");
      assert.equal(await page.getByText("Did you mean").count(), 0);
      await look("7-why-no-tag");

      await admin.askWhy(page, hands, `https://hire.lever.co/candidates/${ids.misspelt}`);
      assert.equal(await admin.firstFailing(page), "A tag is the title of an assessment.");
      await admin.says(page, "Did you mean this title?");
      assert.equal(await page.locator(".near code").textContent(), TITLE);
      await admin.says(page, "The candidate has the tag “Rust Bascis”.");
      await look("8-why-misspelt");

      await admin.askWhy(page, hands, CAST.unreachable.name);
      assert.equal(await admin.firstFailing(page), "The candidate has an e-mail address.");
      await admin.says(page, "The candidate has no usable e-mail address in Lever.");
      await look("9-why-no-email");
    });

    test("is told by a banner that Lever revoked the access, and connects again", async () => {
      await hands.press(page.getByRole("link", { name: "Overview", exact: true }));
      await admin.says(page, "Receiving");
      await look("10-working");
      await system.lever.post("/_sim/revoke");
      // No event told of it: the page finds out by itself.
      await page.reload();
      const banner = page.locator(".banner", { hasText: "Lever no longer accepts our access" });
      await banner.waitFor();
      await system.lever.post("/_sim/switches", { after_revocation: "continue" });
      ids.late = await create(system.lever, CAST.late);
      await move(system.lever, ids.late);
      await shows(page, banner.getByText("1 event waits"));
      await look("11-banner");

      await admin.goToLever(page, hands);
      await admin.accept(page, hands, system, "You are connected to Lever again.");
      await invited(system.qualified, CAST.late);
      await shows(page, page.locator(".lines > li", { hasText: CAST.late.name }));
      assert.equal(await page.locator(".banner").count(), 0);
      await admin.says(page, "Technical Assessment");
    });

    test("removes the integration after a question", async () => {
      await admin.goToRemoval(page, hands);
      await look("12-remove");
      await admin.remove(page, hands);
      await look("13-removed");
      // What happened stays, in the names that Lever gave to things.
      assert.equal(await page.locator(".facts .id, .facts dd", { hasText: /^[0-9a-f-]{36}$/ }).count(), 0);
      assert.deepEqual(await webhooks(system.lever), []);
      assert.deepEqual(await subscriptions(system.qualified), []);
    });

    test("left nothing on the console and nothing against the rules of Lever and Qualified", async (t) => {
      assert.deepEqual(visit.complaints, []);
      const violations = await system.lever.get("/_sim/violations");
      // Nobody can know of a revocation before Lever refuses a call; one refresh is tried then.
      const unforeseen = violations.filter(({ rule }) => rule !== "revoked_token").map(({ rule }) => rule);
      assert.deepEqual(unforeseen, ["dead_refresh_token"]);
      assert.deepEqual(await system.qualified.get("/_sim/violations"), []);
      if (hands === mouse) {
        assert.ok(checked.pages > 0);
        t.diagnostic(`axe: ${checked.pages} looks at pages, ${checked.violations} violations`);
      }
    });
  });
}

/** Loads the page again until it shows something. */
async function shows(page, target) {
  await until(`${target}`, async () => {
    if ((await target.count()) > 0) return true;
    await page.reload();
    return (await target.count()) > 0;
  });
}
