//! The messages of a memory queue; knows no clock and no lock.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use jiff::Timestamp;

use super::DeadLetter;
use crate::domain::TeamId;
use crate::queue::{Error, RECEIVES_MAX, VISIBILITY_TIMEOUT};

/// All messages of a queue.
#[derive(Debug, Default)]
pub(super) struct State {
    messages: HashMap<Sequence, Message>,
    /// The messages of each team in the order in which they can be received.
    lines: BTreeMap<TeamId, BTreeSet<(Timestamp, Sequence)>>,
    receipts: HashMap<String, Sequence>,
    pub(super) dead: Vec<DeadLetter>,
    sent: Sequence,
    last_served: Option<TeamId>,
}

/// The place in the order of sending.
type Sequence = u64;

#[derive(Debug)]
struct Message {
    id: String,
    team: TeamId,
    body: String,
    sent_at: Timestamp,
    visible_at: Timestamp,
    receives: u32,
    /// Good until the next receive.
    receipt: Option<String>,
}

impl State {
    pub(super) fn add(&mut self, team: &TeamId, body: &str, now: Timestamp) {
        self.sent += 1;
        let message = Message {
            id: format!("00000000-0000-4000-8000-{:012x}", self.sent),
            team: team.clone(),
            body: body.to_owned(),
            sent_at: now,
            visible_at: now,
            receives: 0,
            receipt: None,
        };
        self.lines.entry(team.clone()).or_default().insert((now, self.sent));
        self.messages.insert(self.sent, message);
    }

    pub(super) fn receive(&mut self, max: usize, now: Timestamp) -> SqsEvent {
        let mut event = SqsEvent::default();
        while event.records.len() < max
            && let Some(sequence) = self.next(now)
        {
            event.records.extend(self.hand_out(sequence, now));
        }
        event
    }

    pub(super) fn delete(&mut self, receipt: &str) {
        if let Some(sequence) = self.receipts.get(receipt) {
            self.take(*sequence);
        }
    }

    pub(super) fn hide(&mut self, receipt: &str, now: Timestamp, until: Timestamp) -> Result<(), Error> {
        let sequence = *self.receipts.get(receipt).ok_or(Error::ReceiptExpired)?;
        let message = self.messages.get_mut(&sequence).ok_or(Error::ReceiptExpired)?;
        if message.visible_at <= now {
            return Err(Error::ReceiptExpired);
        }
        let before = std::mem::replace(&mut message.visible_at, until);
        let line = self.lines.entry(message.team.clone()).or_default();
        line.remove(&(before, sequence));
        line.insert((until, sequence));
        Ok(())
    }

    pub(super) fn redrive(&mut self, now: Timestamp) -> usize {
        let dead = std::mem::take(&mut self.dead);
        for letter in &dead {
            self.add(&letter.team, &letter.body, now);
        }
        dead.len()
    }

    pub(super) fn depth(&self) -> usize {
        self.messages.len()
    }

    pub(super) fn next_visible_at(&self) -> Option<Timestamp> {
        self.lines.values().filter_map(|line| line.first()).map(|(visible_at, _)| *visible_at).min()
    }

    /// Whose turn it is: the teams form a circle that goes on after the team served last.
    fn next(&self, now: Timestamp) -> Option<Sequence> {
        let visible = |line: &BTreeSet<_>| line.first().filter(|(at, _)| *at <= now).map(|(_, first)| *first);
        let Some(last) = &self.last_served else { return self.lines.values().find_map(visible) };
        let ahead = self.lines.range::<TeamId, _>((Bound::Excluded(last), Bound::Unbounded));
        let behind = self.lines.range::<TeamId, _>(..=last);
        ahead.chain(behind).find_map(|(_, line)| visible(line))
    }

    /// Hands a message out, or moves it to the dead letters if it would be received once too often.
    fn hand_out(&mut self, sequence: Sequence, now: Timestamp) -> Option<SqsMessage> {
        let mut message = self.take(sequence)?;
        if message.receives >= RECEIVES_MAX {
            let Message { id: message_id, team, body, receives, .. } = message;
            self.dead.push(DeadLetter { message_id, team, body, receives });
            return None;
        }
        let record = message.hand_out(now);
        self.receipts.extend(message.receipt.clone().map(|receipt| (receipt, sequence)));
        self.lines.entry(message.team.clone()).or_default().insert((message.visible_at, sequence));
        self.last_served = Some(message.team.clone());
        self.messages.insert(sequence, message);
        Some(record)
    }

    /// Takes a message out of everything it is in.
    fn take(&mut self, sequence: Sequence) -> Option<Message> {
        let message = self.messages.remove(&sequence)?;
        if let Some(line) = self.lines.get_mut(&message.team) {
            line.remove(&(message.visible_at, sequence));
            if line.is_empty() {
                self.lines.remove(&message.team);
            }
        }
        if let Some(receipt) = &message.receipt {
            self.receipts.remove(receipt);
        }
        Some(message)
    }
}

impl Message {
    fn hand_out(&mut self, now: Timestamp) -> SqsMessage {
        self.receives += 1;
        self.visible_at = now.saturating_add(VISIBILITY_TIMEOUT).unwrap_or(Timestamp::MAX);
        let receipt = format!("{}/{}", self.id, self.receives);
        self.receipt = Some(receipt.clone());
        let mut record = SqsMessage::default();
        record.message_id = Some(self.id.clone());
        record.receipt_handle = Some(receipt);
        record.body = Some(self.body.clone());
        record.event_source = Some("aws:sqs".to_owned());
        record.attributes = [
            ("ApproximateReceiveCount", self.receives.to_string()),
            ("SentTimestamp", self.sent_at.as_millisecond().to_string()),
            ("MessageGroupId", self.team.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        record
    }
}
