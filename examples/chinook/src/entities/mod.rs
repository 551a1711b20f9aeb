//! Chinook's eleven tables: ten entities, and `PlaylistTrack`, which is the pivot table of `Playlist::tracks`.

mod music;
mod people;
mod sales;

pub use music::{Album, Artist, Genre, MediaType, Playlist, Track};
pub use people::{Customer, Employee};
pub use sales::{Invoice, InvoiceLine};
