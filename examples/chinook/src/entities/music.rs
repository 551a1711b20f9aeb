//! What is sold: artists, albums, tracks, playlists.

use orm::prelude::*;
use rust_decimal::Decimal;

use crate::entities::InvoiceLine;

#[derive(Entity)]
pub struct Artist {
    #[orm(primary_key)]
    pub id: i64,
    pub name: Option<String>,
    #[orm(mapped_by = artist)]
    pub albums: Collection<Album>,
}

#[derive(Entity)]
pub struct Album {
    #[orm(primary_key)]
    pub id: i64,
    pub title: String,
    pub artist: Ref<Artist>,
    #[orm(mapped_by = album)]
    pub tracks: Collection<Track>,
}

#[derive(Entity)]
pub struct Genre {
    #[orm(primary_key)]
    pub id: i64,
    pub name: Option<String>,
    #[orm(mapped_by = genre)]
    pub tracks: Collection<Track>,
}

#[derive(Entity)]
pub struct MediaType {
    #[orm(primary_key)]
    pub id: i64,
    pub name: Option<String>,
}

#[derive(Entity)]
pub struct Track {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
    pub album: Option<Ref<Album>>,
    pub media_type: Ref<MediaType>,
    pub genre: Option<Ref<Genre>>,
    pub composer: Option<String>,
    pub milliseconds: i64,
    pub bytes: Option<i64>,
    #[orm(precision = 10, scale = 2)]
    pub unit_price: Decimal,
    #[orm(many_to_many(mapped_by = tracks))]
    pub playlists: Collection<Playlist>,
    #[orm(mapped_by = track)]
    pub sales: Collection<InvoiceLine>,
}

#[derive(Entity)]
pub struct Playlist {
    #[orm(primary_key)]
    pub id: i64,
    pub name: Option<String>,
    #[orm(many_to_many(inversed_by = playlists))]
    pub tracks: Collection<Track>,
}
