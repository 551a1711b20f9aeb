//! Many at once: waiting, queueing, locks, panics.

use std::time::{Duration, Instant};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn many_tasks_share_few_connections() {
    let folder = Folder::new();
    let driver = Arc::new(library(folder.options().pool_size(3)).await);
    let tasks: Vec<_> = (0..50)
        .map(|number| {
            let driver = Arc::clone(&driver);
            tokio::spawn(async move {
                let mut connection = driver.connect().await.unwrap();
                connection.begin(TransactionOptions::default()).await.unwrap();
                connection.write(insert_authors(&["x"])).await.unwrap();
                let count = count_authors(&mut *connection).await;
                match number % 2 {
                    0 => connection.commit().await.unwrap(),
                    _ => connection.rollback().await.unwrap(),
                }
                count
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap() > 2);
    }
    assert_eq!(count_authors(&mut *driver.connect().await.unwrap()).await, 27);
}

#[tokio::test]
async fn who_waits_too_long_is_told() {
    let folder = Folder::new();
    let options = folder.options().pool_size(1).acquire_timeout(Duration::from_millis(50));
    let driver = library(options).await;
    let held = driver.acquire().await.unwrap();
    let started = Instant::now();
    let error = driver.acquire().await.err().unwrap();
    assert!(matches!(error, Error::PoolTimeout { seconds } if seconds == 0.05), "{error}");
    assert!(started.elapsed() >= Duration::from_millis(50));
    drop(held);
    assert!(driver.acquire().await.is_ok());
}

#[tokio::test]
async fn first_come_first_served_and_who_left_is_passed_over() {
    let folder = Folder::new();
    let driver = library(folder.options().pool_size(1)).await;
    let held = driver.acquire().await.unwrap();
    let mut first = Box::pin(driver.acquire());
    let mut left = Box::pin(driver.acquire());
    let mut second = Box::pin(driver.acquire());
    for waiting in [&mut first, &mut left, &mut second] {
        assert!(tokio::time::timeout(Duration::ZERO, waiting).await.is_err());
    }
    drop(left);
    drop(held);
    // The first has it, even before it looks.
    assert!(tokio::time::timeout(Duration::from_millis(20), &mut second).await.is_err());
    drop(first.await.unwrap());
    drop(second.await.unwrap());
    // Who leaves after it was given a connection gives it on.
    let held = driver.acquire().await.unwrap();
    let mut left = Box::pin(driver.acquire());
    assert!(tokio::time::timeout(Duration::ZERO, &mut left).await.is_err());
    drop(held);
    drop(left);
    assert!(driver.acquire().await.is_ok());
}

#[tokio::test]
async fn a_second_writer_waits_for_the_first() {
    let folder = Folder::new();
    let driver = library(folder.options().busy_timeout(Duration::from_millis(300))).await;
    let mut first = driver.connect().await.unwrap();
    let mut second = driver.connect().await.unwrap();
    first.begin(TransactionOptions::default()).await.unwrap();
    first.write(insert_authors(&["a"])).await.unwrap();
    // Readers do not wait.
    assert_eq!(count_authors(&mut *second).await, 2);
    second.begin(TransactionOptions::default()).await.unwrap();
    let error = second.write(insert_authors(&["b"])).await.unwrap_err();
    assert_eq!(error.driver_kind(), Some(DriverErrorKind::LockTimeout), "{error}");
    // The transaction has not begun, so the next statement tries again.
    let mut write = second.write(insert_authors(&["b"]));
    assert!(tokio::time::timeout(Duration::from_millis(50), &mut write).await.is_err());
    first.commit().await.unwrap();
    write.await.unwrap();
    second.commit().await.unwrap();
    assert_eq!(count_authors(&mut *first).await, 4);
}

struct Panicking;

impl RowSink for Panicking {
    fn row(&mut self, _: &dyn Row) -> Result<()> {
        panic!("the sink is full")
    }
    fn into_any(self: Box<Self>) -> Box<dyn Any + Send> {
        self
    }
}

#[tokio::test]
async fn a_panic_in_a_sink_is_an_error_and_the_pool_lives_on() {
    let folder = Folder::new();
    for options in [folder.options().pool_size(1), SqliteOptions::memory()] {
        let driver = library(options).await;
        for is_point_read in [false, true] {
            let mut connection = driver.connect().await.unwrap();
            connection.begin(TransactionOptions::default()).await.unwrap();
            connection.write(insert_authors(&["lost"])).await.unwrap();
            let mut query = Query::new("Author");
            query.select.is_point_read = is_point_read;
            let error = connection.select(query.select, Box::new(Panicking)).await.err().unwrap();
            assert!(error.to_string().contains("the sink is full"), "{error}");
            drop(connection);
            let mut connection = driver.connect().await.unwrap();
            assert_eq!(count_authors(&mut *connection).await, 2);
        }
    }
}

#[tokio::test]
async fn finds_by_key_run_here_and_elsewhere_alike() {
    let folder = Folder::new();
    for inline in [true, false] {
        let driver = match inline {
            true => library(folder.options().inline_point_reads(inline)).await,
            false => driver(folder.options().inline_point_reads(inline)),
        };
        let mut connection = driver.connect().await.unwrap();
        let query = || {
            let mut query =
                Query::new("Author").columns(&[1]).filter("", Test::KeyIn(vec![vec![Value::Int(2)]]));
            query.select.is_point_read = true;
            query
        };
        assert_eq!(rows(&mut *connection, query()).await.unwrap(), ["'Ann'"]);
        connection.begin(TransactionOptions::new().read_only()).await.unwrap();
        assert_eq!(rows(&mut *connection, query()).await.unwrap(), ["'Ann'"]);
        assert_eq!(rows(&mut *connection, query()).await.unwrap(), ["'Ann'"]);
        connection.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn a_find_by_key_that_meets_a_lock_waits_on_the_worker() {
    let folder = Folder::new();
    let options = || folder.options().journal_mode(crate::driver::sqlite::JournalMode::Delete);
    let driver = library(options().busy_timeout(Duration::from_millis(100))).await;
    let mut writer = driver.acquire().await.unwrap();
    let mut reader = driver.connect().await.unwrap();
    let query = || {
        let mut query = Query::new("Author").columns(&[1]).filter("", Test::KeyIn(vec![vec![Value::Int(2)]]));
        query.select.is_point_read = true;
        query
    };
    assert_eq!(rows(&mut *reader, query()).await.unwrap(), ["'Ann'"]);
    writer.execute("begin exclusive", vec![]).await.unwrap();
    let started = Instant::now();
    let error = rows(&mut *reader, query()).await.unwrap_err();
    assert_eq!(error.driver_kind(), Some(DriverErrorKind::LockTimeout), "{error}");
    assert!(started.elapsed() >= Duration::from_millis(100));
    writer.execute("commit", vec![]).await.unwrap();
    assert_eq!(rows(&mut *reader, query()).await.unwrap(), ["'Ann'"]);
}
