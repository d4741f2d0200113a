//! The messages of a memory queue; knows no clock and no lock.

use std::collections::{BTreeMap, VecDeque};

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use jiff::Timestamp;

use super::DeadLetter;
use crate::domain::TeamId;
use crate::queue::{Error, RECEIVES_MAX, VISIBILITY_TIMEOUT};

/// All messages of a queue.
#[derive(Debug, Default)]
pub(super) struct State {
    messages: BTreeMap<Sequence, Message>,
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
        self.messages.insert(self.sent, message);
    }

    pub(super) fn receive(&mut self, max: usize, now: Timestamp) -> SqsEvent {
        self.bury(now);
        let turns = self.turns(max, now);
        let mut event = SqsEvent::default();
        for sequence in turns {
            if let Some(message) = self.messages.get_mut(&sequence) {
                event.records.push(message.hand_out(now));
                self.last_served = Some(message.team.clone());
            }
        }
        event
    }

    pub(super) fn delete(&mut self, receipt: &str) {
        self.messages.retain(|_, message| message.receipt.as_deref() != Some(receipt));
    }

    pub(super) fn hide(&mut self, receipt: &str, now: Timestamp, until: Timestamp) -> Result<(), Error> {
        let handled = |message: &&mut Message| message.receipt.as_deref() == Some(receipt);
        let message = self.messages.values_mut().find(handled).ok_or(Error::ReceiptExpired)?;
        if message.visible_at <= now {
            return Err(Error::ReceiptExpired);
        }
        message.visible_at = until;
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
        self.messages.values().map(|message| message.visible_at).min()
    }

    /// Moves to the dead letters what would be received once too often.
    fn bury(&mut self, now: Timestamp) {
        let spent = |message: &Message| message.visible_at <= now && message.receives >= RECEIVES_MAX;
        for (_, message) in self.messages.extract_if(.., |_, message| spent(message)) {
            let Message { id: message_id, team, body, receives, .. } = message;
            self.dead.push(DeadLetter { message_id, team, body, receives });
        }
    }

    /// Whose turn it is: one message for each team in a circle that goes on after the team served last.
    fn turns(&self, max: usize, now: Timestamp) -> Vec<Sequence> {
        let mut visible: Vec<_> =
            self.messages.iter().filter(|(_, message)| message.visible_at <= now).collect();
        visible.sort_by_key(|(sequence, message)| (message.visible_at, **sequence));
        let mut of_team: BTreeMap<&TeamId, VecDeque<Sequence>> = BTreeMap::new();
        for (sequence, message) in visible {
            of_team.entry(&message.team).or_default().push_back(*sequence);
        }
        let (mut behind, mut circle): (Vec<_>, Vec<_>) = of_team
            .into_iter()
            .partition(|(team, _)| self.last_served.as_ref().is_some_and(|last| *team <= last));
        circle.append(&mut behind);
        let rounds = circle.iter().map(|(_, waiting)| waiting.len()).max().unwrap_or(0);
        (0..rounds)
            .flat_map(|round| circle.iter().filter_map(move |(_, waiting)| waiting.get(round).copied()))
            .take(max)
            .collect()
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
