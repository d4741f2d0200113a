//! What holds for every page: forms, escaping, structure. The samples are those of the preview.

mod forms;
mod structure;
mod words;

#[path = "../../examples/preview/samples/mod.rs"]
mod samples;

/// The tags of a page in order: name, attributes, and the text up to the next tag.
struct Element<'a> {
    name: &'a str,
    attributes: &'a str,
    text: &'a str,
}

impl Element<'_> {
    fn attribute(&self, name: &str) -> Option<String> {
        let rest = self.attributes.split_once(&format!(" {name}=\""))?.1;
        rest.split_once('"').map(|(value, _)| value.replace("&amp;", "&"))
    }
}

/// Reads what the template library writes: every attribute in double quotes, no `<` in a text.
fn elements(html: &str) -> impl Iterator<Item = Element<'_>> {
    html.split('<').skip(1).filter_map(|piece| {
        let (tag, text) = piece.split_once('>')?;
        let name = tag.split(' ').next()?;
        Some(Element { name, attributes: &tag[name.len()..], text })
    })
}

fn all() -> Vec<(String, String)> {
    samples::all_pages().into_iter().map(|(name, page)| (name, page.into_string())).collect()
}
