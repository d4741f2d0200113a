// What recruiters do in Lever, and what can be seen of it on both sides.

import { until } from "./system.js";

export const TRIGGER_STAGE = "Technical Assessment";
export const TITLE = "Rust Basics";

/** Who is moved: one to be invited, three who are not, each with the check that fails first. */
export const CAST = {
  tagged: { name: "Ines Tagged", tags: [TITLE] },
  untagged: { name: "Noah Untagged", tags: [] },
  misspelt: { name: "Mia Misspelt", tags: ["Rust Bascis"] },
  unreachable: { name: "Nils Nomail", tags: [TITLE], emails: [] },
  late: { name: "Lena Late", tags: [TITLE] },
};

/** Creates a candidate in the first stage; answers the opportunity's id. */
export async function create(lever, { name, tags, emails = [addressOf(name)] }) {
  const made = await lever.post("/_sim/opportunities", { name, tags, emails, stage: "New applicant" });
  return made.id;
}

/** Moves a candidate into the trigger stage, as a recruiter does. */
export function move(lever, id) {
  return lever.post(`/_sim/opportunities/${id}/move`, { stage: TRIGGER_STAGE });
}

/** Waits until Qualified has sent the invitation. */
export function invited(qualified, { name }) {
  return until(`the invitation of ${name}`, async () => {
    const mails = await qualified.get("/_sim/mails");
    return JSON.stringify(mails).includes(addressOf(name));
  });
}

/** The webhooks that Lever has. */
export async function webhooks(lever) {
  return (await lever.get("/_sim/state")).accounts[0].webhooks;
}

/** The subscriptions that Qualified has. */
export async function subscriptions(qualified) {
  return (await qualified.get("/_sim/state")).subscriptions;
}

function addressOf(name) {
  return `${name.toLowerCase().replace(" ", ".")}@candidates.example`;
}
