//! What every peer can do: one method a case.

use std::error::Error;

use chrono::NaiveDateTime;

use crate::checksum::Checksum;

pub type Result<T = Checksum> = std::result::Result<T, Box<dyn Error>>;

/// A row to be inserted into `entry`; its key comes from the database.
#[derive(Clone)]
pub struct NewEntry {
    pub name: String,
    pub note: Option<String>,
    pub quantity: i32,
    pub price: f64,
    pub active: bool,
    pub created_at: NaiveDateTime,
}

/// Loads decode into owned values and drop them before they return; the time of both counts.
pub trait Peer {
    fn name(&self) -> &'static str;

    fn load_10000x7(&mut self) -> Result;

    /// Differs from `load_10000x7` only where there is an identity map to leave out.
    fn load_10000x7_read_only(&mut self) -> Result {
        self.load_10000x7()
    }

    /// One query a key.
    fn find_1000_by_key(&mut self, keys: &[i64]) -> Result;

    /// All books, each with its author in the same query.
    fn load_10000_joined_to_one(&mut self) -> Result;

    /// All authors, each with a list of its books.
    fn roots_1000_children_10000(&mut self) -> Result;

    /// All blogs, each with a list of its posts, each with a list of its comments.
    fn three_levels_100x10x10(&mut self) -> Result;

    /// Title and pages of all books with the name of the author.
    fn partial(&mut self) -> Result;

    /// In one transaction. What was inserted is checked in the file.
    fn insert_1000(&mut self, entries: Vec<NewEntry>) -> Result<()>;

    /// Loads all items and keeps them, outside the timing, for the methods below.
    fn keep_10000_loaded(&mut self) -> Result<()>;

    /// Sets the quantity of every tenth of the kept items and writes them in one transaction. What was written is
    /// checked in the file.
    fn update_1000_of_10000(&mut self, quantity: i32) -> Result<()>;

    fn has_unit_of_work(&self) -> bool {
        false
    }

    /// Flushes the kept items `times` times, though nothing changed.
    fn flush_nothing(&mut self, _times: u32) -> Result<()> {
        Err("this peer has no unit of work".into())
    }
}
