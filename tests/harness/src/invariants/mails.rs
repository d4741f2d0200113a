//! I1 and I2 by the mails of the simulated Qualified: who was invited how often, and by whom.

use std::collections::{BTreeMap, BTreeSet};

use qualified_sim::{Mail, MailKind};

use super::contact_of;
use crate::wire::Exchange;
use crate::world::{Candidate, World};

/// The mails so far.
#[derive(Default)]
pub(super) struct Mails {
    seen: usize,
    /// Every address that a mail went to.
    reached: BTreeSet<String>,
    /// How often a team invited an address to an assessment.
    addresses: BTreeMap<(String, String, String), usize>,
    /// How often a person in Lever was invited to an assessment, at whatever address.
    persons: BTreeMap<(String, String), usize>,
}

impl Mails {
    /// Everything that is wrong with the mails since the last step, whose exchanges these are.
    pub(super) fn step(&mut self, world: &World, exchanges: &[Exchange], wrong: &mut Vec<String>) {
        for mail in world.qualified.mails_after(self.seen) {
            self.seen += 1;
            self.reached.insert(mail.to.clone());
            if mail.kind != MailKind::Invite {
                continue;
            }
            let whose = world.tenants.iter().position(|tenant| tenant.team.as_str() == mail.team_id.as_str());
            if whose.is_none_or(|number| !mail.to.ends_with(&format!("@team{number}.example"))) {
                wrong.push(format!("I2: {} was invited by a foreign team", mail.to));
            }
            self.count_address(world, &mail, wrong);
            // Without one, the team let somebody take it anew.
            if let Some(exchange) = exchanges.iter().find(|exchange| has_sent(exchange, &mail)) {
                self.count_person(world, contact_of(exchange), &mail, wrong);
            }
        }
    }

    /// Whether a mail went to a candidate.
    pub(super) fn reached(&self, candidate: &Candidate) -> bool {
        candidate.addresses.iter().any(|address| self.reached.contains(address))
    }

    /// An address is invited once, and once more each time the team gives the assessment anew.
    fn count_address(&mut self, world: &World, mail: &Mail, wrong: &mut Vec<String>) {
        let key = (mail.team_id.to_string(), mail.to.clone(), mail.assessment_id.to_string());
        let count = self.addresses.entry(key).or_default();
        *count += 1;
        if *count > 1 + world.retakes.get(&mail.to).copied().unwrap_or_default() {
            wrong.push(format!("I1: {} was invited twice to {}", mail.to, mail.assessment_title));
        }
    }

    /// A person is invited once each time somebody asks for it, whatever became of the address, and once more each time the
    /// team gives the assessment anew.
    fn count_person(&mut self, world: &World, contact: &str, mail: &Mail, wrong: &mut Vec<String>) {
        let count = self.persons.entry((contact.to_owned(), mail.assessment_id.to_string())).or_default();
        *count += 1;
        let of_person = || world.candidates.iter().filter(|one| one.contact == contact);
        let asked: usize = of_person().map(|one| one.asked).sum();
        let addresses: BTreeSet<&String> = of_person().flat_map(|one| &one.addresses).collect();
        let anew: usize = addresses.iter().filter_map(|address| world.retakes.get(*address)).sum();
        if *count > asked + anew {
            let title = &mail.assessment_title;
            wrong.push(format!(
                "I1: {contact} was asked for {asked} times, and invited {count} times to {title}"
            ));
        }
    }
}

/// Whether this exchange led to that mail.
fn has_sent(exchange: &Exchange, mail: &Mail) -> bool {
    let data = &exchange.sent["data"];
    data["candidates"][0] == mail.to.as_str() && data["assessment_id"] == mail.assessment_id.as_str()
}
