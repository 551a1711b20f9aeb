//! The file that every peer gets a copy of, and what a file holds after a peer has written to it.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};
use rusqlite::{Connection, Row, params};

use crate::checksum::Checksum;
use crate::peer::{NewEntry, Result};

/// Run on every connection of every peer.
pub const PRAGMAS: &str = "pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on;";

const SCHEMA: &str = "
    create table item (id integer primary key, name text not null, note text, quantity integer not null,
        price real not null, active boolean not null, created_at text not null);
    create table entry (id integer primary key, name text not null, note text, quantity integer not null,
        price real not null, active boolean not null, created_at text not null);
    create table author (id integer primary key, name text not null, email text not null);
    create table book (id integer primary key, title text not null, subtitle text, pages integer not null,
        author_id integer not null references author (id));
    create index book_author_id on book (author_id);
    create table blog (id integer primary key, name text not null);
    create table post (id integer primary key, title text not null,
        blog_id integer not null references blog (id));
    create index post_blog_id on post (blog_id);
    create table comment (id integer primary key, body text not null,
        post_id integer not null references post (id));
    create index comment_post_id on comment (post_id);";

/// A folder with one database file a peer, removed when dropped.
pub struct Databases {
    folder: PathBuf,
}

impl Databases {
    pub fn create() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("orm-benches-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let databases = Self { folder };
        let mut connection = open(&databases.path("template"))?;
        connection.execute_batch(SCHEMA)?;
        fill(&mut connection)?;
        connection.execute_batch("analyze; pragma wal_checkpoint(truncate)")?;
        Ok(databases)
    }

    /// A file of the peer's own, equal to all others.
    pub fn copy_for(&self, peer: &str) -> Result<PathBuf> {
        let path = self.path(peer);
        fs::copy(self.path("template"), &path)?;
        Ok(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.sqlite"))
    }
}

impl Drop for Databases {
    fn drop(&mut self) {
        // Left behind at worst in a folder for temporary files.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

pub fn open(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch(PRAGMAS)?;
    Ok(connection)
}

/// Empties `entry` and the write-ahead log, so that every write starts from the same state.
pub fn reset(connection: &Connection) -> Result<()> {
    connection.execute_batch("delete from entry")?;
    connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?;
    Ok(())
}

/// What `table`, which is `item` or `entry`, holds. Keys are left out: the database chooses them.
pub fn checksum_of(connection: &Connection, table: &str) -> Result {
    let sql = format!("select 0, name, note, quantity, price, active, created_at from {table}");
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut checksum = Checksum::default();
    while let Some(row) = rows.next()? {
        add_item(&mut checksum, row)?;
    }
    Ok(checksum)
}

pub fn new_entries() -> Vec<NewEntry> {
    (1..=1_000).map(entry).collect()
}

/// A thousand keys of items, scattered, each once.
pub fn keys() -> Vec<i64> {
    (0..1_000).map(|index| (index * 7_919) % 10_000 + 1).collect()
}

fn add_item(checksum: &mut Checksum, row: &Row<'_>) -> Result<()> {
    let (name, note): (String, Option<String>) = (row.get(1)?, row.get(2)?);
    let created_at: NaiveDateTime = row.get(6)?;
    checksum.item(row.get(0)?, &name, note.as_deref(), row.get(3)?, row.get(4)?, row.get(5)?, created_at);
    Ok(())
}

fn entry(number: i64) -> NewEntry {
    NewEntry {
        name: format!("Item number {number}"),
        note: (number % 3 != 0).then(|| format!("A note of some length about item {number}")),
        quantity: (number % 100) as i32,
        price: (number % 1_000) as f64 + 0.25,
        active: number % 2 == 0,
        created_at: created_at(number),
    }
}

fn created_at(number: i64) -> NaiveDateTime {
    let first_day = NaiveDate::from_ymd_opt(2020, 1, 1).expect("a day of the calendar");
    let day = first_day + Days::new((number % 1_000) as u64);
    day.and_hms_opt(8, 0, 0).expect("a time of the day") + TimeDelta::seconds(number % 3_600)
}

fn fill(connection: &mut Connection) -> Result<()> {
    let transaction = connection.transaction()?;
    {
        let mut item = transaction.prepare("insert into item values (?, ?, ?, ?, ?, ?, ?)")?;
        for id in 1..=10_000 {
            let NewEntry { name, note, quantity, price, active, created_at } = entry(id);
            item.execute(params![id, name, note, quantity, price, active, created_at])?;
        }
        let mut author = transaction.prepare("insert into author values (?, ?, ?)")?;
        for id in 1..=1_000 {
            author.execute(params![id, format!("Author {id}"), format!("author{id}@example.org")])?;
        }
        let mut book = transaction.prepare("insert into book values (?, ?, ?, ?, ?)")?;
        for id in 1..=10_000 {
            let subtitle = (id % 2 == 0).then(|| format!("Being the story of book {id}"));
            book.execute(params![id, format!("Book {id}"), subtitle, 100 + id % 400, scattered(id, 1_000)])?;
        }
        let mut blog = transaction.prepare("insert into blog values (?, ?)")?;
        for id in 1..=100 {
            blog.execute(params![id, format!("Blog {id}")])?;
        }
        let mut post = transaction.prepare("insert into post values (?, ?, ?)")?;
        for id in 1..=1_000 {
            post.execute(params![id, format!("Post {id}"), scattered(id, 100)])?;
        }
        let mut comment = transaction.prepare("insert into comment values (?, ?, ?)")?;
        for id in 1..=10_000 {
            comment.execute(params![id, format!("A comment, the {id}th"), scattered(id, 1_000)])?;
        }
    }
    transaction.commit()?;
    Ok(())
}

/// The parent of a child: every parent has equally many, but not next to each other.
fn scattered(child: i64, parents: i64) -> i64 {
    (child * 7_919) % parents + 1
}
