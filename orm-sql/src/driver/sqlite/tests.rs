//! The driver against real files.

use std::any::Any;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use orm_core::driver::{Connection, Driver, Row, RowSink, TransactionOptions};
use orm_core::query::{Insert, Test, Write};
use orm_core::value::Value;
use orm_core::{DriverErrorKind, Error, Result};

use crate::driver::sqlite::{SqliteDriver, SqliteOptions};
use crate::lower::library::{Query, SCHEMA, entity, registry, text};

mod log;
mod opening;
mod pool;
mod reads;
mod transactions;
mod values;

/// A folder that is gone at the end of the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("orm-sqlite-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn options(&self) -> SqliteOptions {
        SqliteOptions::new(self.0.join("library.sqlite"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The system clears what is left in the folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A driver that knows the library.
fn driver(options: SqliteOptions) -> SqliteDriver {
    let driver = SqliteDriver::new(options).unwrap();
    driver.attach(registry());
    driver
}

/// A driver whose database has the library's tables, two authors and three books.
async fn library(options: SqliteOptions) -> SqliteDriver {
    let driver = driver(options);
    let mut connection = driver.acquire().await.unwrap();
    connection.execute_script(SCHEMA).await.unwrap();
    connection
        .execute_script(
            "insert into author (id, name, email, age) values (1, 'Jon', 'jon@x', 40), (2, 'Ann', null, null);
            insert into book (id, title, price, author_id) values (1, 'One', 9.5, 1), (2, 'Two', null, 1), (3, 'Three', 7, 2);",
        )
        .await
        .unwrap();
    driver
}

/// Gathers rows as text.
#[derive(Default)]
struct Rows {
    width: usize,
    rows: Vec<String>,
}

impl RowSink for Rows {
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        let cells: Vec<String> =
            (0..self.width).map(|index| row.cell(index).to_value().to_string()).collect();
        self.rows.push(cells.join(" "));
        Ok(())
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any + Send> {
        self
    }
}

async fn rows(connection: &mut dyn Connection, query: Query) -> Result<Vec<String>> {
    let own = query.select.pivot.as_ref().map_or(0, |_| 1);
    let width = query.select.selection.width() + own;
    let sink = connection.select(query.select, Box::new(Rows { width, rows: Vec::new() })).await?;
    Ok(sink.into_any().downcast::<Rows>().unwrap().rows)
}

/// New authors with these names.
fn insert_authors(names: &[&str]) -> Write {
    let registry = registry();
    let entity = Arc::clone(registry.entity(entity(&registry, "Author")));
    let rows = names.iter().map(|name| vec![text(name)]).collect();
    Write::Insert(Insert { entity, columns: vec![1], rows, returning: vec![0, 5] })
}

async fn count_authors(connection: &mut dyn Connection) -> u64 {
    connection.count(Query::new("Author").select).await.unwrap()
}
