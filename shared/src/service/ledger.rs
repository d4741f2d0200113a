//! The right to perform effects for one assignment.
//!
//! A [`Claim`] exists only after a conditional write put this run's lease into the ledger. Whoever holds
//! none cannot invite, tag or note. A run whose lease has ended stops before its next effect; a write of
//! it fails, since the next holder's claim moved the version.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock::Clock;
use crate::domain::{Assignment, AssignmentState, Lease, LeaseHolder, Mirror};
use crate::store::{Recorded, Store};

use super::Error;

#[cfg(doc)]
use crate::domain::CLOCK_DIFFERENCE_MAX;

/// How long a claim lasts: a worker run is ended after 60 s. Others wait longer ([`CLOCK_DIFFERENCE_MAX`]): 90 s + 5 min
/// = 390 s, hardly more than the 360 s after which the message of a run that died comes back.
const LEASE: Duration = Duration::from_secs(90);

/// One assignment in this run's hands.
pub(crate) struct Claim<'a> {
    store: &'a dyn Store,
    clock: &'a dyn Clock,
    assignment: Assignment,
    until: Timestamp,
}

/// Claims an assignment as it was read (or a new one, version 0).
///
/// # Errors
/// [`Error::Contended`] when another run holds it or wrote it since it was read.
pub(crate) async fn claim<'a>(
    store: &'a dyn Store,
    clock: &'a dyn Clock,
    mut assignment: Assignment,
    holder: &LeaseHolder,
) -> Result<Claim<'a>, Error> {
    let now = clock.now();
    if assignment.is_leased_to_another(holder, now) {
        return Err(Error::Contended);
    }
    // The run that left its lease may have written a note. That stays in doubt until a run has looked,
    // even if this one fails before it does.
    assignment.is_note_in_doubt |= assignment.lease.is_some();
    let until = now.saturating_add(LEASE).unwrap_or(now);
    assignment.lease = Some(Lease { holder: holder.clone(), until });
    let mut claim = Claim { store, clock, assignment, until };
    claim.record().await?;
    Ok(claim)
}

impl Claim<'_> {
    /// The assignment as it stands.
    pub(crate) fn assignment(&self) -> &Assignment {
        &self.assignment
    }

    /// To be asked before every effect.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.clock.now() < self.until { Ok(()) } else { Err(Error::LeaseLost) }
    }

    /// Changes the state, in memory; [`Claim::record`] or [`Claim::release`] writes it.
    pub(crate) fn set_state(&mut self, state: AssignmentState) {
        self.assignment.state = state;
    }

    /// Changes the mirror, if there is one.
    pub(crate) fn update_mirror(&mut self, change: impl FnOnce(&mut Mirror)) {
        if let AssignmentState::Mirrored(mirror) = &mut self.assignment.state {
            change(mirror);
        }
    }

    /// Remembers that a note may have been written without our learning it.
    pub(crate) fn doubt_note(&mut self) {
        self.assignment.is_note_in_doubt = true;
    }

    /// Remembers that the note is there.
    pub(crate) fn settle_note(&mut self) {
        self.assignment.is_note_in_doubt = false;
    }

    /// Writes the assignment and keeps the claim.
    pub(crate) async fn record(&mut self) -> Result<(), Error> {
        match self.store.record_assignment(&self.assignment).await? {
            Recorded::Done { version } => {
                self.assignment.version = version;
                Ok(())
            }
            Recorded::Conflict => Err(Error::Contended),
        }
    }

    /// Writes the assignment and gives the claim up.
    pub(crate) async fn release(mut self) -> Result<Assignment, Error> {
        self.assignment.lease = None;
        self.record().await?;
        Ok(self.assignment)
    }
}
