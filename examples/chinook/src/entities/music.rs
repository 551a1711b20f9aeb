//! What is sold: artists, albums, tracks, playlists.

use orm::prelude::*;
use rust_decimal::Decimal;

use crate::entities::InvoiceLine;

#[derive(Entity)]
#[orm(table = "Artist", rename_all = "PascalCase")]
pub struct Artist {
    #[orm(primary_key, column = "ArtistId")]
    pub id: i64,
    pub name: Option<String>,
    #[orm(mapped_by = artist)]
    pub albums: Collection<Album>,
}

#[derive(Entity)]
#[orm(table = "Album", rename_all = "PascalCase")]
pub struct Album {
    #[orm(primary_key, column = "AlbumId")]
    pub id: i64,
    pub title: String,
    #[orm(column = "ArtistId")]
    pub artist: Ref<Artist>,
    #[orm(mapped_by = album)]
    pub tracks: Collection<Track>,
}

#[derive(Entity)]
#[orm(table = "Genre", rename_all = "PascalCase")]
pub struct Genre {
    #[orm(primary_key, column = "GenreId")]
    pub id: i64,
    pub name: Option<String>,
    #[orm(mapped_by = genre)]
    pub tracks: Collection<Track>,
}

#[derive(Entity)]
#[orm(table = "MediaType", rename_all = "PascalCase")]
pub struct MediaType {
    #[orm(primary_key, column = "MediaTypeId")]
    pub id: i64,
    pub name: Option<String>,
}

#[derive(Entity)]
#[orm(table = "Track", rename_all = "PascalCase")]
pub struct Track {
    #[orm(primary_key, column = "TrackId")]
    pub id: i64,
    pub name: String,
    #[orm(column = "AlbumId")]
    pub album: Option<Ref<Album>>,
    #[orm(column = "MediaTypeId")]
    pub media_type: Ref<MediaType>,
    #[orm(column = "GenreId")]
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
#[orm(table = "Playlist", rename_all = "PascalCase")]
pub struct Playlist {
    #[orm(primary_key, column = "PlaylistId")]
    pub id: i64,
    pub name: Option<String>,
    #[orm(
        many_to_many(inversed_by = playlists),
        pivot_table = "PlaylistTrack",
        pivot_join_columns("PlaylistId"),
        pivot_inverse_columns("TrackId")
    )]
    pub tracks: Collection<Track>,
}
