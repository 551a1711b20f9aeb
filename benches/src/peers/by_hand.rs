//! rusqlite by hand, twice: the floor, which also reads and writes dates by hand, and the same with rusqlite's own
//! chrono support, as an application would write it.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::path::Path;

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use rusqlite::types::{FromSqlError, ToSql};
use rusqlite::{Connection, Row, params};

use crate::checksum::Checksum;
use crate::database;
use crate::peer::{NewEntry, Peer, Result};
use crate::peers::FLOOR;

pub struct ByHand<D> {
    name: &'static str,
    connection: Connection,
    kept: Vec<Item>,
    dates: PhantomData<D>,
}

pub fn floor(path: &Path) -> Result<ByHand<FixedPlaces>> {
    ByHand::open(FLOOR, path)
}

pub fn rusqlite(path: &Path) -> Result<ByHand<Chrono>> {
    ByHand::open("rusqlite", path)
}

/// How a date and time in a text column is read and written.
pub trait DateTimeText {
    fn read(row: &Row<'_>, column: usize) -> rusqlite::Result<NaiveDateTime>;
    fn write(value: NaiveDateTime) -> impl ToSql;
}

/// By the places of the digits in `2026-01-31 23:59:59`.
pub struct FixedPlaces;

/// By chrono's format strings.
pub struct Chrono;

struct Item {
    id: i64,
    name: String,
    note: Option<String>,
    quantity: i32,
    price: f64,
    active: bool,
    created_at: NaiveDateTime,
}

struct Author {
    id: i64,
    name: String,
    email: String,
}

struct Book {
    id: i64,
    title: String,
    subtitle: Option<String>,
    pages: i32,
    author_id: i64,
}

struct Blog {
    id: i64,
    name: String,
    posts: Vec<Post>,
}

struct Post {
    id: i64,
    title: String,
    blog_id: i64,
    comments: Vec<Comment>,
}

struct Comment {
    id: i64,
    body: String,
    post_id: i64,
}

const ITEM: &str = "select id, name, note, quantity, price, active, created_at from item";

impl<D: DateTimeText> ByHand<D> {
    fn open(name: &'static str, path: &Path) -> Result<Self> {
        Ok(Self { name, connection: database::open(path)?, kept: Vec::new(), dates: PhantomData })
    }

    fn items(&self) -> Result<Vec<Item>> {
        self.query(ITEM, Self::item)
    }

    fn query<T>(&self, sql: &str, decode: impl Fn(&Row<'_>) -> rusqlite::Result<T>) -> Result<Vec<T>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut values = Vec::new();
        while let Some(row) = rows.next()? {
            values.push(decode(row)?);
        }
        Ok(values)
    }

    fn item(row: &Row<'_>) -> rusqlite::Result<Item> {
        Ok(Item {
            id: row.get(0)?,
            name: row.get(1)?,
            note: row.get(2)?,
            quantity: row.get(3)?,
            price: row.get(4)?,
            active: row.get(5)?,
            created_at: D::read(row, 6)?,
        })
    }
}

fn author(row: &Row<'_>, first: usize) -> rusqlite::Result<Author> {
    Ok(Author { id: row.get(first)?, name: row.get(first + 1)?, email: row.get(first + 2)? })
}

fn book(row: &Row<'_>) -> rusqlite::Result<Book> {
    Ok(Book {
        id: row.get(0)?,
        title: row.get(1)?,
        subtitle: row.get(2)?,
        pages: row.get(3)?,
        author_id: row.get(4)?,
    })
}

/// Puts each child into the list of its parent; parents without children have an empty list.
fn group<P, C>(
    parents: &[P],
    children: Vec<C>,
    key: impl Fn(&P) -> i64,
    foreign_key: impl Fn(&C) -> i64,
) -> Vec<Vec<C>> {
    let places: HashMap<i64, usize> =
        parents.iter().enumerate().map(|(place, parent)| (key(parent), place)).collect();
    let mut groups: Vec<Vec<C>> = parents.iter().map(|_| Vec::new()).collect();
    for child in children {
        groups[places[&foreign_key(&child)]].push(child);
    }
    groups
}

impl<D: DateTimeText> Peer for ByHand<D> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn load_10000x7(&mut self) -> Result {
        let mut checksum = Checksum::default();
        for item in self.items()? {
            add(&mut checksum, &item);
        }
        Ok(checksum)
    }

    fn find_1000_by_key(&mut self, keys: &[i64]) -> Result {
        let mut checksum = Checksum::default();
        for key in keys {
            let sql = "select id, name, note, quantity, price, active, created_at from item where id = ?";
            let mut statement = self.connection.prepare_cached(sql)?;
            add(&mut checksum, &statement.query_row([key], Self::item)?);
        }
        Ok(checksum)
    }

    fn load_10000_joined_to_one(&mut self) -> Result {
        let sql = "select b.id, b.title, b.subtitle, b.pages, b.author_id, a.id, a.name, a.email
            from book b join author a on a.id = b.author_id";
        let mut checksum = Checksum::default();
        for (book, author) in self.query(sql, |row| Ok((book(row)?, author(row, 5)?)))? {
            checksum.book(book.id, &book.title, book.subtitle.as_deref(), book.pages, book.author_id);
            checksum.author(author.id, &author.name, &author.email);
        }
        Ok(checksum)
    }

    fn roots_1000_children_10000(&mut self) -> Result {
        let authors = self.query("select id, name, email from author", |row| author(row, 0))?;
        let books = self.query("select id, title, subtitle, pages, author_id from book", book)?;
        let books = group(&authors, books, |author| author.id, |book| book.author_id);
        let mut checksum = Checksum::default();
        for (author, books) in authors.iter().zip(&books) {
            checksum.author(author.id, &author.name, &author.email);
            for book in books {
                checksum.book(book.id, &book.title, book.subtitle.as_deref(), book.pages, book.author_id);
            }
        }
        Ok(checksum)
    }

    fn three_levels_100x10x10(&mut self) -> Result {
        let mut blogs = self.query("select id, name from blog", |row| {
            Ok(Blog { id: row.get(0)?, name: row.get(1)?, posts: Vec::new() })
        })?;
        let mut posts = self.query("select id, title, blog_id from post", |row| {
            Ok(Post { id: row.get(0)?, title: row.get(1)?, blog_id: row.get(2)?, comments: Vec::new() })
        })?;
        let comments = self.query("select id, body, post_id from comment", |row| {
            Ok(Comment { id: row.get(0)?, body: row.get(1)?, post_id: row.get(2)? })
        })?;
        let comments = group(&posts, comments, |post| post.id, |comment| comment.post_id);
        for (post, comments) in posts.iter_mut().zip(comments) {
            post.comments = comments;
        }
        let posts = group(&blogs, posts, |blog| blog.id, |post| post.blog_id);
        for (blog, posts) in blogs.iter_mut().zip(posts) {
            blog.posts = posts;
        }
        let mut checksum = Checksum::default();
        for blog in &blogs {
            checksum.blog(blog.id, &blog.name);
            for post in &blog.posts {
                checksum.post(post.id, &post.title, post.blog_id);
                for comment in &post.comments {
                    checksum.comment(comment.id, &comment.body, comment.post_id);
                }
            }
        }
        Ok(checksum)
    }

    fn partial(&mut self) -> Result {
        let sql = "select b.title, b.pages, a.name from book b join author a on a.id = b.author_id";
        let teasers: Vec<(String, i32, String)> =
            self.query(sql, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let mut checksum = Checksum::default();
        for (title, pages, author_name) in &teasers {
            checksum.teaser(title, *pages, author_name);
        }
        Ok(checksum)
    }

    /// In one statement, which is a tenth faster than one a row.
    fn insert_1000(&mut self, entries: Vec<NewEntry>) -> Result<()> {
        let rows = vec!["(?, ?, ?, ?, ?, ?)"; entries.len()].join(", ");
        let sql =
            format!("insert into entry (name, note, quantity, price, active, created_at) values {rows}");
        let transaction = self.connection.transaction()?;
        {
            let mut statement = transaction.prepare_cached(&sql)?;
            for (row, entry) in entries.iter().enumerate() {
                let NewEntry { name, note, quantity, price, active, created_at } = entry;
                let created_at = D::write(*created_at);
                let values: [&dyn ToSql; 6] = [name, note, quantity, price, active, &created_at];
                for (column, value) in values.into_iter().enumerate() {
                    statement.raw_bind_parameter(row * 6 + column + 1, value)?;
                }
            }
            statement.raw_execute()?;
        }
        Ok(transaction.commit()?)
    }

    fn keep_10000_loaded(&mut self) -> Result<()> {
        self.kept = self.items()?;
        Ok(())
    }

    fn update_1000_of_10000(&mut self, quantity: i32) -> Result<()> {
        let transaction = self.connection.transaction()?;
        {
            let mut statement = transaction.prepare_cached("update item set quantity = ? where id = ?")?;
            for item in self.kept.iter_mut().step_by(10) {
                item.quantity = quantity;
                statement.execute(params![item.quantity, item.id])?;
            }
        }
        Ok(transaction.commit()?)
    }
}

fn add(checksum: &mut Checksum, item: &Item) {
    let Item { id, name, note, quantity, price, active, created_at } = item;
    checksum.item(*id, name, note.as_deref(), *quantity, *price, *active, *created_at);
}

impl DateTimeText for FixedPlaces {
    fn read(row: &Row<'_>, column: usize) -> rusqlite::Result<NaiveDateTime> {
        let text = row.get_ref(column)?.as_bytes()?;
        Ok(from_fixed_places(text).ok_or(FromSqlError::InvalidType)?)
    }

    fn write(value: NaiveDateTime) -> impl ToSql {
        let (date, time) = (value.date(), value.time());
        format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
            date.year(),
            date.month(),
            date.day(),
            time.hour(),
            time.minute(),
            time.second()
        )
    }
}

fn from_fixed_places(text: &[u8]) -> Option<NaiveDateTime> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b' ', h1, h2, b':', i1, i2, b':', s1, s2] = *text else {
        return None;
    };
    let two = |tens: u8, ones: u8| {
        (tens.is_ascii_digit() && ones.is_ascii_digit())
            .then(|| u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
    };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let date = NaiveDate::from_ymd_opt(year as i32, two(m1, m2)?, two(d1, d2)?)?;
    date.and_hms_opt(two(h1, h2)?, two(i1, i2)?, two(s1, s2)?)
}

impl DateTimeText for Chrono {
    fn read(row: &Row<'_>, column: usize) -> rusqlite::Result<NaiveDateTime> {
        row.get(column)
    }

    fn write(value: NaiveDateTime) -> impl ToSql {
        value
    }
}
