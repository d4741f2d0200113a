//! Headings, ids, fields and tables.

use std::collections::HashSet;

use super::{all, elements};

#[test]
fn headings_begin_with_one_h1_and_go_down_one_level_at_a_time() {
    for (name, html) in all() {
        let levels: Vec<u32> = elements(&html)
            .filter_map(|element| element.name.strip_prefix('h').and_then(|level| level.parse().ok()))
            .collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{name}: {levels:?}");
        assert_eq!(levels.first(), Some(&1), "{name}: {levels:?}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: {levels:?}");
    }
}

#[test]
fn ids_are_unique_and_whatever_refers_to_one_finds_it() {
    for (name, html) in all() {
        let mut ids = HashSet::new();
        for element in elements(&html) {
            if let Some(id) = element.attribute("id") {
                assert!(ids.insert(id.clone()), "{name}: {id} twice");
            }
        }
        for element in elements(&html) {
            for attribute in ["for", "aria-labelledby", "aria-describedby", "data-updates", "href"] {
                let value = element.attribute(attribute).unwrap_or_default();
                let value =
                    if attribute == "href" { value.strip_prefix('#').unwrap_or_default() } else { &value };
                for id in value.split_whitespace() {
                    assert!(ids.contains(id), "{name}: {attribute}={id}");
                }
            }
        }
    }
}

#[test]
fn every_field_has_a_label_and_every_table_a_caption() {
    for (name, html) in all() {
        let labelled: HashSet<_> = elements(&html).filter_map(|element| element.attribute("for")).collect();
        for element in elements(&html) {
            let is_field = matches!(element.name, "input" | "select" | "textarea")
                && element.attribute("type").as_deref() != Some("hidden");
            let id = element.attribute("id").unwrap_or_default();
            assert!(!is_field || labelled.contains(&id), "{name}: {}", element.attributes);
            assert_ne!(element.name, "textarea", "{name}");
            if let Some(index) = element.attribute("tabindex") {
                assert_eq!(index, "-1", "{name}");
            }
            if element.name == "time" {
                assert!(element.attribute("datetime").is_some_and(|at| !at.is_empty()), "{name}");
            }
        }
        assert_eq!(html.matches("<table").count(), html.matches("<caption").count(), "{name}");
        for landmark in ["<main id=\"content\"", "<header", "href=\"#content\"", "<html lang=\"en\">"] {
            assert_eq!(html.matches(landmark).count(), 1, "{name}: {landmark}");
        }
    }
}
