//! What a peer says it has read: a row count and a sum over every value, so that no work can be left out and all
//! peers can be held to the same result.

use chrono::NaiveDateTime;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checksum {
    pub rows: u64,
    pub sum: i64,
}

impl Checksum {
    #[expect(clippy::too_many_arguments, reason = "one argument a column")]
    pub fn item(
        &mut self,
        id: i64,
        name: &str,
        note: Option<&str>,
        quantity: i32,
        price: f64,
        active: bool,
        created_at: NaiveDateTime,
    ) {
        self.row(id + text(name) + note.map_or(0, text) + i64::from(quantity));
        self.sum += (price * 100.0).round() as i64 + i64::from(active) + created_at.and_utc().timestamp();
    }

    pub fn author(&mut self, id: i64, name: &str, email: &str) {
        self.row(id + text(name) + text(email));
    }

    pub fn book(&mut self, id: i64, title: &str, subtitle: Option<&str>, pages: i32, author_id: i64) {
        self.row(id + text(title) + subtitle.map_or(0, text) + i64::from(pages) + author_id);
    }

    /// Two columns of a book and one of its author.
    pub fn teaser(&mut self, title: &str, pages: i32, author_name: &str) {
        self.row(text(title) + i64::from(pages) + text(author_name));
    }

    pub fn blog(&mut self, id: i64, name: &str) {
        self.row(id + text(name));
    }

    pub fn post(&mut self, id: i64, title: &str, blog_id: i64) {
        self.row(id + text(title) + blog_id);
    }

    pub fn comment(&mut self, id: i64, body: &str, post_id: i64) {
        self.row(id + text(body) + post_id);
    }

    fn row(&mut self, value: i64) {
        self.rows += 1;
        self.sum += value;
    }
}

/// Reads a few bytes only: summing up must not weigh in the measurement.
fn text(text: &str) -> i64 {
    text.len() as i64 + text.as_bytes().last().map_or(0, |byte| i64::from(*byte))
}
