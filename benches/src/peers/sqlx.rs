//! sqlx by hand: SQL texts, rows decoded by position, one connection without a pool.

use std::collections::HashMap;
use std::path::Path;

use chrono::NaiveDateTime;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, FromRow, QueryBuilder, Row, SqliteConnection};
use tokio::runtime::Runtime;

use crate::checksum::Checksum;
use crate::peer::{NewEntry, Peer, Result};
use crate::peers::current_thread_runtime;

pub struct Sqlx {
    runtime: Runtime,
    connection: SqliteConnection,
    kept: Vec<Item>,
}

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
}

struct Post {
    id: i64,
    title: String,
    blog_id: i64,
}

struct Comment {
    id: i64,
    body: String,
    post_id: i64,
}

impl<'r> FromRow<'r, SqliteRow> for Item {
    fn from_row(row: &'r SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get(0)?,
            name: row.try_get(1)?,
            note: row.try_get(2)?,
            quantity: row.try_get(3)?,
            price: row.try_get(4)?,
            active: row.try_get(5)?,
            created_at: row.try_get(6)?,
        })
    }
}

impl<'r> FromRow<'r, SqliteRow> for Author {
    fn from_row(row: &'r SqliteRow) -> sqlx::Result<Self> {
        author(row, 0)
    }
}

impl<'r> FromRow<'r, SqliteRow> for Book {
    fn from_row(row: &'r SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get(0)?,
            title: row.try_get(1)?,
            subtitle: row.try_get(2)?,
            pages: row.try_get(3)?,
            author_id: row.try_get(4)?,
        })
    }
}

/// A book with its author.
struct AuthoredBook(Book, Author);

impl<'r> FromRow<'r, SqliteRow> for AuthoredBook {
    fn from_row(row: &'r SqliteRow) -> sqlx::Result<Self> {
        Ok(Self(Book::from_row(row)?, author(row, 5)?))
    }
}

impl<'r> FromRow<'r, SqliteRow> for Blog {
    fn from_row(row: &'r SqliteRow) -> sqlx::Result<Self> {
        Ok(Self { id: row.try_get(0)?, name: row.try_get(1)? })
    }
}

impl<'r> FromRow<'r, SqliteRow> for Post {
    fn from_row(row: &'r SqliteRow) -> sqlx::Result<Self> {
        Ok(Self { id: row.try_get(0)?, title: row.try_get(1)?, blog_id: row.try_get(2)? })
    }
}

impl<'r> FromRow<'r, SqliteRow> for Comment {
    fn from_row(row: &'r SqliteRow) -> sqlx::Result<Self> {
        Ok(Self { id: row.try_get(0)?, body: row.try_get(1)?, post_id: row.try_get(2)? })
    }
}

fn author(row: &SqliteRow, first: usize) -> sqlx::Result<Author> {
    Ok(Author { id: row.try_get(first)?, name: row.try_get(first + 1)?, email: row.try_get(first + 2)? })
}

const ITEM: &str = "select id, name, note, quantity, price, active, created_at from item";
const ITEM_BY_KEY: &str = "select id, name, note, quantity, price, active, created_at from item where id = ?";

impl Sqlx {
    pub fn open(path: &Path) -> Result<Self> {
        let runtime = current_thread_runtime()?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .disable_statement_logging();
        let connection = runtime.block_on(options.connect())?;
        Ok(Self { runtime, connection, kept: Vec::new() })
    }

    /// Collects the rows before it decodes them: decoding while they stream in takes half as long again here, since
    /// the threads then wait for each other.
    fn query<T>(&mut self, sql: &'static str) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, SqliteRow> + Send,
    {
        let rows = self.runtime.block_on(sqlx::query(sql).fetch_all(&mut self.connection))?;
        Ok(rows.iter().map(|row| T::from_row(row)).collect::<sqlx::Result<_>>()?)
    }
}

/// Puts each child into the list of its parent; parents without children have an empty list.
fn group<C>(parents: impl Iterator<Item = i64>, children: Vec<C>, parent: impl Fn(&C) -> i64) -> Vec<Vec<C>> {
    let places: HashMap<i64, usize> = parents.enumerate().map(|(place, key)| (key, place)).collect();
    let mut groups: Vec<Vec<C>> = (0..places.len()).map(|_| Vec::new()).collect();
    for child in children {
        groups[places[&parent(&child)]].push(child);
    }
    groups
}

impl Peer for Sqlx {
    fn name(&self) -> &'static str {
        "sqlx"
    }

    fn load_10000x7(&mut self) -> Result {
        let mut checksum = Checksum::default();
        for item in self.query::<Item>(ITEM)? {
            add(&mut checksum, &item);
        }
        Ok(checksum)
    }

    fn find_1000_by_key(&mut self, keys: &[i64]) -> Result {
        self.runtime.block_on(async {
            let mut checksum = Checksum::default();
            for key in keys {
                let query = sqlx::query_as(ITEM_BY_KEY).bind(key);
                add(&mut checksum, &query.fetch_one(&mut self.connection).await?);
            }
            Ok(checksum)
        })
    }

    fn load_10000_joined_to_one(&mut self) -> Result {
        let mut checksum = Checksum::default();
        let books = self.query::<AuthoredBook>(
            "select b.id, b.title, b.subtitle, b.pages, b.author_id, a.id, a.name, a.email
            from book b join author a on a.id = b.author_id",
        )?;
        for AuthoredBook(book, author) in &books {
            checksum.book(book.id, &book.title, book.subtitle.as_deref(), book.pages, book.author_id);
            checksum.author(author.id, &author.name, &author.email);
        }
        Ok(checksum)
    }

    fn roots_1000_children_10000(&mut self) -> Result {
        let authors = self.query::<Author>("select id, name, email from author")?;
        let books = self.query::<Book>("select id, title, subtitle, pages, author_id from book")?;
        let books = group(authors.iter().map(|author| author.id), books, |book| book.author_id);
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
        let blogs = self.query::<Blog>("select id, name from blog")?;
        let posts = self.query::<Post>("select id, title, blog_id from post")?;
        let comments = self.query::<Comment>("select id, body, post_id from comment")?;
        let comments = group(posts.iter().map(|post| post.id), comments, |comment| comment.post_id);
        let posts: Vec<(Post, Vec<Comment>)> = posts.into_iter().zip(comments).collect();
        let posts = group(blogs.iter().map(|blog| blog.id), posts, |(post, _)| post.blog_id);
        let mut checksum = Checksum::default();
        for (blog, posts) in blogs.iter().zip(&posts) {
            checksum.blog(blog.id, &blog.name);
            for (post, comments) in posts {
                checksum.post(post.id, &post.title, post.blog_id);
                for comment in comments {
                    checksum.comment(comment.id, &comment.body, comment.post_id);
                }
            }
        }
        Ok(checksum)
    }

    fn partial(&mut self) -> Result {
        let sql = "select b.title, b.pages, a.name from book b join author a on a.id = b.author_id";
        let mut checksum = Checksum::default();
        for (title, pages, author_name) in self.query::<(String, i32, String)>(sql)? {
            checksum.teaser(&title, pages, &author_name);
        }
        Ok(checksum)
    }

    fn insert_1000(&mut self, entries: Vec<NewEntry>) -> Result<()> {
        self.runtime.block_on(async {
            let mut transaction = self.connection.begin().await?;
            let start = "insert into entry (name, note, quantity, price, active, created_at) ";
            QueryBuilder::new(start)
                .push_values(entries, |mut row, entry| {
                    row.push_bind(entry.name).push_bind(entry.note).push_bind(entry.quantity);
                    row.push_bind(entry.price).push_bind(entry.active).push_bind(entry.created_at);
                })
                .build()
                .execute(&mut *transaction)
                .await?;
            Ok(transaction.commit().await?)
        })
    }

    fn keep_10000_loaded(&mut self) -> Result<()> {
        self.kept = self.query(ITEM)?;
        Ok(())
    }

    /// One statement for all rows: one a row costs sqlx two changes of threads each.
    fn update_1000_of_10000(&mut self, quantity: i32) -> Result<()> {
        self.runtime.block_on(async {
            let mut transaction = self.connection.begin().await?;
            for item in self.kept.iter_mut().step_by(10) {
                item.quantity = quantity;
            }
            let changed = self.kept.iter().step_by(10);
            QueryBuilder::new("update item set quantity = changed.column2 from (")
                .push_values(changed, |mut row, item| {
                    row.push_bind(item.id).push_bind(item.quantity);
                })
                .push(") changed where item.id = changed.column1")
                .build()
                .execute(&mut *transaction)
                .await?;
            Ok(transaction.commit().await?)
        })
    }
}

fn add(checksum: &mut Checksum, item: &Item) {
    let Item { id, name, note, quantity, price, active, created_at } = item;
    checksum.item(*id, name, note.as_deref(), *quantity, *price, *active, *created_at);
}
