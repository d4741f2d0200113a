//! The funnel: invited, started and submitted by week, as a picture and as a table.
//!
//! The picture is drawn in a fixed box and scaled by the style sheet; colours come from classes.

use maud::{Markup, html};

use super::model::{Funnel, Week};
use super::parts::full_time;

/// At most so many weeks are drawn, the newest.
const WEEKS_MAX: usize = 12;
/// The box, in units of the picture.
const WIDTH: u32 = 480;
const HEIGHT: u32 = 190;
/// Room for the numbers on the left and the dates below.
const LEFT: u32 = 34;
const BOTTOM: u32 = 28;
const TOP: u32 = 10;

/// The card.
pub(super) fn card(funnel: &Funnel) -> Markup {
    let weeks = &funnel.weeks[funnel.weeks.len().saturating_sub(WEEKS_MAX)..];
    let totals = weeks.iter().fold([0; 3], |[invited, started, submitted], week| {
        [invited + week.invited, started + week.started, submitted + week.submitted]
    });
    html! {
        section class="card funnel" aria-labelledby="funnel" {
            h2 id="funnel" { "The last " (WEEKS_MAX) " weeks" }
            @if let Some(since) = funnel.since {
                p class="hint" { "Counted since " (full_time(since)) " only: what came before could not be counted." }
            }
            @if totals == [0; 3] && funnel.since.is_some() {
                p class="empty" { "Nobody was invited, started or submitted since then." }
            } @else if totals == [0; 3] {
                p class="empty" { "Once candidates are invited, their progress is shown here." }
            } @else {
                (figures(totals))
                (picture(weeks, totals))
                details { summary { "Show as a table" } (table(weeks)) }
            }
        }
    }
}

fn figures([invited, started, submitted]: [u32; 3]) -> Markup {
    html! {
        dl class="figures" {
            (figure("invited", "Invited", invited))
            (figure("started", "Started", started))
            (figure("submitted", "Submitted", submitted))
        }
    }
}

fn figure(class: &str, name: &str, number: u32) -> Markup {
    html! { div class=(class) { dt { (name) } dd { (number) } } }
}

fn picture(weeks: &[Week], [invited, started, submitted]: [u32; 3]) -> Markup {
    let tallest =
        weeks.iter().map(|week| week.invited.max(week.started).max(week.submitted)).max().unwrap_or(0);
    let top = round_up(tallest);
    let floor = HEIGHT - BOTTOM;
    let height = |number: u32| number * (floor - TOP) / top;
    let slot = (WIDTH - LEFT) / u32::try_from(weeks.len()).unwrap_or(1).max(1);
    let bar = (slot * 3 / 4 / 3).clamp(3, 18);
    html! {
        svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-labelledby="funnel-title funnel-text" {
            title id="funnel-title" { "Invited, started and submitted by week" }
            desc id="funnel-text" {
                "In " (weeks.len()) @if weeks.len() == 1 { " week" } @else { " weeks" } ": " (invited) " invited, "
                (started) " started, " (submitted) " submitted. The table below has every week."
            }
            @for number in [0, top / 2, top] {
                line class="grid" x1=(LEFT) x2=(WIDTH) y1=(floor - height(number)) y2=(floor - height(number)) {}
                text class="scale" x=(LEFT - 8) y=(floor - height(number) + 4) { (number) }
            }
            @for (index, week) in (0_u32..).zip(weeks) {
                @let middle = LEFT + index * slot + slot / 2;
                @for (position, class, number) in [
                    (0, "invited", week.invited), (1, "started", week.started), (2, "submitted", week.submitted),
                ] {
                    rect class=(class) x=(middle + position * bar - bar * 3 / 2) y=(floor - height(number))
                        width=(bar - 1) height=(height(number)) rx="2" {}
                }
                text class={ "week" @if (weeks.len() - 1).abs_diff(index as usize) % 2 == 1 { " every-other" } }
                    x=(middle) y=(HEIGHT - 8) { (week.monday.strftime("%-d %b")) }
            }
        }
    }
}

/// The top of the scale: even, so that its half is whole, and not below the number.
fn round_up(number: u32) -> u32 {
    let step =
        [2, 4, 10, 20, 40, 100, 200, 400, 1000].into_iter().find(|step| number <= step * 5).unwrap_or(2000);
    number.max(1).div_ceil(step) * step
}

fn table(weeks: &[Week]) -> Markup {
    html! {
        table {
            caption { "Invitations, starts and submissions by week, newest first" }
            thead {
                tr {
                    th scope="col" { "Week of" }
                    th scope="col" { "Invited" }
                    th scope="col" { "Started" }
                    th scope="col" { "Submitted" }
                }
            }
            tbody {
                @for week in weeks.iter().rev() {
                    tr {
                        th scope="row" {
                            time datetime=(week.monday) { (week.monday.strftime("%-d %b %Y")) }
                        }
                        td { (week.invited) }
                        td { (week.started) }
                        td { (week.submitted) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_holds_the_tallest_bar_and_has_a_whole_half() {
        for number in (0..3000).chain([10_000, 123_456]) {
            let top = round_up(number);
            assert!(top >= number && top > 0 && top.is_multiple_of(2), "{number} {top}");
        }
    }

    #[test]
    fn the_picture_has_a_text_and_a_table_with_every_number() {
        let week = |day, invited, started, submitted| Week {
            monday: jiff::civil::date(2026, 3, day),
            invited,
            started,
            submitted,
        };
        let shown =
            card(&Funnel { weeks: vec![week(2, 7, 5, 3), week(9, 11, 0, 4)], since: None }).into_string();
        assert!(shown.contains("In 2 weeks: 18 invited, 5 started, 7 submitted."), "{shown}");
        assert!(shown.contains(r#"role="img" aria-labelledby="funnel-title funnel-text""#), "{shown}");
        for cells in ["<td>7</td><td>5</td><td>3</td>", "<td>11</td><td>0</td><td>4</td>"] {
            assert!(shown.contains(cells), "{shown}");
        }
        assert!(!shown.contains("style="), "{shown}");
    }

    #[test]
    fn only_the_newest_weeks_are_drawn_and_counted() {
        let weeks: Vec<_> = (0..20)
            .map(|number| Week {
                monday: jiff::civil::date(2026, 1, 5).saturating_add(jiff::Span::new().weeks(number)),
                invited: 1,
                started: 0,
                submitted: 0,
            })
            .collect();
        let shown = card(&Funnel { weeks, since: None }).into_string();
        assert!(shown.contains("In 12 weeks: 12 invited"), "{shown}");
    }

    #[test]
    fn without_invitations_there_is_no_picture() {
        assert!(!card(&Funnel::default()).into_string().contains("<svg"));
    }
}
