//! The queue's client against an SQS that is not ours: `.ci/stack sqs` starts an emulator and runs this.
//!
//! What our own stand-in takes from us is what we believe of SQS; this holds it against somebody else's.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use aws_config::BehaviorVersion;
use aws_lambda_events::event::sqs::SqsEvent;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use lever_integration::clock::{Clock, SystemClock};
use lever_integration::config::aws_http_client;
use lever_integration::domain::{Event, StageChanged};
use lever_integration::failure::Disposition;
use lever_integration::queue::{
    BATCH_MAX, BatchError, Envelope, Error, Queue, RECEIVES_MAX, SqsQueue, VISIBILITY_TIMEOUT, handle_batch,
};
use serde_json::json;

type Made<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Longer than an answer of the emulator takes.
const SOON: Duration = Duration::from_secs(20);

/// A queue with its dead-letter queue, as the template makes them.
struct Queues {
    client: Client,
    queue: SqsQueue,
    url: String,
    dead_letter_url: String,
}

impl Queues {
    async fn create(name: &str) -> Made<Self> {
        let config = aws_config::defaults(BehaviorVersion::latest()).http_client(aws_http_client()?);
        let client = Client::new(&config.load().await);
        let dead_letters = client.create_queue().queue_name(format!("{name}-dead-letters")).send().await?;
        let dead_letter_url = dead_letters.queue_url.ok_or("no address")?;
        let call = client.get_queue_attributes().queue_url(&dead_letter_url);
        let answer = call.attribute_names(QueueAttributeName::QueueArn).send().await?;
        let attributes = answer.attributes.unwrap_or_default();
        let arn = attributes.get(&QueueAttributeName::QueueArn).ok_or("no ARN")?;
        let redrive = json!({"deadLetterTargetArn": arn, "maxReceiveCount": RECEIVES_MAX.to_string()});
        let call = client.create_queue().queue_name(name);
        let call = call.attributes(QueueAttributeName::RedrivePolicy, redrive.to_string());
        let call =
            call.attributes(QueueAttributeName::VisibilityTimeout, VISIBILITY_TIMEOUT.as_secs().to_string());
        let url = call.send().await?.queue_url.ok_or("no address")?;
        Ok(Self { queue: SqsQueue::new(client.clone(), &url), client, url, dead_letter_url })
    }

    async fn receive_from(&self, url: &str) -> Made<Vec<Message>> {
        let call =
            self.client.receive_message().queue_url(url).max_number_of_messages(10).wait_time_seconds(0);
        let call = call.message_system_attribute_names(MessageSystemAttributeName::All);
        Ok(call.send().await?.messages.unwrap_or_default())
    }

    async fn receive(&self) -> Made<Vec<Message>> {
        self.receive_from(&self.url).await
    }

    /// Waits for messages; how long it took.
    async fn until_received(&self, url: &str) -> Made<(Vec<Message>, Duration)> {
        let began = Instant::now();
        while began.elapsed() < SOON {
            let messages = self.receive_from(url).await?;
            if !messages.is_empty() {
                return Ok((messages, began.elapsed()));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("nothing came to {url} within {SOON:?}").into())
    }

    async fn delete(&self, url: &str, message: &Message) -> Made {
        let call = self.client.delete_message().queue_url(url).receipt_handle(receipt(message));
        call.send().await?;
        Ok(())
    }
}

fn envelope(number: usize) -> Made<Envelope> {
    let event = StageChanged {
        id: format!("event-{number}").parse()?,
        triggered_at: SystemClock.now(),
        opportunity: format!("opportunity-{number}").parse()?,
        to_stage: "stage".parse()?,
        body_digest: "0".repeat(64),
    };
    let team = format!("team-{}", number % 3).parse()?;
    let envelope = Envelope::new(team, Event::StageChanged(event), SystemClock.now());
    // To the millisecond, as it is written.
    Ok(Envelope::parse(&envelope.to_json()?)?)
}

fn receipt(message: &Message) -> &str {
    message.receipt_handle().unwrap_or_default()
}

fn body(message: &Message) -> &str {
    message.body().unwrap_or_default()
}

fn attribute(message: &Message, name: MessageSystemAttributeName) -> &str {
    message.attributes().and_then(|all| all.get(&name)).map_or("", String::as_str)
}

fn receives(message: &Message) -> u32 {
    attribute(message, MessageSystemAttributeName::ApproximateReceiveCount).parse().unwrap_or_default()
}

#[tokio::test]
#[ignore = "needs an SQS at AWS_ENDPOINT_URL: `.ci/stack sqs` starts one"]
async fn an_envelope_arrives_as_it_was_sent_in_the_group_of_its_team() -> Made {
    let queues = Queues::create("sent").await?;
    queues.queue.warm().await;
    assert_eq!(queues.receive().await?, []);
    let sent = envelope(1)?;
    queues.queue.send(&sent).await?;
    let (messages, _) = queues.until_received(&queues.url).await?;
    let [message] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!(Envelope::parse(body(message))?, sent);
    assert_eq!(attribute(message, MessageSystemAttributeName::MessageGroupId), sent.team.as_str());
    assert_eq!(receives(message), 1);
    assert_eq!(queues.receive().await?, [], "hidden for {VISIBILITY_TIMEOUT:?}");
    Ok(())
}

#[tokio::test]
#[ignore = "needs an SQS at AWS_ENDPOINT_URL: `.ci/stack sqs` starts one"]
async fn a_group_that_is_being_handled_holds_up_nothing() -> Made {
    let queues = Queues::create("fair").await?;
    for number in 0..BATCH_MAX {
        queues.queue.send(&envelope(number)?).await?;
    }
    let mut received = Vec::new();
    while received.len() < BATCH_MAX {
        received.extend(queues.until_received(&queues.url).await?.0);
    }
    let groups: BTreeSet<_> =
        received.iter().map(|one| attribute(one, MessageSystemAttributeName::MessageGroupId)).collect();
    assert_eq!(groups.into_iter().collect::<Vec<_>>(), ["team-0", "team-1", "team-2"]);
    Ok(())
}

#[tokio::test]
#[ignore = "needs an SQS at AWS_ENDPOINT_URL: `.ci/stack sqs` starts one"]
async fn a_postponed_message_comes_back_in_time_and_not_before() -> Made {
    let queues = Queues::create("postponed").await?;
    queues.queue.send(&envelope(1)?).await?;
    let (messages, _) = queues.until_received(&queues.url).await?;
    queues.queue.postpone(receipt(&messages[0]), Duration::from_millis(1_500)).await?;
    let (again, took) = queues.until_received(&queues.url).await?;
    assert!(took >= Duration::from_millis(1_500), "{took:?}");
    assert_eq!((receives(&again[0]), again[0].message_id()), (2, messages[0].message_id()));
    queues.queue.postpone(receipt(&again[0]), Duration::ZERO).await?;
    let (at_once, took) = queues.until_received(&queues.url).await?;
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!(receives(&at_once[0]), 3);
    queues.delete(&queues.url, &at_once[0]).await?;
    let late = queues.queue.postpone(receipt(&at_once[0]), Duration::from_secs(1)).await;
    assert!(matches!(late, Err(Error::ReceiptExpired)), "{late:?}");
    Ok(())
}

/// I9 and I10 as far as they are SQS's part. The waits between receives are ended by hand.
#[tokio::test]
#[ignore = "needs an SQS at AWS_ENDPOINT_URL: `.ci/stack sqs` starts one"]
async fn one_bad_message_of_ten_is_dead_after_eight_receives_and_comes_back_by_a_redrive() -> Made {
    let queues = Queues::create("poisoned").await?;
    for number in 0..BATCH_MAX {
        queues.queue.send(&envelope(number)?).await?;
    }
    let bad = envelope(4)?;
    let mut done = Vec::new();
    let mut bad_receives = 0;
    while done.len() < BATCH_MAX - 1 || bad_receives < RECEIVES_MAX {
        let (messages, _) = queues.until_received(&queues.url).await?;
        let failed = handle(&queues, &messages, &bad).await?;
        for message in &messages {
            if failed.iter().any(|id| Some(id.as_str()) == message.message_id()) {
                bad_receives += 1;
                assert_eq!(receives(message), bad_receives);
                queues.queue.postpone(receipt(message), Duration::ZERO).await?;
            } else {
                queues.delete(&queues.url, message).await?;
                done.push(Envelope::parse(body(message))?.event.id().to_string());
            }
        }
    }
    assert_eq!(queues.receive().await?, [], "a ninth receive");
    let (dead, _) = queues.until_received(&queues.dead_letter_url).await?;
    let [letter] = dead.as_slice() else { panic!("{dead:?}") };
    let text = body(letter);
    assert_eq!(Envelope::parse(text)?.event.id(), bad.event.id());
    assert_eq!((done.len(), done.iter().collect::<BTreeSet<_>>().len()), (BATCH_MAX - 1, BATCH_MAX - 1));

    redrive(&queues, letter).await?;
    let (back, _) = queues.until_received(&queues.url).await?;
    assert_eq!((body(&back[0]), receives(&back[0])), (text, 1));
    assert_eq!(handle(&queues, &back, &envelope(0)?).await?, Vec::<String>::new());
    Ok(())
}

/// What a worker answers to these messages, the bad one never done: the ids of those that come back.
async fn handle(queues: &Queues, messages: &[Message], bad: &Envelope) -> Made<Vec<String>> {
    let records: Vec<_> = messages
        .iter()
        .map(|message| {
            json!({
                "messageId": message.message_id(), "receiptHandle": receipt(message), "body": body(message),
                "attributes": {"ApproximateReceiveCount": receives(message).to_string()}, "messageAttributes": {},
            })
        })
        .collect();
    let event: SqsEvent = serde_json::from_value(json!({"Records": records}))?;
    let answer = handle_batch(event, &queues.queue, &SystemClock, |item| async move {
        if item.envelope.event.id() == bad.event.id() {
            return Err(BatchError::new(Disposition::Defect, "it is bad"));
        }
        Ok(())
    })
    .await;
    Ok(answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect())
}

/// As SQS's console does it.
async fn redrive(queues: &Queues, letter: &Message) -> Made {
    let call = queues.client.send_message().queue_url(&queues.url).message_body(body(letter));
    let call = call.message_group_id(attribute(letter, MessageSystemAttributeName::MessageGroupId));
    call.send().await?;
    queues.delete(&queues.dead_letter_url, letter).await?;
    Ok(())
}

#[tokio::test]
#[ignore = "needs an SQS at AWS_ENDPOINT_URL: `.ci/stack sqs` starts one"]
async fn a_queue_that_is_not_there_is_a_defect_and_not_waited_for() -> Made {
    let queues = Queues::create("there").await?;
    let elsewhere = SqsQueue::new(queues.client.clone(), format!("{}-not", queues.url));
    let refused = elsewhere.send(&envelope(1)?).await.unwrap_err();
    assert!(matches!(refused, Error::Refused { .. }), "{refused:?}");
    assert_eq!(refused.disposition(), Disposition::Defect);
    Ok(())
}
