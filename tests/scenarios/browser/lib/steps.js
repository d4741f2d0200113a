// What an admin does on the page, step by step, with whichever hands.

import assert from "node:assert/strict";

import { TRIGGER_STAGE } from "./people.js";
import { team } from "./system.js";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name, exact: true });

/** Opens the page from Qualified. */
export async function launch(page, system) {
  await page.goto(system.launch);
  assert.equal(page.url(), `${system.gateway}/integrations/lever`, "the launch link is left behind");
}

/** Enters the API key, once. */
export async function enterApiKey(page, hands) {
  await hands.type(page.getByLabel("Qualified API key"), team.api_key);
  await hands.press(button(page, "Check and save"));
  await says(page, "Qualified accepted the API key.");
}

/** Goes from the page to Lever's consent page. */
export async function goToLever(page, hands) {
  await hands.press(button(page, "Log in to Lever").first());
  await page.waitForURL("**/authorize?**");
}

/** Consents in Lever and comes back. */
export async function accept(page, hands, system, sentence) {
  await hands.press(button(page, "Accept"));
  await says(page, sentence);
  assert.ok(!page.url().includes("code="), "the code is not left in the address");
  assert.ok(page.url().startsWith(`${system.gateway}/integrations/lever?done=`), page.url());
}

/** Opens the dialog. */
export async function openDialog(page, hands) {
  await hands.press(link(page, "Add Trigger Stage").last());
  await page.getByRole("dialog", { name: "Add Trigger Stage" }).waitFor();
}

/** Chooses the trigger stage in the dialog. */
export async function addTriggerStage(page, hands) {
  const dialog = page.getByRole("dialog", { name: "Add Trigger Stage" });
  await hands.choose(dialog.getByRole("checkbox", { name: TRIGGER_STAGE }));
  await hands.press(button(dialog, "Add Trigger Stage"));
  await says(page, "The trigger stage was added.");
}

/** Asks why a candidate was not invited. */
export async function askWhy(page, hands, asked) {
  await hands.press(link(page, "Why not invited?"));
  await hands.type(page.getByLabel("Lever link or name of the candidate"), asked);
  await hands.press(button(page, "Find out"));
  await page.getByRole("heading", { name: "Every check" }).waitFor();
}

/** The checks of the answer: all before the failing one passed, all after it were not reached. */
export async function firstFailing(page) {
  const rows = await page.locator(".checks > li").evaluateAll((items) =>
    items.map((item) => [item.querySelector(".pill").textContent, item.querySelector(".grow p").textContent]));
  const at = rows.findIndex(([word]) => word === "No");
  assert.ok(at >= 0, "a check fails");
  assert.deepEqual(new Set(rows.slice(0, at).map(([word]) => word)), new Set(at > 0 ? ["Yes"] : []));
  assert.ok(rows.slice(at + 1).every(([word]) => word === "Not checked"), JSON.stringify(rows));
  return rows[at][1];
}

/** Goes to the question before the removal. */
export async function goToRemoval(page, hands) {
  await hands.press(link(page, "Remove integration"));
  await page.getByRole("heading", { name: "What is deleted" }).waitFor();
}

/** Removes the integration. */
export async function remove(page, hands) {
  await hands.press(button(page, "Remove integration"));
  await says(page, "The integration was removed.");
}

/** The page has to say this. */
export async function says(page, sentence) {
  await page.getByText(sentence).first().waitFor();
}
