//! The two spellings of a field name.

/// `teamCandidateId` → `team_candidate_id`; a name already in snake case stays.
pub(crate) fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
            out.push(c.to_ascii_lowercase());
        } else {
            out.push(c);
        }
    }
    out
}

/// `team_candidate_id` → `teamCandidateId`; a name already in camel case stays.
pub(crate) fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for c in name.chars() {
        match c {
            '_' => upper = true,
            c if std::mem::take(&mut upper) => out.push(c.to_ascii_uppercase()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_and_idempotent() {
        assert_eq!(snake("teamCandidateId"), "team_candidate_id");
        assert_eq!(snake("team_candidate_id"), "team_candidate_id");
        assert_eq!(camel("team_candidate_id"), "teamCandidateId");
        assert_eq!(camel("teamCandidateId"), "teamCandidateId");
    }
}
