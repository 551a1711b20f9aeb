//! Diesel: typed queries, `belonging_to` and `grouped_by` for lists.

use std::path::Path;

use chrono::NaiveDateTime;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::checksum::Checksum;
use crate::database;
use crate::peer::{NewEntry, Peer, Result};

diesel::table! {
    item (id) {
        id -> BigInt,
        name -> Text,
        note -> Nullable<Text>,
        quantity -> Integer,
        price -> Double,
        active -> Bool,
        created_at -> Timestamp,
    }
}
diesel::table! {
    entry (id) {
        id -> BigInt,
        name -> Text,
        note -> Nullable<Text>,
        quantity -> Integer,
        price -> Double,
        active -> Bool,
        created_at -> Timestamp,
    }
}
diesel::table! {
    author (id) {
        id -> BigInt,
        name -> Text,
        email -> Text,
    }
}
diesel::table! {
    book (id) {
        id -> BigInt,
        title -> Text,
        subtitle -> Nullable<Text>,
        pages -> Integer,
        author_id -> BigInt,
    }
}
diesel::table! {
    blog (id) {
        id -> BigInt,
        name -> Text,
    }
}
diesel::table! {
    post (id) {
        id -> BigInt,
        title -> Text,
        blog_id -> BigInt,
    }
}
diesel::table! {
    comment (id) {
        id -> BigInt,
        body -> Text,
        post_id -> BigInt,
    }
}
diesel::joinable!(book -> author (author_id));
diesel::allow_tables_to_appear_in_same_query!(author, book);

#[derive(Identifiable, Queryable, Selectable)]
#[diesel(table_name = item)]
struct Item {
    id: i64,
    name: String,
    note: Option<String>,
    quantity: i32,
    price: f64,
    active: bool,
    created_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = entry)]
// Every row then has all columns, so that Diesel writes them in one statement.
#[diesel(treat_none_as_default_value = false)]
struct EntryRow<'a> {
    name: &'a str,
    note: Option<&'a str>,
    quantity: i32,
    price: f64,
    active: bool,
    created_at: NaiveDateTime,
}

#[derive(Identifiable, Queryable, Selectable)]
#[diesel(table_name = author)]
struct Author {
    id: i64,
    name: String,
    email: String,
}

#[derive(Associations, Identifiable, Queryable, Selectable)]
#[diesel(table_name = book, belongs_to(Author))]
struct Book {
    id: i64,
    title: String,
    subtitle: Option<String>,
    pages: i32,
    author_id: i64,
}

#[derive(Identifiable, Queryable, Selectable)]
#[diesel(table_name = blog)]
struct Blog {
    id: i64,
    name: String,
}

#[derive(Associations, Identifiable, Queryable, Selectable)]
#[diesel(table_name = post, belongs_to(Blog))]
struct Post {
    id: i64,
    title: String,
    blog_id: i64,
}

#[derive(Associations, Identifiable, Queryable, Selectable)]
#[diesel(table_name = comment, belongs_to(Post))]
struct Comment {
    id: i64,
    body: String,
    post_id: i64,
}

pub struct Diesel {
    connection: SqliteConnection,
    kept: Vec<Item>,
}

impl Diesel {
    pub fn open(path: &Path) -> Result<Self> {
        let path = path.to_str().ok_or("the path of the database is not UTF-8")?;
        let mut connection = SqliteConnection::establish(path)?;
        connection.batch_execute(database::PRAGMAS)?;
        Ok(Self { connection, kept: Vec::new() })
    }
}

impl Peer for Diesel {
    fn name(&self) -> &'static str {
        "diesel"
    }

    fn load_10000x7(&mut self) -> Result {
        let mut checksum = Checksum::default();
        for item in item::table.select(Item::as_select()).load(&mut self.connection)? {
            add(&mut checksum, &item);
        }
        Ok(checksum)
    }

    fn find_1000_by_key(&mut self, keys: &[i64]) -> Result {
        let mut checksum = Checksum::default();
        for key in keys {
            let query = item::table.find(key).select(Item::as_select());
            add(&mut checksum, &query.get_result(&mut self.connection)?);
        }
        Ok(checksum)
    }

    fn load_10000_joined_to_one(&mut self) -> Result {
        let books: Vec<(Book, Author)> = book::table
            .inner_join(author::table)
            .select((Book::as_select(), Author::as_select()))
            .load(&mut self.connection)?;
        let mut checksum = Checksum::default();
        for (book, author) in &books {
            checksum.book(book.id, &book.title, book.subtitle.as_deref(), book.pages, book.author_id);
            checksum.author(author.id, &author.name, &author.email);
        }
        Ok(checksum)
    }

    fn roots_1000_children_10000(&mut self) -> Result {
        let authors = author::table.select(Author::as_select()).load(&mut self.connection)?;
        let books = Book::belonging_to(&authors)
            .select(Book::as_select())
            .load(&mut self.connection)?
            .grouped_by(&authors);
        let authors: Vec<(Author, Vec<Book>)> = authors.into_iter().zip(books).collect();
        let mut checksum = Checksum::default();
        for (author, books) in &authors {
            checksum.author(author.id, &author.name, &author.email);
            for book in books {
                checksum.book(book.id, &book.title, book.subtitle.as_deref(), book.pages, book.author_id);
            }
        }
        Ok(checksum)
    }

    fn three_levels_100x10x10(&mut self) -> Result {
        let blogs = blog::table.select(Blog::as_select()).load(&mut self.connection)?;
        let posts = Post::belonging_to(&blogs).select(Post::as_select()).load(&mut self.connection)?;
        let comments = Comment::belonging_to(&posts)
            .select(Comment::as_select())
            .load(&mut self.connection)?
            .grouped_by(&posts);
        let posts = posts.into_iter().zip(comments).grouped_by(&blogs);
        let blogs: Vec<(Blog, Vec<(Post, Vec<Comment>)>)> = blogs.into_iter().zip(posts).collect();
        let mut checksum = Checksum::default();
        for (blog, posts) in &blogs {
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
        let teasers: Vec<(String, i32, String)> = book::table
            .inner_join(author::table)
            .select((book::title, book::pages, author::name))
            .load(&mut self.connection)?;
        let mut checksum = Checksum::default();
        for (title, pages, author_name) in &teasers {
            checksum.teaser(title, *pages, author_name);
        }
        Ok(checksum)
    }

    fn insert_1000(&mut self, entries: Vec<NewEntry>) -> Result<()> {
        let rows: Vec<EntryRow<'_>> = entries
            .iter()
            .map(|entry| EntryRow {
                name: &entry.name,
                note: entry.note.as_deref(),
                quantity: entry.quantity,
                price: entry.price,
                active: entry.active,
                created_at: entry.created_at,
            })
            .collect();
        self.connection.transaction(|connection| {
            diesel::insert_into(entry::table).values(&rows).execute(connection)?;
            Ok(())
        })
    }

    fn keep_10000_loaded(&mut self) -> Result<()> {
        self.kept = item::table.select(Item::as_select()).load(&mut self.connection)?;
        Ok(())
    }

    fn update_1000_of_10000(&mut self, quantity: i32) -> Result<()> {
        let kept = &mut self.kept;
        self.connection.transaction(|connection| {
            for item in kept.iter_mut().step_by(10) {
                item.quantity = quantity;
                diesel::update(&*item).set(item::quantity.eq(item.quantity)).execute(connection)?;
            }
            Ok(())
        })
    }
}

fn add(checksum: &mut Checksum, item: &Item) {
    let Item { id, name, note, quantity, price, active, created_at } = item;
    checksum.item(*id, name, note.as_deref(), *quantity, *price, *active, *created_at);
}
