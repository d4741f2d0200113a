// Two ways to use a page: with a mouse, and with the keyboard alone.

import assert from "node:assert/strict";

/** Stops before a keyboard user would have given up. */
const TABS_MAX = 60;

/** Clicks where a user would see the thing; Playwright refuses what is covered or hidden. */
export const mouse = {
  name: "mouse",
  press: (target) => target.click(),
  choose: (target) => target.check(),
  type: async (target, text) => {
    await target.click();
    await target.pressSequentially(text);
  },
};

/** Tab, Enter, Space and letters; never `focus()`, so that what Tab does not reach is found out. */
export const keyboard = {
  name: "keyboard",
  press: async (target) => {
    await tabTo(target);
    await target.page().keyboard.press("Enter");
  },
  choose: async (target) => {
    await tabTo(target);
    await target.page().keyboard.press("Space");
    assert.ok(await target.isChecked(), "Space ticks the box");
  },
  type: async (target, text) => {
    await tabTo(target);
    await target.page().keyboard.type(text);
  },
};

async function tabTo(target) {
  const { keyboard } = target.page();
  await target.waitFor();
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      assert.ok(await target.evaluate(showsFocus), `the focus on ${target} can be seen`);
      return;
    }
    await keyboard.press("Tab");
  }
  assert.fail(`${target} is not reached within ${TABS_MAX} tabs`);
}

/* Runs in the page. */
function showsFocus(element) {
  const style = getComputedStyle(element);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
}
