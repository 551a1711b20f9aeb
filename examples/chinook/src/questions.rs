//! Five questions, asked of entities and answered by types; plain SQL says whether the answers are right.

use std::collections::HashMap;

use orm::Value;
use orm::prelude::*;
use rust_decimal::Decimal;

use crate::checks::{Checks, text};
use crate::entities::{Customer, Employee, InvoiceLine, Playlist};

/// Asks all five.
pub async fn all(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    top_customers(orm, checks).await?;
    long_playlists(orm, checks).await?;
    managers(orm, checks).await?;
    best_artists(orm, checks).await?;
    buyers(orm, checks).await
}

fn answer(question: &str, rows: &[String]) {
    println!("\n{question}");
    rows.iter().for_each(|row| println!("  {row}"));
}

async fn top_customers(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    let em = orm.em();
    let customers = em.find::<Customer>().fields(|c| (c.first_name, c.last_name, c.invoices.total)).await?;
    let mut sales: Vec<(Decimal, String)> = customers
        .iter()
        .map(|c| {
            let total = c.invoices().iter().map(|invoice| invoice.total()).sum();
            (total, format!("{} {}", c.first_name(), c.last_name()))
        })
        .collect();
    sales.sort_by(|(a, a_name), (b, b_name)| b.cmp(a).then(a_name.cmp(b_name)));
    let rows: Vec<String> =
        sales.iter().take(5).map(|(total, name)| format!("{name} | {total:.2}")).collect();

    answer("Which customers bought most?", &rows);
    let sql = "select FirstName || ' ' || LastName as Name, printf('%.2f', sum(Total)) from Customer \
               join Invoice using (CustomerId) group by CustomerId order by round(sum(Total), 2) desc, Name limit 5";
    checks.same(&em, "top customers", &rows, sql, vec![]).await
}

async fn long_playlists(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    let em = orm.em();
    let mut rows = Vec::new();
    for playlist in em.find::<Playlist>().order_by(|p| p.id.asc()).await? {
        let tracks = playlist.tracks().load_count().await?; // counted by the database
        if tracks > 1_000 {
            rows.push(format!("{} {} | {tracks}", playlist.id(), text(playlist.name())));
        }
    }

    answer("Which playlists have more than 1,000 tracks?", &rows);
    let sql = "select PlaylistId || ' ' || Name, count(*) from Playlist join PlaylistTrack using (PlaylistId) \
               group by PlaylistId having count(*) > 1000 order by PlaylistId";
    checks.same(&em, "long playlists", &rows, sql, vec![]).await
}

async fn managers(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    let em = orm.em();
    let mut employee = em.find_one_or_fail::<Employee>().filter(|e| e.last_name.eq("King")).await?;
    let mut rows = vec![format!("{} {}", employee.first_name(), employee.last_name())];
    while let Some(manager) = employee.reports_to() {
        employee = manager.load().await?;
        rows.push(format!("{} {}", employee.first_name(), employee.last_name()));
    }

    answer("Who is above Robert King?", &rows);
    let sql = "with recursive chain(id, depth) as (select EmployeeId, 0 from Employee where LastName = 'King' \
               union all select ReportsTo, depth + 1 from chain join Employee on EmployeeId = id \
               where ReportsTo is not null) \
               select FirstName || ' ' || LastName from chain join Employee on EmployeeId = id order by depth";
    checks.same(&em, "chain of managers", &rows, sql, vec![]).await
}

async fn best_artists(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    let em = orm.em();
    let lines = em
        .find::<InvoiceLine>()
        .fields(|l| (l.unit_price, l.quantity, l.track.album.artist.name))
        .read_only()
        .await?;
    let mut sales: HashMap<&str, Decimal> = HashMap::new();
    for line in &lines {
        let Some(album) = line.track().album() else { continue };
        *sales.entry(text(album.artist().name())).or_default() +=
            line.unit_price() * Decimal::from(*line.quantity());
    }
    let mut sales: Vec<_> = sales.into_iter().collect();
    sales.sort_by(|(a_name, a), (b_name, b)| b.cmp(a).then(a_name.cmp(b_name)));
    let rows: Vec<String> =
        sales.iter().take(5).map(|(name, total)| format!("{name} | {total:.2}")).collect();

    answer("Which artists sell best?", &rows);
    let sql = "select a.Name, printf('%.2f', sum(l.UnitPrice * l.Quantity)) from InvoiceLine l \
               join Track using (TrackId) join Album using (AlbumId) join Artist a using (ArtistId) \
               group by a.Name order by round(sum(l.UnitPrice * l.Quantity), 2) desc, a.Name limit 5";
    checks.same(&em, "best selling artists", &rows, sql, vec![]).await
}

async fn buyers(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    let em = orm.em();
    let artist = "Foo Fighters";
    let customers = em
        .find::<Customer>()
        .filter(|c| c.invoices.lines.track.album.artist.name.eq(artist))
        .populate_inferred()
        .order_by(|c| (c.last_name.asc(), c.id.asc()))
        .await?;
    let mut rows = Vec::new();
    for customer in &customers {
        // Of the collections only what the filter found was loaded.
        let mut tracks: Vec<&str> = customer
            .invoices()
            .iter()
            .flat_map(|invoice| invoice.lines().iter())
            .map(|line| line.track().name().as_str())
            .collect();
        tracks.sort_unstable();
        rows.push(format!("{} | {}", customer.last_name(), tracks.join(", ")));
    }

    answer(&format!("Who bought songs of {artist}, and which?"), &rows);
    let sql = "select LastName, group_concat(Name, ', ') from (select CustomerId, LastName, t.Name from Customer \
               join Invoice using (CustomerId) join InvoiceLine using (InvoiceId) join Track t using (TrackId) \
               join Album using (AlbumId) join Artist a using (ArtistId) where a.Name = ? \
               order by LastName, CustomerId, t.Name) group by CustomerId order by LastName, CustomerId";
    checks.same(&em, "buyers", &rows, sql, vec![Value::Text(artist.to_owned())]).await?;

    // The same without loading what the filter goes through: each customer once.
    let names = em
        .find::<Customer>()
        .fields(|c| c.last_name)
        .filter(|c| c.invoices.lines.track.album.artist.name.eq(artist))
        .order_by(|c| (c.last_name.asc(), c.id.asc()))
        .await?;
    let rows: Vec<String> = names.iter().map(|customer| customer.last_name().clone()).collect();
    let sql = "select distinct LastName, CustomerId from Customer join Invoice using (CustomerId) \
               join InvoiceLine using (InvoiceId) join Track using (TrackId) join Album using (AlbumId) \
               join Artist a using (ArtistId) where a.Name = ? order by 1, 2";
    let sql = format!("select LastName from ({sql})");
    checks.same(&em, "buyers, each once", &rows, &sql, vec![Value::Text(artist.to_owned())]).await
}
