//! Whether to do work again is asked of its failure.
use orm::prelude::*;
use orm_ui_tests::*;

enum Failure {
    Orm(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Orm(error)
    }
}

async fn case(em: &EntityManager) -> Result<u64, Failure> {
    let transaction = em.transaction().retry(Retry::times(3));
    transaction.run(async |em| em.count::<Article>().await.map_err(Failure::Orm)).await
}

fn main() {
    let _ = case;
}
