//! Reads every row of every table through its entity, and compares every cell.

use orm::meta::EntityModel;
use orm::prelude::*;

use crate::checks::Checks;
use crate::entities::{
    Album, Artist, Customer, Employee, Genre, Invoice, InvoiceLine, MediaType, Playlist, Track,
};

/// All eleven tables.
pub async fn everything(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    println!("Rows");
    table::<Artist>(orm, checks).await?;
    table::<Album>(orm, checks).await?;
    table::<Track>(orm, checks).await?;
    table::<Genre>(orm, checks).await?;
    table::<MediaType>(orm, checks).await?;
    table::<Playlist>(orm, checks).await?;
    table::<Customer>(orm, checks).await?;
    table::<Employee>(orm, checks).await?;
    table::<Invoice>(orm, checks).await?;
    table::<InvoiceLine>(orm, checks).await?;
    playlist_tracks(orm, checks).await?;
    catalogue(orm, checks).await
}

/// The table of an entity: its rows are what the entity serializes as.
async fn table<E: Entity>(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    let em = orm.em();
    let model = orm.registry().entity(orm.registry().find(E::meta())?);
    let entities = em.find_all::<E>().await?;
    let mut rows = Vec::with_capacity(entities.len());
    for entity in &entities {
        let json = entity.to_dto().to_json().expect("texts and numbers can be JSON");
        let cells = stored(model).map(|(property, _)| {
            let value = &json[property];
            match value.as_str() {
                _ if value.is_null() => "-".to_owned(),
                Some(text) => text.to_owned(),
                None => value.to_string(),
            }
        });
        rows.push(cells.collect::<Vec<_>>().join(" | "));
    }
    println!("  {:14} {:>5}", E::meta().name, rows.len());
    let columns: Vec<String> = stored(model).map(|(name, column)| plain(checks, name, column)).collect();
    let sql = format!("select {} from {}", columns.join(", "), model.table);
    checks.same_set(&em, E::meta().name, rows, &sql).await
}

/// Properties with a column of their own, and their columns.
fn stored(model: &EntityModel) -> impl Iterator<Item = (&'static str, &str)> {
    model.columns.iter().map(|column| (model.property(column.property).meta.name, column.name.as_str()))
}

/// How plain SQL writes a column as JSON would have it.
fn plain(checks: &Checks, property: &str, column: &str) -> String {
    match property {
        name if name.ends_with("_date") => checks.words.date(column),
        _ => column.to_owned(),
    }
}

/// The pivot table, which is a collection.
async fn playlist_tracks(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    let em = orm.em();
    let playlists = em.find::<Playlist>().populate(|p| p.tracks).await?;
    let mut pairs = Vec::new();
    for playlist in &playlists {
        let tracks = playlist.tracks().iter().map(|track| (*playlist.id(), *track.id()));
        pairs.extend(tracks);
    }
    pairs.sort_unstable();
    println!("  {:14} {:>5}", "PlaylistTrack", pairs.len());
    let rows: Vec<String> = pairs.iter().map(|(playlist, track)| format!("{playlist} | {track}")).collect();
    checks.same(&em, "PlaylistTrack", &rows, "select * from PlaylistTrack order by 1, 2", vec![]).await
}

/// Artists with albums with tracks, three levels: however they are loaded, they are the same.
async fn catalogue(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    for strategy in [Strategy::Joined, Strategy::SelectIn, Strategy::Balanced] {
        let em = orm.em();
        let artists = em
            .find::<Artist>()
            .fields(|a| (a.albums.title, a.albums.tracks.name, a.albums.tracks.genre.name))
            .order_by(|a| a.id.asc())
            .strategy(strategy)
            .await?;
        let mut rows = Vec::new();
        for artist in &artists {
            for album in artist.albums().iter() {
                for track in album.tracks().iter() {
                    let genre = track.genre().and_then(|genre| genre.name().as_deref()).unwrap_or("-");
                    rows.push(format!("{} | {} | {} | {genre}", artist.id(), album.title(), track.name()));
                }
            }
        }
        let sql = "select a.ArtistId, l.Title, t.Name, g.Name from Artist a join Album l using (ArtistId) \
                   join Track t using (AlbumId) left join Genre g using (GenreId)";
        checks.same_set(&em, &format!("catalogue, {strategy:?}"), rows, sql).await?;
    }
    Ok(())
}
