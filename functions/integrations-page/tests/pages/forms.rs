//! Forms: who gets one, with what token, and where nothing is inline.

use std::collections::HashSet;

use integrations_page::{assets, paths};

use super::samples;
use super::{all, elements};

fn forms(html: &str) -> impl Iterator<Item = &str> {
    html.split("<form").skip(1).filter_map(|piece| piece.split("</form>").next())
}

#[test]
fn every_form_that_changes_something_carries_the_token() {
    let token = format!(r#"<input type="hidden" name="csrf" value="{}">"#, samples::CSRF);
    let mut seen = HashSet::new();
    for (name, html) in all() {
        for form in forms(&html) {
            let is_post = form.contains(r#"method="post""#);
            assert_eq!(is_post, form.contains(&token), "{name}: {form}");
            assert!(is_post || form.contains(r#"method="get""#), "{name}: {form}");
            seen.extend(
                form.split_once("action=\"").and_then(|(_, rest)| rest.split('"').next()).map(str::to_owned),
            );
        }
    }
    for path in [
        paths::API_KEY,
        paths::LOGIN,
        paths::CHANGE_ACCOUNT,
        paths::STAGES,
        paths::REMOVE_STAGE,
        paths::WEBHOOK,
        paths::SUBSCRIPTION,
        paths::ACTIVITY,
        paths::WHY,
        paths::REMOVE,
    ] {
        assert!(seen.remove(path), "no sample has a form for {path}");
    }
    assert_eq!(seen, HashSet::new(), "forms for paths that are not named in paths.rs");
}

#[test]
fn a_member_and_a_stranger_get_no_form_that_changes_anything() {
    for (name, html) in all().into_iter().filter(|(name, _)| !name.starts_with("admin")) {
        assert!(!html.contains(r#"method="post""#) && !html.contains(samples::CSRF), "{name}");
    }
    for (name, page) in samples::pages_for(&samples::member()) {
        assert!(
            page.into_string().contains("Only an admin of your team in Qualified can change it."),
            "{name}"
        );
    }
}

#[test]
fn nothing_is_inline_and_nothing_comes_from_elsewhere() {
    for (name, html) in all() {
        for element in elements(&html) {
            let attributes = element.attributes;
            assert!(!attributes.contains(" style=") && element.name != "style", "{name}: {attributes}");
            assert!(!attributes.contains(" on"), "{name}: {attributes}");
            if matches!(element.name, "script" | "link" | "img") {
                let source =
                    element.attribute("src").or_else(|| element.attribute("href")).unwrap_or_default();
                assert!(assets::find(&source).is_some(), "{name}: {source:?}");
            }
            if element.name == "script" {
                assert_eq!(element.text, "", "{name}");
            }
        }
    }
}
