//! Random work against a naive model: after each flush, the rows are what the model says, and so is what is loaded.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use orm::hint::{Later, No, Yes};
use orm::prelude::*;
use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof};
use proptest::sample::Index;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::harness::{Database, Db, on_every_database};
use crate::unit_of_work::entities::{Author, AuthorShape, Book, BookShape, Tag, TagShape, db};

on_every_database!(random_work_leaves_the_rows_that_the_model_has);

/// What a user may do; an index chooses among what is there.
#[derive(Debug, Clone)]
enum Op {
    AddAuthor { email: Option<u8> },
    AddBook { author: Index },
    AddTag,
    Rename(Index),
    Email(Index, Option<u8>),
    Mentor(Index, Option<Index>),
    Favourite(Index, Option<Index>),
    Pages(Index, i32),
    Owner(Index, Index),
    OwnerByCollection(Index, Index),
    Editor(Index, Option<Index>),
    Tag { book: Index, tag: Index, from_book: bool },
    Untag { book: Index, tag: Index, from_book: bool },
    RemoveAuthor(Index),
    RemoveBook(Index),
    RemoveTag(Index),
    Flush,
    FlushAndRollBack,
    Clear,
}

fn op() -> impl Strategy<Value = Op> {
    let email = || prop::option::of(0..4_u8);
    let index = any::<Index>;
    let maybe = || prop::option::of(any::<Index>());
    prop_oneof![
        4 => email().prop_map(|email| Op::AddAuthor { email }),
        4 => index().prop_map(|author| Op::AddBook { author }),
        2 => Just(Op::AddTag),
        1 => index().prop_map(Op::Rename),
        2 => (index(), email()).prop_map(|(author, email)| Op::Email(author, email)),
        2 => (index(), maybe()).prop_map(|(author, mentor)| Op::Mentor(author, mentor)),
        2 => (index(), maybe()).prop_map(|(author, book)| Op::Favourite(author, book)),
        1 => (index(), 1..9).prop_map(|(book, pages)| Op::Pages(book, pages)),
        2 => (index(), index()).prop_map(|(book, author)| Op::Owner(book, author)),
        2 => (index(), index()).prop_map(|(author, book)| Op::OwnerByCollection(author, book)),
        2 => (index(), maybe()).prop_map(|(book, editor)| Op::Editor(book, editor)),
        4 => (index(), index(), any::<bool>())
            .prop_map(|(book, tag, from_book)| Op::Tag { book, tag, from_book }),
        2 => (index(), index(), any::<bool>())
            .prop_map(|(book, tag, from_book)| Op::Untag { book, tag, from_book }),
        1 => index().prop_map(Op::RemoveAuthor),
        2 => index().prop_map(Op::RemoveBook),
        1 => index().prop_map(Op::RemoveTag),
        6 => Just(Op::Flush),
        1 => Just(Op::FlushAndRollBack),
        1 => Just(Op::Clear),
    ]
}

/// Rows by a number that the test gives; names and titles are made of it.
#[derive(Debug, Clone, Default)]
struct Rows {
    authors: BTreeMap<u32, AuthorRow>,
    books: BTreeMap<u32, BookRow>,
    tags: BTreeSet<u32>,
}

#[derive(Debug, Clone)]
struct AuthorRow {
    name: String,
    email: Option<u8>,
    mentor: Option<u32>,
    favourite: Option<u32>,
}

#[derive(Debug, Clone)]
struct BookRow {
    pages: i32,
    author: u32,
    editor: Option<u32>,
    tags: BTreeSet<u32>,
}

impl Rows {
    /// Whether the database would refuse them.
    fn repeat_an_email(&self) -> bool {
        let emails: Vec<u8> = self.authors.values().filter_map(|author| author.email).collect();
        emails.iter().collect::<BTreeSet<_>>().len() < emails.len()
    }

    fn text(&self) -> String {
        let name = |author: u32| self.authors[&author].name.clone();
        let mut text = String::new();
        for author in self.authors.values() {
            let AuthorRow { name: own, email, mentor, favourite } = author;
            let (email, mentor) = (email.map(email_text), mentor.map(name));
            let favourite = favourite.map(title);
            writeln!(text, "{own} {email:?} {mentor:?} {favourite:?}").expect("text grows");
        }
        for (number, BookRow { pages, author, editor, tags }) in &self.books {
            let (author, editor) = (name(*author), editor.map(name));
            let tags: Vec<String> = tags.iter().copied().map(tag_name).collect();
            writeln!(text, "{} {pages} {author} {editor:?} {tags:?}", title(*number)).expect("text grows");
        }
        for tag in &self.tags {
            writeln!(text, "{}", tag_name(*tag)).expect("text grows");
        }
        sorted(&text)
    }
}

fn title(book: u32) -> String {
    format!("book {book}")
}

fn tag_name(tag: u32) -> String {
    format!("tag {tag:04}")
}

fn email_text(email: u8) -> String {
    format!("{email}@example.org")
}

fn sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

/// What all handles promise, new ones and loaded ones.
type AuthorHandle = Managed<Author, AuthorShape<Later, Yes, Yes, No, No, No, No>>;
type BookHandle = Managed<Book, BookShape<Later, Yes, Yes, No, No, No>>;
type TagHandle = Managed<Tag, TagShape<Yes, Yes, No>>;

/// An entity manager, and what its entities should be.
struct Work<'db> {
    db: &'db Db,
    em: EntityManager,
    authors: BTreeMap<u32, AuthorHandle>,
    books: BTreeMap<u32, BookHandle>,
    tags: BTreeMap<u32, TagHandle>,
    now: Rows,
    stored: Rows,
    next: u32,
}

/// One of those that are there.
fn choose<T>(all: &BTreeMap<u32, T>, index: &Index) -> Option<u32> {
    (!all.is_empty()).then(|| *index.get(&all.keys().copied().collect::<Vec<_>>()))
}

impl<'db> Work<'db> {
    fn new(db: &'db Db) -> Self {
        let em = db.em();
        let (authors, books, tags) = Default::default();
        let (now, stored) = Default::default();
        Self { db, em, authors, books, tags, now, stored, next: 0 }
    }

    fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    async fn run(&mut self, op: Op) -> Result<(), TestCaseError> {
        match op {
            Op::AddAuthor { email } => {
                let number = self.number();
                let name = format!("author {number}");
                let author = Author::builder().name(name.clone()).email(email.map(email_text)).build();
                self.authors.insert(number, self.em.persist(author).narrow());
                let row = AuthorRow { name, email, mentor: None, favourite: None };
                self.now.authors.insert(number, row);
            }
            Op::AddBook { author } => {
                let Some(author) = choose(&self.authors, &author) else { return Ok(()) };
                let number = self.number();
                let book = Book::builder().title(title(number)).author(&self.authors[&author]).build();
                self.books.insert(number, self.em.persist(book).narrow());
                let row = BookRow { pages: 1, author, editor: None, tags: BTreeSet::new() };
                self.now.books.insert(number, row);
            }
            Op::AddTag => {
                let number = self.number();
                let tag = self.em.persist(Tag::builder().name(tag_name(number)).build());
                self.tags.insert(number, tag.narrow());
                self.now.tags.insert(number);
            }
            Op::Rename(author) => {
                let Some(author) = choose(&self.authors, &author) else { return Ok(()) };
                let name = format!("author {author} renamed {}", self.number());
                self.authors[&author].set_name(&name);
                self.author(author).name = name;
            }
            Op::Email(author, email) => {
                let Some(author) = choose(&self.authors, &author) else { return Ok(()) };
                self.authors[&author].set_email(email.map(email_text));
                self.author(author).email = email;
            }
            Op::Pages(book, pages) => {
                let Some(book) = choose(&self.books, &book) else { return Ok(()) };
                self.books[&book].set_pages(pages);
                self.book(book).pages = pages;
            }
            Op::Flush => self.flush().await?,
            Op::FlushAndRollBack => self.flush_and_roll_back().await?,
            Op::Clear => self.start_over().await?,
            op => self.relate(op),
        }
        Ok(())
    }

    fn relate(&mut self, op: Op) {
        match op {
            Op::Mentor(author, mentor) => {
                let Some(author) = choose(&self.authors, &author) else { return };
                let mentor = mentor.and_then(|mentor| choose(&self.authors, &mentor));
                let handle = &self.authors[&author];
                match mentor {
                    Some(mentor) => drop(handle.clone().with_mentor(&self.authors[&mentor])),
                    None => handle.unset_mentor(),
                }
                self.author(author).mentor = mentor;
            }
            Op::Favourite(author, book) => {
                let Some(author) = choose(&self.authors, &author) else { return };
                let book = book.and_then(|book| choose(&self.books, &book));
                let handle = &self.authors[&author];
                match book {
                    Some(book) => drop(handle.clone().with_favourite(&self.books[&book])),
                    None => handle.unset_favourite(),
                }
                self.author(author).favourite = book;
            }
            Op::Owner(book, author) => {
                let Some(book) = choose(&self.books, &book) else { return };
                let Some(author) = choose(&self.authors, &author) else { return };
                drop(self.books[&book].clone().with_author(&self.authors[&author]));
                self.book(book).author = author;
            }
            Op::OwnerByCollection(author, book) => {
                let Some(book) = choose(&self.books, &book) else { return };
                let Some(author) = choose(&self.authors, &author) else { return };
                self.authors[&author].books().add(&self.books[&book]);
                self.book(book).author = author;
            }
            Op::Editor(book, editor) => {
                let Some(book) = choose(&self.books, &book) else { return };
                let editor = editor.and_then(|editor| choose(&self.authors, &editor));
                match editor {
                    Some(editor) => drop(self.books[&book].clone().with_editor(&self.authors[&editor])),
                    None => self.books[&book].unset_editor(),
                }
                self.book(book).editor = editor;
            }
            Op::Tag { book, tag, from_book } => {
                let Some(book) = choose(&self.books, &book) else { return };
                let Some(tag) = choose(&self.tags, &tag) else { return };
                match from_book {
                    true => self.books[&book].tags().add(&self.tags[&tag]),
                    false => self.tags[&tag].books().add(&self.books[&book]),
                }
                self.book(book).tags.insert(tag);
            }
            Op::Untag { book, tag, from_book } => {
                let Some(book) = choose(&self.books, &book) else { return };
                let Some(tag) = choose(&self.tags, &tag) else { return };
                let (book_handle, tag_handle) = (&self.books[&book], &self.tags[&tag]);
                let left = match from_book {
                    true => book_handle.tags().remove(tag_handle),
                    false => tag_handle.books().remove(book_handle),
                };
                left.expect("both are of this entity manager");
                self.book(book).tags.remove(&tag);
            }
            op => self.remove(op),
        }
    }

    fn remove(&mut self, op: Op) {
        match op {
            Op::RemoveAuthor(author) => {
                let Some(author) = choose(&self.authors, &author) else { return };
                // A book must have one, here and in the rows.
                let has_books = |rows: &Rows| rows.books.values().any(|book| book.author == author);
                if has_books(&self.now) || has_books(&self.stored) || self.is_assigned_author(author) {
                    return;
                }
                let handle = self.authors.remove(&author).expect("it was chosen");
                self.em.remove(&handle).expect("it is of this entity manager");
                self.now.authors.remove(&author);
                for other in self.now.authors.values_mut().filter(|other| other.mentor == Some(author)) {
                    other.mentor = None;
                }
                for book in self.now.books.values_mut().filter(|book| book.editor == Some(author)) {
                    book.editor = None;
                }
            }
            Op::RemoveBook(book) => {
                let Some(book) = choose(&self.books, &book) else { return };
                if self.is_assigned_book(book) {
                    return;
                }
                let handle = self.books.remove(&book).expect("it was chosen");
                self.em.remove(&handle).expect("it is of this entity manager");
                self.now.books.remove(&book);
                for author in self.now.authors.values_mut().filter(|author| author.favourite == Some(book)) {
                    author.favourite = None;
                }
            }
            Op::RemoveTag(tag) => {
                let Some(tag) = choose(&self.tags, &tag) else { return };
                let handle = self.tags.remove(&tag).expect("it was chosen");
                self.em.remove(&handle).expect("it is of this entity manager");
                self.now.tags.remove(&tag);
                for book in self.now.books.values_mut() {
                    book.tags.remove(&tag);
                }
            }
            other => unreachable!("{other:?} is handled by now"),
        }
    }

    /// Whether a flush is due to write a relation to the author. Removing them then is refused: which of the two is meant?
    fn is_assigned_author(&self, author: u32) -> bool {
        let Rows { authors, books, .. } = &self.stored;
        let mentor = |number: &u32| authors.get(number).and_then(|stored| stored.mentor);
        let editor = |number: &u32| books.get(number).and_then(|stored| stored.editor);
        let is_mentor =
            |(number, now): (&u32, &AuthorRow)| now.mentor == Some(author) && mentor(number) != now.mentor;
        let is_editor =
            |(number, now): (&u32, &BookRow)| now.editor == Some(author) && editor(number) != now.editor;
        self.now.authors.iter().any(is_mentor) || self.now.books.iter().any(is_editor)
    }

    /// The same for a book.
    fn is_assigned_book(&self, book: u32) -> bool {
        let favourite = |number: &u32| self.stored.authors.get(number).and_then(|stored| stored.favourite);
        let mut authors = self.now.authors.iter();
        authors.any(|(number, now)| now.favourite == Some(book) && favourite(number) != now.favourite)
    }

    async fn flush(&mut self) -> Result<(), TestCaseError> {
        match self.em.flush().await {
            Ok(()) => {
                prop_assert!(!self.now.repeat_an_email(), "an email is there twice");
                self.stored = self.now.clone();
            }
            Err(error) => {
                prop_assert!(error.is_unique_violation(), "{error}");
                prop_assert!(self.now.repeat_an_email(), "{error}");
            }
        }
        self.check().await
    }

    async fn flush_and_roll_back(&mut self) -> Result<(), TestCaseError> {
        let transaction = self.em.begin().await.expect("a connection is free");
        // It may fail; either way nothing is left of it.
        let _ = transaction.flush().await;
        transaction.rollback().await.expect("the connection is there");
        self.start_over().await
    }

    /// Forgets what was not flushed, and loads everything.
    async fn start_over(&mut self) -> Result<(), TestCaseError> {
        self.em.clear();
        self.now = self.stored.clone();
        let number = |name: &str| -> u32 {
            let digits = name.split(' ').nth(1).expect("a name has a number");
            digits.parse().expect("a number is one")
        };
        let authors = self.em.find_all::<Author>().await.expect("they can be read");
        self.authors = authors.iter().map(|author| (number(author.name()), author.narrow())).collect();
        let books = self.em.find_all::<Book>().populate(|b| b.tags).await.expect("they can be read");
        self.books = books.iter().map(|book| (number(book.title()), book.narrow())).collect();
        let tags = self.em.find_all::<Tag>().populate(|t| t.books).await.expect("they can be read");
        self.tags = tags.iter().map(|tag| (number(tag.name()), tag.narrow())).collect();
        self.check().await
    }

    /// The rows are those of the model, and the handles say what the model says.
    async fn check(&self) -> Result<(), TestCaseError> {
        prop_assert_eq!(rows(self.db).await, self.stored.text());
        for (number, handle) in &self.authors {
            let row = &self.now.authors.get(number);
            let Some(row) = row else { continue };
            prop_assert_eq!(handle.name(), &row.name);
            prop_assert_eq!(handle.email(), &row.email.map(email_text));
        }
        for (number, handle) in &self.books {
            let Some(row) = self.now.books.get(number) else { continue };
            prop_assert_eq!(*handle.pages(), row.pages);
        }
        Ok(())
    }

    fn author(&mut self, number: u32) -> &mut AuthorRow {
        self.now.authors.get_mut(&number).expect("handles and rows go together")
    }

    fn book(&mut self, number: u32) -> &mut BookRow {
        self.now.books.get_mut(&number).expect("handles and rows go together")
    }
}

/// What is stored, as another entity manager finds it.
async fn rows(db: &Db) -> String {
    let em = db.em();
    let mut text = String::new();
    let authors = em.find_all::<Author>().populate(|a| (a.mentor, a.favourite)).await;
    for author in &authors.expect("they can be read") {
        let mentor = author.mentor().map(|mentor| mentor.name());
        let favourite = author.favourite().map(|book| book.title());
        let (name, email) = (author.name(), author.email());
        writeln!(text, "{name} {email:?} {mentor:?} {favourite:?}").expect("text grows");
    }
    let books = em.find_all::<Book>().populate(|b| (b.author, b.editor, b.tags)).await;
    for book in &books.expect("they can be read") {
        let mut tags: Vec<&String> = book.tags().iter().map(|tag| tag.name()).collect();
        tags.sort();
        let editor = book.editor().map(|editor| editor.name());
        let (title, pages, author) = (book.title(), book.pages(), book.author().name());
        writeln!(text, "{title} {pages} {author} {editor:?} {tags:?}").expect("text grows");
    }
    for tag in &em.find_all::<Tag>().await.expect("they can be read") {
        writeln!(text, "{}", tag.name()).expect("text grows");
    }
    let _ = db.sql();
    sorted(&text)
}

/// Deletes all rows. To empty tables by the schema takes servers longer than the work itself.
async fn empty(db: &Db) {
    for statement in [
        "delete from book_tags",
        "update author set favourite_id = null, mentor_id = null",
        "delete from book",
        "delete from author",
        "delete from tag",
    ] {
        db.meddle(statement).await;
    }
}

async fn random_work_leaves_the_rows_that_the_model_has(on: Database) {
    let db = db(on).await;
    let runtime = tokio::runtime::Handle::current();
    // Proptest waits for each case: not on the thread that the runtime needs.
    let work = tokio::task::spawn_blocking(move || {
        let mut runner =
            TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
        let outcome = runner.run(&prop::collection::vec(op(), 1..60), |ops| {
            runtime.block_on(async {
                empty(&db).await;
                let mut work = Work::new(&db);
                for op in ops {
                    work.run(op).await?;
                }
                work.flush().await
            })
        });
        if let Err(failure) = outcome {
            panic!("{failure}\n{runner}");
        }
    });
    work.await.expect("the model was met");
}
