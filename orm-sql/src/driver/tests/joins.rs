//! Random queries over random rows: whatever is loaded beside them, the roots are the same, and each comes once.

use std::collections::BTreeSet;

use orm_core::query::{Condition, Test};
use orm_core::value::Value;

use super::library::{Library, on_every_database, rows};
use crate::dialect::Dialect;
use crate::lower::library::{Query, text};

on_every_database!(what_is_loaded_does_not_change_what_is_found);

/// Small pseudo-random numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len() as u64) as usize]
    }
}

const PATHS: [&str; 12] = [
    "title",
    "price",
    "author.name",
    "author.address.city",
    "author.books.title",
    "publisher.name",
    "publisher.director.name",
    "publisher",
    "tags.name",
    "tags",
    "lines.quantity",
    "lines.notes.text",
];

/// Their items have keys of one column.
const COLLECTIONS: [&str; 4] = ["tags", "author.books", "publisher.director.books", "author.books.tags"];

const BRANCHES: [&str; 7] = [
    "author",
    "author.address",
    "publisher.director",
    "tags",
    "tags.books",
    "lines.notes",
    "author.books.lines",
];

fn condition(dice: &mut Dice, depth: u64) -> Condition {
    let query = Query::new("Book");
    match dice.roll(if depth == 0 { 2 } else { 8 }) {
        6 => {
            let collection = dice.pick(&COLLECTIONS);
            let key = if collection.ends_with("tags") { word(0) } else { Value::Int(1) };
            Condition::HasItem(query.path(collection), Box::new(condition_of_item(dice, key)))
        }
        7 => Condition::Apart(Box::new(condition(dice, depth - 1))),
        0..2 => {
            let path = dice.pick(&PATHS);
            let number = || Value::Int(0);
            let test = match (path, dice.roll(5)) {
                ("publisher", 0) => Test::KeyIn(vec![vec![Value::Int(1)]]),
                ("tags", 0..3) => Test::KeyIn((0..dice.roll(7)).map(|n| vec![word(n)]).collect()),
                (_, 0) | ("publisher", 1) => Test::Null,
                ("publisher" | "tags", _) => Test::NotNull,
                ("price" | "lines.quantity", 1) => Test::Greater(number()),
                ("price" | "lines.quantity", _) => {
                    Test::NotIn((0..dice.roll(6) as i64).map(Value::Int).collect())
                }
                (_, 1) => Test::Equal(word(dice.roll(3))),
                (_, 2) => Test::NotEqual(word(dice.roll(3))),
                (_, 3) => Test::Contains("a".into()),
                _ => Test::In((0..dice.roll(8)).map(word).collect()),
            };
            Condition::Property(query.path(path), test)
        }
        2..4 => Condition::All((0..dice.roll(4)).map(|_| condition(dice, depth - 1)).collect()),
        4 => Condition::Any((0..dice.roll(4)).map(|_| condition(dice, depth - 1)).collect()),
        _ => Condition::Not(Box::new(condition(dice, depth - 1))),
    }
}

/// A condition on items, one of which has that key.
fn condition_of_item(dice: &mut Dice, key: Value) -> Condition {
    let key = || Condition::key_in(vec![vec![key.clone()]]);
    match dice.roll(3) {
        0 => Condition::always(),
        1 => key(),
        _ => Condition::Not(Box::new(key())),
    }
}

fn word(number: u64) -> Value {
    text(["a", "b", "ab", "c", "d", "e", "f", "g"][number as usize % 8])
}

async fn fill(library: &Library, dice: &mut Dice) {
    let mut sql = String::from("insert into tag values ('a'), ('b'), ('ab')");
    let mut add = |row: String| sql.push_str(&format!(";\ninsert into {row}"));
    let words = ["a", "b", "ab"];
    for id in 1..=4 {
        add(format!("author (id, name) values ({id}, '{}')", dice.pick(&words)));
    }
    add("address values (1, 'a'), (2, 'b')".into());
    add("publisher values (1, 'a', 1), (2, 'b', 2)".into());
    for id in 1..=12 {
        let price = dice.pick(&["null", "0", "1", "2"]);
        let (title, author) = (dice.pick(&words), dice.roll(3) + 1);
        let publisher = dice.pick(&["null", "1", "2"]);
        add(format!("book values ({id}, '{title}', {price}, {author}, {publisher})"));
        for tag in words.iter().filter(|_| dice.roll(3) == 0) {
            add(format!("book_tags (book_id, tag_name) values ({id}, '{tag}')"));
        }
        for number in 0..dice.roll(3) {
            add(format!("line values ({id}, {number}, {})", dice.roll(3)));
            for _ in 0..dice.roll(3) {
                add(format!(
                    "note (text, line_book_id, line_number) values ('{}', {id}, {number})",
                    dice.pick(&words)
                ));
            }
        }
    }
    library.run(&sql).await;
}

/// The roots' keys, in the order in which they first come.
fn roots(rows: &[String]) -> Vec<i64> {
    let mut roots = Vec::new();
    for row in rows {
        let root = row.split(' ').next().unwrap().parse().unwrap();
        if !roots.contains(&root) {
            roots.push(root);
        }
    }
    roots
}

async fn what_is_loaded_does_not_change_what_is_found(on: Dialect) {
    let mut dice = Dice(42);
    let library = Library::empty(on).await;
    fill(&library, &mut dice).await;
    let mut connection = library.connect().await;
    let connection = &mut *connection;
    for round in 0..400 {
        let condition = condition(&mut dice, 3);
        let order = dice.pick(&[
            "title",
            "price desc",
            "author.name",
            "publisher.name desc",
            "tags.name",
            "lines.quantity desc",
        ]);
        let plain = || Query::new("Book").columns(&[0]).condition(condition.clone()).order(order).order("id");
        let found = rows(connection, plain()).await.unwrap();
        let expected = roots(&found);
        assert_eq!(found.len(), expected.len(), "{round}: a root came twice: {condition:?}");
        let count = connection.count(plain().select).await.unwrap();
        assert_eq!(count, expected.len() as u64, "{round}: {condition:?}");

        let mut populated = plain();
        for _ in 0..dice.roll(3) {
            populated = populated.populate(dice.pick(&BRANCHES));
        }
        let select = populated.select.clone();
        let loaded = rows(connection, populated).await.unwrap();
        let distinct: BTreeSet<&String> = loaded.iter().collect();
        assert_eq!(distinct.len(), loaded.len(), "{round}: a row came twice: {condition:?}");
        let sorted = |mut roots: Vec<i64>| {
            roots.sort_unstable();
            roots
        };
        // Ordered by items that are loaded, a root stands where its first item does; any order of roots will do.
        assert_eq!(sorted(roots(&loaded)), sorted(expected.clone()), "{round}: {condition:?}");

        let size = dice.roll(4) + 1;
        let mut paged = Vec::new();
        for page in 0.. {
            let mut query = Query { select: select.clone(), ..plain() }.limit(size);
            query.select.offset = (page > 0).then_some(page * size);
            let page = roots(&rows(connection, query).await.unwrap());
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        assert_eq!(paged, expected, "{round}: pages by {order}: {condition:?}");

        let shared = plain().populate("author!").populate("publisher.director!").populate("tags!");
        let loaded = rows(connection, shared.limit(100)).await.unwrap();
        let distinct: BTreeSet<&String> = loaded.iter().collect();
        assert_eq!(distinct.len(), loaded.len(), "{round}: a shared row came twice: {condition:?}");
        assert_eq!(roots(&loaded), expected, "{round}: shared: {condition:?}");
    }
}
