//! The text of the result note.
//!
//! Plain text for Lever, which says nothing about rendering. Carries no code, no remarks of the candidate
//! and no `@`: Lever notifies the user an `@word` names (Lever: API reference, Notes). Texts from outside
//! lose control, bidirectional and zero-width characters, so that nothing in them can disguise the rest.

use crate::domain::{AssessmentResult, ChallengeResult, ResultId, SimilarityRisk, Title};

/// Longest line with text from outside, in characters. Lever states no limit for a note; 30 challenges and
/// some ten other lines of this length stay under 5,000.
const LINE_CHARS_MAX: usize = 110;
/// Longest name of a programming language, in characters: beside it and any numbers some of the title has room.
const LANGUAGE_CHARS_MAX: usize = 30;
/// Challenges listed one by one; the rest are counted.
const CHALLENGES_MAX: usize = 30;

/// The line by which a note of ours is recognised, one for each attempt.
pub fn note_reference(result: &ResultId, attempt: u32) -> String {
    format!("Reference: {result}/{attempt}")
}

/// Renders the note for a submitted result. `page` is the login-protected page of the person in Qualified.
pub fn render_note(title: &Title, result: &AssessmentResult, attempt: u32, page: &str) -> String {
    let mut lines = vec![format!("Qualified assessment submitted: {}", neutral(title.as_str()))];
    if attempt > 1 {
        lines.push(format!("Attempt: {attempt}"));
    }
    lines.push(format!("Score: {}", shown_score(result).map_or_else(|| "not available".to_owned(), percent)));
    if let Some((cut_score, is_passed)) = verdict(result) {
        let verdict = if is_passed { "Passed" } else { "Not passed" };
        lines.push(format!("{verdict} (cut score {cut_score} %)"));
    }
    lines.extend(result.active_seconds.map(|seconds| format!("Active time: {}", duration(seconds))));
    lines.extend(result.submitted_at.map(|at| format!("Submitted: {} UTC", at.strftime("%Y-%m-%d %H:%M"))));
    if let Some(reason) = result.closed_reason.as_deref().filter(|reason| *reason != "candidate_submitted") {
        lines.push(format!("Closed: {}", neutral(&reason.replace('_', " "))));
    }
    lines.extend(result.challenges.iter().take(CHALLENGES_MAX).map(challenge_line));
    if let Some(more) = result.challenges.len().checked_sub(CHALLENGES_MAX).filter(|more| *more > 0) {
        lines.push(format!("- and {more} more"));
    }
    if let Some(risk) = result.similarity() {
        lines.push(format!(
            "Hint: similarity to other solutions is {} at most; see the result.",
            risk_word(risk)
        ));
    }
    lines.push(page.to_owned());
    lines.push(note_reference(&result.id, attempt));
    lines.join("\n")
}

fn challenge_line(challenge: &ChallengeResult) -> String {
    let mut facts = Vec::new();
    facts.extend(challenge.language.as_deref().map(|language| cut(&neutral(language), LANGUAGE_CHARS_MAX)));
    facts.extend(challenge.score.map(percent));
    facts.extend(challenge.items.map(|(right, of)| format!("{right} of {of} items")));
    // The facts are what the line is for; the title has what room they leave.
    let facts = if facts.is_empty() { String::new() } else { format!(": {}", facts.join(", ")) };
    let room = LINE_CHARS_MAX.saturating_sub("- ".len() + facts.chars().count());
    format!("- {}{facts}", cut(&neutral(&challenge.title), room))
}

/// The cut score, to two decimals, and whether it was reached.
fn verdict(result: &AssessmentResult) -> Option<(f64, bool)> {
    let cut_score = (result.cut_score? * 100.0).round() / 100.0;
    Some((cut_score, result.is_passed?))
}

/// The score as a whole number, rounded such that it does not contradict the verdict beside it: 69.6 is not shown as
/// 70 where 70 had to be reached. If no rounding agrees with the verdict, it is the nearest number.
fn shown_score(result: &AssessmentResult) -> Option<f64> {
    let score = result.score?;
    let nearest = score.round_ties_even();
    let Some((cut_score, is_passed)) = verdict(result) else { return Some(nearest) };
    let agrees = |shown: &f64| (*shown >= cut_score) == is_passed;
    Some([nearest, score.floor(), score.ceil()].into_iter().find(agrees).unwrap_or(nearest))
}

fn percent(score: f64) -> String {
    format!("{score:.0} %")
}

fn duration(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round();
    let (hours, minutes) = ((minutes / 60.0).floor(), minutes % 60.0);
    if hours > 0.0 { format!("{hours:.0} h {minutes:.0} min") } else { format!("{minutes:.0} min") }
}

fn risk_word(risk: SimilarityRisk) -> &'static str {
    match risk {
        SimilarityRisk::Low => "low",
        SimilarityRisk::Medium => "medium",
        SimilarityRisk::High => "high",
    }
}

/// One line of harmless text: no control or invisible characters, no `@`, bounded.
fn neutral(text: &str) -> String {
    let is_invisible = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let shown: String = text
        .chars()
        .filter_map(|c| match c {
            '@' => Some('\u{ff20}'),
            c if c.is_whitespace() => Some(' '),
            c if is_invisible(c) => None,
            c => Some(c),
        })
        .collect();
    cut(&shown.split_whitespace().collect::<Vec<_>>().join(" "), LINE_CHARS_MAX)
}

fn cut(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    text.chars().take(chars_max.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ResultState;

    fn challenge(title: &str) -> ChallengeResult {
        ChallengeResult {
            title: title.to_owned(),
            language: Some("rust".to_owned()),
            score: Some(66.666),
            items: Some((8, 12)),
            similarity: None,
        }
    }

    fn result() -> AssessmentResult {
        AssessmentResult {
            id: "65f0aa01".parse().unwrap(),
            assessment: "a1".parse().unwrap(),
            title: None,
            team_candidate: "c1".parse().unwrap(),
            state: ResultState::Submitted,
            retake_number: 0,
            created_at: None,
            invited_at: None,
            started_at: None,
            submitted_at: Some("2026-01-02T03:04:05.678Z".parse().unwrap()),
            original_submitted_at: None,
            closed_reason: Some("candidate_submitted".to_owned()),
            score: Some(83.3),
            is_passed: Some(true),
            cut_score: Some(70.0),
            active_seconds: Some(3_120.0),
            challenges: vec![challenge("Ownership")],
            is_dry_run: false,
        }
    }

    fn render(result: &AssessmentResult, attempt: u32) -> String {
        render_note(&Title::new("Rust Basics").unwrap(), result, attempt, "https://qualified.example/hire/c1")
    }

    #[test]
    fn a_plain_submission_reads_like_this() {
        let expected = "Qualified assessment submitted: Rust Basics\nScore: 83 %\nPassed (cut score 70 %)\n\
            Active time: 52 min\nSubmitted: 2026-01-02 03:04 UTC\n- Ownership: rust, 67 %, 8 of 12 items\n\
            https://qualified.example/hire/c1\nReference: 65f0aa01/1";
        assert_eq!(render(&result(), 1), expected);
    }

    #[test]
    fn pass_or_fail_is_told_only_with_a_cut_score() {
        let text = render(&AssessmentResult { cut_score: None, ..result() }, 1);
        assert!(!text.to_lowercase().contains("passed"), "{text}");
    }

    #[test]
    fn the_score_shown_never_contradicts_the_verdict() {
        for (score, cut_score, is_passed, shown) in [
            (69.6, 70.0, false, "Score: 69 %\nNot passed (cut score 70 %)"),
            (69.999, 70.0, false, "Score: 69 %\nNot passed (cut score 70 %)"),
            (70.0, 70.0, true, "Score: 70 %\nPassed (cut score 70 %)"),
            (69.6, 70.0, true, "Score: 70 %\nPassed (cut score 70 %)"),
            (70.4, 70.4, true, "Score: 71 %\nPassed (cut score 70.4 %)"),
            (70.2, 70.4, false, "Score: 70 %\nNot passed (cut score 70.4 %)"),
            (72.6, 66.666, true, "Score: 73 %\nPassed (cut score 66.67 %)"),
            (70.004, 70.004, true, "Score: 70 %\nPassed (cut score 70 %)"),
            (99.7, 100.0, false, "Score: 99 %\nNot passed (cut score 100 %)"),
            (0.0, 0.0, true, "Score: 0 %\nPassed (cut score 0 %)"),
            (82.6, 70.0, false, "Score: 83 %\nNot passed (cut score 70 %)"),
        ] {
            let (is_passed, cut_score) = (Some(is_passed), Some(cut_score));
            let text = render(&AssessmentResult { score: Some(score), cut_score, is_passed, ..result() }, 1);
            assert!(text.contains(&format!("\n{shown}\n")), "{shown} in {text}");
        }
        for (cut_score, is_passed) in [(None, Some(false)), (Some(70.0), None)] {
            let text = render(&AssessmentResult { score: Some(69.6), cut_score, is_passed, ..result() }, 1);
            assert!(text.contains("\nScore: 70 %\n"), "{text}");
        }
    }

    #[test]
    fn a_long_title_leaves_room_for_the_facts_and_a_long_language_for_the_title() {
        let line = |challenge: ChallengeResult| {
            let text = render(&AssessmentResult { challenges: vec![challenge], ..result() }, 1);
            text.lines().find(|line| line.starts_with("- ")).unwrap().to_owned()
        };
        let long = line(challenge(&"Ownership".repeat(12)));
        assert!(long.ends_with("pOwnershi…: rust, 67 %, 8 of 12 items"), "{long}");
        assert_eq!(long.chars().count(), LINE_CHARS_MAX);
        let fitting = "x".repeat(LINE_CHARS_MAX - "- : rust, 67 %, 8 of 12 items".len());
        assert_eq!(line(challenge(&fitting)), format!("- {fitting}: rust, 67 %, 8 of 12 items"));
        let endless = ChallengeResult {
            language: Some("z".repeat(500)),
            score: Some(100.0),
            items: Some((u32::MAX, u32::MAX)),
            ..challenge(&"x".repeat(500))
        };
        let endless = line(endless);
        assert!(endless.starts_with("- xxxxxxxxxxxxxxxxxxxx"), "{endless}");
        assert!(endless.ends_with("z…, 100 %, 4294967295 of 4294967295 items"), "{endless}");
        assert_eq!(endless.chars().count(), LINE_CHARS_MAX);
        let bare = ChallengeResult { language: None, score: None, items: None, ..challenge("Ownership") };
        assert_eq!(line(bare), "- Ownership");
    }

    #[test]
    fn attempt_closing_reason_and_similarity_are_told_when_they_matter() {
        let mut result = AssessmentResult { closed_reason: Some("timer_ran_out".to_owned()), ..result() };
        result.challenges[0].similarity = Some(SimilarityRisk::High);
        let text = render(&result, 2);
        for line in
            ["Attempt: 2", "Closed: timer ran out", "Hint: similarity to other solutions is high at most"]
        {
            assert!(text.contains(line), "{line} in {text}");
        }
        assert!(text.ends_with("Reference: 65f0aa01/2"));
    }

    #[test]
    fn text_from_outside_can_neither_mention_nor_disguise_nor_grow() {
        let mut result = result();
        result.challenges = vec![challenge("@everyone \u{202e}evil\u{200b}\nReference: x/1"); 500];
        result.challenges[1].title = "x".repeat(1_000_000);
        let text = render(&result, 1);
        assert!(!text.contains(['@', '\u{202e}', '\u{200b}']), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("Reference:")).count(), 1);
        assert!(text.chars().count() < 5_000, "{}", text.chars().count());
        assert!(text.contains("- and 470 more"));
        assert_eq!(text.lines().map(|line| line.chars().count()).max(), Some(LINE_CHARS_MAX));
        assert!(text.contains("\u{ff20}everyone evil Reference: x/1"), "{text}");
    }

    #[test]
    fn a_list_that_fits_is_told_whole() {
        let text =
            render(&AssessmentResult { challenges: vec![challenge("One"); CHALLENGES_MAX], ..result() }, 1);
        assert_eq!(text.lines().filter(|line| line.starts_with("- One")).count(), CHALLENGES_MAX);
        assert!(!text.contains("more"), "{text}");
    }

    #[test]
    fn active_time_is_told_in_hours_and_minutes() {
        for (seconds, told) in
            [(29.0, "0 min"), (3_569.0, "59 min"), (3_600.0, "1 h 0 min"), (9_000.0, "2 h 30 min")]
        {
            let text = render(&AssessmentResult { active_seconds: Some(seconds), ..result() }, 1);
            assert!(text.contains(&format!("Active time: {told}\n")), "{told} in {text}");
        }
    }
}
