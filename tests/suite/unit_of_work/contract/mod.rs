//! Flushes against a driver that only keeps what it is told. What a database makes of it is tested with real ones.

mod entities;
mod fake;
mod meanwhile;
mod writes;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use entities::{Author, Book, Tag};
use fake::Fake;
use orm::Orm;

fn database() -> (Orm, Fake) {
    let fake = Fake::new();
    let orm = Orm::builder()
        .entity::<Author>()
        .entity::<Book>()
        .entity::<Tag>()
        .driver(fake.clone())
        .build()
        .expect("the entities fit together");
    (orm, fake)
}

/// Polls a future once; whether it is done.
fn poll<T>(future: &mut Pin<Box<impl Future<Output = T>>>) -> bool {
    matches!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(_))
}
