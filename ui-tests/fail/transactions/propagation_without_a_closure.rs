//! How work goes with the open transaction is asked of a closure.
use orm::prelude::*;

async fn case(em: &EntityManager) -> Result<()> {
    let transaction = em.transaction().propagation(Propagation::Mandatory).begin().await?;
    transaction.commit().await
}

fn main() {
    let _ = case;
}
