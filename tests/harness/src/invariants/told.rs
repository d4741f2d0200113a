//! Whether the activity tells the mails: none that was not sent, and one that was.

use lever_integration::domain::{Activity, ActivityId, Assignment, Reason};
use lever_integration::store::Store as _;
use qualified_sim::MailKind;

use crate::world::{Candidate, Made, World};

/// As many lines as are read at once. Hardly any opportunity has more.
const LINES_MAX: usize = 100;

/// Compares the lines about an assignment that is followed with the mails. Left out is who has several opportunities or an
/// address that was changed back: a run that takes up a lost one may count a mail as its own there.
///
/// # Errors
/// When the table fails.
pub(super) async fn mails_at_rest(
    world: &World,
    candidate: &Candidate,
    entry: &Assignment,
    wrong: &mut Vec<String>,
) -> Made {
    let of_person = world.candidates.iter().filter(|one| one.contact == candidate.contact).count();
    let addresses = &candidate.addresses;
    let is_again = |number: usize| addresses[..number].contains(&addresses[number]);
    if entry.mirror().is_none() || of_person > 1 || (0..addresses.len()).any(is_again) {
        return Ok(());
    }
    let lines = world.store.opportunity_activity(&entry.team, &entry.opportunity, LINES_MAX).await?;
    if lines.len() == LINES_MAX {
        return Ok(());
    }
    let of_entry = || lines.iter().filter(|line| line.assessment.as_ref() == Some(&entry.assessment));
    // The run that invited may still be busy with another title and tell it too.
    let left_untold = |line: &&Activity| line.id == ActivityId::untold(&line.event, &entry.assessment);
    let told_for_another = of_entry().filter(left_untold).count();
    let reasons: Vec<Reason> = of_entry().map(|line| line.reason).collect();
    let count = |reason| reasons.iter().filter(|told| **told == reason).count();
    let (invited, attached) = (count(Reason::Invited), count(Reason::AttachedToExisting));
    let is_of_entry = |mail: &&qualified_sim::Mail| {
        mail.kind == MailKind::Invite
            && mail.assessment_id.as_str() == entry.assessment.as_str()
            && addresses.contains(&mail.to)
    };
    let sent = world.qualified.mails().iter().filter(is_of_entry).count();
    let id = &candidate.id;
    if invited > sent + told_for_another {
        wrong.push(format!(
            "{id} is told to be invited {invited} times to {}, with {sent} mails",
            entry.title
        ));
    }
    if sent > 0 && invited + attached == 0 {
        wrong.push(format!("{id} has {sent} mails of {}, and nothing tells so: {reasons:?}", entry.title));
    }
    Ok(())
}
