//! The peers, one file each.

mod by_hand;
mod diesel;
#[cfg(feature = "ours")]
mod ours;
mod sea_orm;
mod sqlx;

use crate::database::Databases;
use crate::peer::{Peer, Result};

/// The peer by whose times the others are divided.
pub const FLOOR: &str = "floor";

/// All peers, each with a file of its own. The floor comes first.
pub fn open_all(databases: &Databases) -> Result<Vec<(Box<dyn Peer>, std::path::PathBuf)>> {
    let path = |name| databases.copy_for(name);
    let mut peers: Vec<(Box<dyn Peer>, std::path::PathBuf)> = Vec::new();
    let file = path(FLOOR)?;
    peers.push((Box::new(by_hand::floor(&file)?), file));
    let file = path("rusqlite")?;
    peers.push((Box::new(by_hand::rusqlite(&file)?), file));
    let file = path("diesel")?;
    peers.push((Box::new(diesel::Diesel::open(&file)?), file));
    let file = path("sqlx")?;
    peers.push((Box::new(sqlx::Sqlx::open(&file)?), file));
    let file = path("sea_orm")?;
    peers.push((Box::new(sea_orm::SeaOrm::open(&file)?), file));
    #[cfg(feature = "ours")]
    {
        let file = path("ours")?;
        peers.push((Box::new(ours::Ours::open(&file)?), file));
    }
    Ok(peers)
}

fn current_thread_runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_time().build()?)
}
