// A headless Chromium whose pages are watched: nothing may be logged, refused by the policy or not found.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";

import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"];
const WIDE = { width: 1200, height: 900 };
const PHONE = { width: 375, height: 812 };
/** How every page is looked at. */
const LOOKS = [
  { name: "wide", viewport: WIDE, colorScheme: "light" },
  { name: "dark", viewport: WIDE, colorScheme: "dark" },
  { name: "phone", viewport: PHONE, colorScheme: "light" },
  { name: "phone-dark", viewport: PHONE, colorScheme: "dark" },
];

/** Pages checked by axe in one look each, over the whole run of a file. */
export const checked = { pages: 0, violations: 0 };

/** Starts the browser. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: FLAGS,
  });
}

/** A fresh profile with one page. `options` are those of Playwright's `newContext`. */
export async function open(browser, options = {}) {
  const context = await browser.newContext({ viewport: WIDE, locale: "en-GB", ...options });
  const page = await context.newPage();
  const complaints = [];
  page.setDefaultTimeout(10_000);
  page.on("console", (message) => {
    // A violation of the content security policy is an error on the console.
    if (["error", "warning"].includes(message.type())) complaints.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => complaints.push(`script: ${error}`));
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  return { page, complaints, close: () => context.close() };
}

/**
 * Holds the present page against axe in light and dark, on a wide screen and on a phone, and keeps a picture
 * of each look in the folder SHOTS, if there is one.
 */
export async function inspect(page, name) {
  for (const look of LOOKS) {
    await page.setViewportSize(look.viewport);
    await page.emulateMedia({ colorScheme: look.colorScheme });
    const { violations } = await axe(page).analyze();
    checked.pages += 1;
    checked.violations += violations.length;
    const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}\n  ${node.failureSummary}`));
    assert.deepEqual(found, [], `${name}, ${look.name}`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${name}, ${look.name}: ${overflow} px wider than the screen`);
    await photograph(page, `${name}-${look.name}`);
  }
  await page.setViewportSize(WIDE);
  await page.emulateMedia({ colorScheme: "light" });
}

/* Without frames axe needs no second page to put its results together. */
function axe(page) {
  return new AxeBuilder({ page }).setLegacyMode();
}

async function photograph(page, name) {
  const folder = process.env.SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  // A dialog over the page is seen as in the window; the whole page would show it cut.
  const isCovered = await page.evaluate(() => document.querySelector("dialog:modal") !== null);
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: !isCovered });
}
