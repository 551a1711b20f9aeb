//! Random schemas, each updated to the next: afterwards nothing is left to do, and rows are where they were.

use super::entities;
use super::server::on_server;
use crate::schema::from_registry;
use crate::schema::tests::memory::registry;
use crate::schema::tests::random::{Lab, check_alterations, check_safe_updates, check_unrelated_schemas};

#[tokio::test]
async fn an_update_leaves_nothing_to_do_and_keeps_the_rows() {
    on_server("random", async |server| check_unrelated_schemas(&mut Lab::new(&server).await, 1, 40).await)
        .await;
}

#[tokio::test]
async fn a_safe_update_leaves_nothing_to_do_and_drops_nothing() {
    on_server("random_safe", async |server| check_safe_updates(&mut Lab::new(&server).await, 2, 8).await)
        .await;
}

#[tokio::test]
async fn alterations_of_entities_leave_nothing_to_do_and_keep_the_rows() {
    on_server("random_entities", async |server| {
        let base = from_registry(server.dialect, &registry(&entities::all())).expect("a schema");
        let mut lab = Lab::new(&server).await;
        server.generator(&entities::all()).create().await.expect("created");
        server
            .run(
                "insert into author (name) values ('a'), ('b');
                 insert into book (title, price, status, author_id) values ('T', 1.5, 'draft', 1);
                 update author set favourite_id = 1, mentor_id = 2;
                 insert into profile (author_id) values (1);",
            )
            .await;
        check_alterations(&mut lab, &base, 3, 100).await;
    })
    .await;
}
