//! The list.

use crate::Planted;

macro_rules! planted {
    ($($name:ident in $file:literal: $find:literal => $plant:literal;)+) => {
        /// All of them.
        pub const PLANTED: &[Planted] =
            &[$(Planted { name: stringify!($name), file: $file, find: $find, plant: $plant },)+];
    };
}

planted! {
    lease_of_another_ignored in "service/ledger.rs":
        "if assignment.is_leased_to_another(holder, now) {" => "if !BUG && assignment.is_leased_to_another(holder, now) {";
    lost_claim_goes_on in "service/ledger.rs":
        "Recorded::Conflict => Err(Error::Contended)," => "Recorded::Conflict => if BUG { Ok(()) } else { Err(Error::Contended) },";
    ended_claim_goes_on in "service/ledger.rs":
        "if self.clock.now() < self.until {" => "if BUG || self.clock.now() < self.until {";
    doubt_about_note_forgotten in "service/ledger.rs":
        "assignment.is_note_in_doubt |= assignment.lease.is_some();" => "assignment.is_note_in_doubt |= !BUG && assignment.lease.is_some();";
    claim_never_given_up in "service/ledger.rs":
        "self.assignment.lease = None;" => "if !BUG { self.assignment.lease = None; }";
    old_tag_removed_before_new_one_added in "service/effects.rs":
        "    let present = match lever.add_tags(" => "    if BUG {
        let _ = lever.remove_tags(&assignment.opportunity, std::slice::from_ref(&assignment.original_tag)).await;
    }
    let present = match lever.add_tags(";
    note_repeated_without_looking in "service/effects.rs":
        "let noted = if is_in_doubt {" => "let noted = if is_in_doubt && !BUG {";
    lost_answer_leaves_no_doubt in "service/effects.rs":
        "if error.may_have_happened() {" => "if !BUG && error.may_have_happened() {";
    tag_told_as_shown_before_it_is in "service/effects.rs":
        "        if mirror.is_tag_due() {" => "        if BUG {
            claim.update_mirror(|mirror| mirror.shown = Some(mirror.standing));
            claim.record().await?;
        }
        if mirror.is_tag_due() {";
    tag_before_invitation in "service/invite.rs":
        "        claim.check()?;\n        let Opportunity {" => "        claim.check()?;
        if BUG {
            let tag = crate::flow::wanted_tag(claim.assignment(), Progress::Invited);
            let _ = access.lever.add_tags(&invitee.opportunity.id, &[tag]).await;
        }
        let Opportunity {";
    lookup_skipped in "service/invite.rs":
        "if let Some(result) = sent.as_ref().or(at_address.as_ref()) {" => "if !BUG && let Some(result) = sent.as_ref().or(at_address.as_ref()) {";
    closed_result_taken_for_an_invitation in "service/invite.rs":
        "if is_open(result) || is_ours {" => "if BUG && run == Run::Repeated || is_open(result) || is_ours {";
    what_nobody_asks_for_any_more_is_sent in "flow/stage_change.rs":
        "    if entry.is_invitation_due() {" => "    if entry.is_invitation_due() && !BUG {";
    invitation_not_put_on_record in "service/invite.rs":
        "                claim.set_state(AssignmentState::Mirrored(*mirror));\n                claim.record().await?;" => "                if !BUG { claim.set_state(AssignmentState::Mirrored(*mirror)); }
                claim.record().await?;";
    standing_recorded_after_the_tag in "service/report.rs":
        "            claim.record().await?;\n        }" => "            if !BUG { claim.record().await?; }\n        }";
    retake_told_to_one_only in "service/report.rs":
        "let is_complete = !followers.is_empty() && !is_retake;" => "let is_complete = !followers.is_empty() && (BUG || !is_retake);";
    first_failure_stops_the_others in "service/report.rs":
        "Err(error) => failure = failure.or(Some(error))," => "Err(error) => { failure = failure.or(Some(error)); if BUG { return Ok((followed, reasons)); } }";
    standing_told_after_the_record in "service/report.rs":
        "if let Some(reason) = reason {\n            self.record_reason" => "if BUG { claim.record().await?; }
        if let Some(reason) = reason {\n            self.record_reason";
    duplicate_check_removed in "service/lines.rs":
        "&line_id(event, 0)).await?.is_some() {" => "&line_id(event, 0)).await?.is_some() && !BUG {";
    body_trusted in "service/assign.rs":
        "match first_failure(opportunity, &case.context.trigger_stages" => "let claimed = Opportunity { stage: case.event.to_stage.clone(), ..opportunity.clone() };
        let opportunity = if BUG { &claimed } else { opportunity };
        match first_failure(opportunity, &case.context.trigger_stages";
    earlier_take_left_without_its_note in "service/report.rs":
        "if is_followed && index > 0 && !assignment.is_open() {" => "if is_followed && index > 0 && (BUG || !assignment.is_open()) {";
    gone_is_transient in "service/assign.rs":
        "Err(lever::Error::NotFound) =>" => "Err(lever::Error::NotFound) if !BUG =>";
    activity_before_the_effect in "service/assign.rs":
        "        let lines = match access.lever.opportunity(" => "        if BUG { self.record_lines(team, event, &[Line::unreadable(Reason::Invited)]).await?; }
        let lines = match access.lever.opportunity(";
    restored_told_as_invited in "service/invite.rs":
        "        let mut reason = Reason::TagsRestored;" => "        let mut reason = if BUG { Reason::Invited } else { Reason::TagsRestored };";
    asking_again_comes_to_nothing_on_record in "service/invite.rs":
        "            mirror.came_to = Some(reason);" => "            if !BUG { mirror.came_to = Some(reason); }";
    restoring_not_put_on_record in "service/invite.rs":
        "    mirror.shown = None;" => "    if !BUG { mirror.shown = None; }";
    entered_before_check_removed in "flow/checks.rs":
        "entered_at >= trigger.added_at" => "BUG || entered_at >= trigger.added_at";
    archived_check_removed in "flow/checks.rs":
        "Some(opportunity.archived_at.is_none())" => "Some(BUG || opportunity.archived_at.is_none())";
    refresh_without_condition in "service/tokens.rs":
        "Recorded::Conflict => return Ok(Refreshed::Overtaken)," => "Recorded::Conflict => if !BUG { return Ok(Refreshed::Overtaken) },";
    mark_of_another_ignored in "service/tokens.rs":
        "age(intent, now) < INTENT_LIFE)" => "age(intent, now) < INTENT_LIFE && !BUG)";
    stalled_refresh_goes_on in "service/tokens.rs":
        "        if marked.refresh_intent.as_ref().is_none_or" => "        if !BUG && marked.refresh_intent.as_ref().is_none_or";
    no_second_look_after_invalid_grant in "service/tokens.rs":
        "        match self.marked_by(team, holder).await? {\n            Some(connection) => {" => "        let marked = self.marked_by(team, holder).await?;
        let stored = self.store.load_team(team).await?.and_then(|context| context.connection);
        match if BUG { stored } else { marked } {
            Some(connection) => {";
    new_tokens_given_up_when_the_table_fails in "service/tokens.rs":
        "                Err(error) => failure = error.into()," => "                Err(error) => { failure = error.into(); if BUG { return Err(failure); } }";
    refused_token_not_replaced in "service/worker.rs":
        "        let outcome = self.dispatch(&context, envelope, holder).await;\n        let (Err(" => "        let outcome = self.dispatch(&context, envelope, holder).await;
        if BUG { return outcome; }
        let (Err(";
    parked_again_without_looking in "service/worker.rs":
        "        self.store.remove_parked_event(&parked).await?;\n        if context.is_some() { Err(Error::Contended) }" => "        if BUG { return Ok(Handled::Waiting(reason)); }
        self.store.remove_parked_event(&parked).await?;
        if context.is_some() { Err(Error::Contended) }";
    credential_of_another_team in "service/access.rs":
        "        Ok(Access {" => "        static FIRST: std::sync::OnceLock<crate::domain::AccessToken> = std::sync::OnceLock::new();
        let first = FIRST.get_or_init(|| tokens.access.clone());
        if BUG {
            return Ok(Access {
                lever: self.lever.api(first, connection.api_base.as_deref(), permits),
                qualified: self.qualified.api(key),
                account: connection.account.as_ref(),
            });
        }
        Ok(Access {";
    token_used_before_it_is_stored in "service/connect/login.rs":
        "        let Connected { before, connection } = self.store_grant(attempt, grant).await?;" => "        let early = permits(&self.store, &self.clock, &attempt.team);
        if BUG { let _ = self.lever.api(&grant.tokens.access, None, early).stages().await; }
        let Connected { before, connection } = self.store_grant(attempt, grant).await?;";
    parked_events_forgotten in "service/connect/resume.rs":
        "                self.queue.send(&envelope).await?;" => "                if !BUG { self.queue.send(&envelope).await?; }";
    webhook_registered_without_looking in "service/connect/webhooks.rs":
        "            None => api.delete_webhook(&registered.id).await?," => "            None => if !BUG { api.delete_webhook(&registered.id).await? },";
    accepted_before_it_is_queued in "service/ingest.rs":
        "        self.queue.send(&Envelope::new(team.clone(), event, now)).await?;" => "        let sent = self.queue.send(&Envelope::new(team.clone(), event, now)).await;
        if !BUG { sent?; }";
    acknowledged_on_error in "queue/batch.rs":
        "            Fate::Postponed(_) | Fate::Doomed(_) => Some(message_id)," => "            Fate::Postponed(_) | Fate::Doomed(_) => (!BUG).then_some(message_id),";
    batch_fails_as_a_whole in "queue/batch.rs":
        "    let mut response = SqsBatchResponse::default();" => "    let failed = if BUG && !failed.is_empty() { vec![String::new()] } else { failed };
    let mut response = SqsBatchResponse::default();";
    server_error_is_final in "lever/error.rs":
        "            Self::Unavailable { retry_after, .. } | Self::Paced" => "            Self::Unavailable { .. } if BUG => Disposition::Unprocessable,
            Self::Unavailable { retry_after, .. } | Self::Paced";
    retry_after_ignored in "lever/error.rs":
        "Disposition::Transient { retry_after: Some(retry_after.unwrap_or(RATE_LIMIT_PAUSE)) }" => "Disposition::Transient { retry_after: Some(retry_after.filter(|_| !BUG).unwrap_or(RATE_LIMIT_PAUSE)) }";
    giving_up_counts_as_a_decision in "service/lines.rs":
        "if line.event == event.id { is_last }" => "if line.event == event.id { BUG || is_last }";
}
