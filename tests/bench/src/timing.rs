//! Whether the time of a verification tells how much of a signature is right (bad input N60).

use std::hint::black_box;
use std::time::Instant;

use jiff::Timestamp;
use lever_integration::clock::{Clock, SystemClock};
use lever_integration::domain::SignatureToken;
use lever_integration::lever::webhook::{self, stage_change_body};

use crate::Error;
use crate::report::{Limit, Report, Row};

/// How many signatures of each class.
const SIGNATURES: usize = 100_000;
/// Times above this share are those of an interrupted process and say nothing of the code.
const KEPT: f64 = 0.95;

/// Welch's t between the times of signatures that are wrong in the first and in the last byte.
pub(crate) fn measure(report: &mut Report) -> Result<(), Error> {
    let key = SignatureToken::new("0123456789abcdef".repeat(3));
    let now = SystemClock.now();
    let failed = |_| Error::Failed("no ids".to_owned());
    let opportunity = "7d0f2c1e-0000-4000-8000-000000000001".parse().map_err(failed)?;
    let stage = "f00dcafe-0000-4000-8000-000000000003".parse().map_err(failed)?;
    let body = stage_change_body(&key, &"ab".repeat(24), now, &opportunity, &stage);
    let bodies = [wrong_at(&body, 0)?, wrong_at(&body, 63)?];
    let mut times = [Vec::with_capacity(SIGNATURES), Vec::with_capacity(SIGNATURES)];
    // In random order, so that nothing periodic on the machine falls on one class.
    while times.iter().any(|of_class| of_class.len() < SIGNATURES) {
        let class = usize::from(rand::random::<bool>());
        let (Some(of_class), Some(body)) = (times.get_mut(class), bodies.get(class)) else { continue };
        if of_class.len() < SIGNATURES {
            of_class.push(verify(body, &key, now)?);
        }
    }
    let [first, last] = times.map(kept);
    report.add(
        Row::figure(
            "|t| of 10⁵ signatures wrong at first and last byte (N60)",
            welch(&first, &last).abs(),
            "",
        )
        .limit(Limit::Most(4.5), "a busy machine: run it again alone"),
    );
    Ok(())
}

/// The body with one digit of its signature changed.
fn wrong_at(body: &[u8], digit: usize) -> Result<Vec<u8>, Error> {
    let mut wrong = body.to_vec();
    let name = br#""signature":""#;
    let start = body.windows(name.len()).position(|part| part == name).map(|at| at + name.len() + digit);
    let byte =
        start.and_then(|at| wrong.get_mut(at)).ok_or_else(|| Error::Failed("no signature".to_owned()))?;
    *byte = if *byte == b'0' { b'1' } else { b'0' };
    Ok(wrong)
}

fn verify(body: &[u8], key: &SignatureToken, now: Timestamp) -> Result<f64, Error> {
    let unverified = webhook::parse(body).map_err(|error| Error::Failed(error.to_string()))?;
    let began = Instant::now();
    let verified = black_box(unverified.verify(black_box(key), now));
    let took = began.elapsed();
    match verified {
        Err(webhook::Rejection::WrongSignature) => Ok(took.as_secs_f64() * 1e9),
        other => Err(Error::Failed(format!("a wrong signature was answered {other:?}"))),
    }
}

fn kept(mut times: Vec<f64>) -> Vec<f64> {
    times.sort_unstable_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a length is a length"
    )]
    times.truncate((times.len() as f64 * KEPT) as usize);
    times
}

/// Welch's t: how many standard errors the means are apart.
fn welch(one: &[f64], other: &[f64]) -> f64 {
    let ((mean_one, error_one), (mean_other, error_other)) = (mean(one), mean(other));
    (mean_one - mean_other) / (error_one + error_other).sqrt()
}

/// Mean, and variance divided by the number of values.
fn mean(values: &[f64]) -> (f64, f64) {
    let count = f64::from(u32::try_from(values.len()).unwrap_or(u32::MAX));
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, squares / (count - 1.0) / count)
}
