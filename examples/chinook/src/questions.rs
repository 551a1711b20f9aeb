//! Five questions, asked of entities and answered by types; plain SQL says whether the answers are right.

use std::collections::HashMap;

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

fn answer(checks: &mut Checks, question: &str, rows: &[String], expected: &[&str]) {
    println!("\n{question}");
    rows.iter().for_each(|row| println!("  {row}"));
    checks.is(question, rows, expected);
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

    let expected = [
        "Helena Holý | 49.62",
        "Richard Cunningham | 47.62",
        "Luis Rojas | 46.62",
        "Hugh O'Reilly | 45.62",
        "Ladislav Kovács | 45.62",
    ];
    answer(checks, "Which customers bought most?", &rows, &expected);
    let sql = "select concat(FirstName, ' ', LastName) as Name, sum(Total) from Customer c \
               join Invoice i on i.CustomerId = c.CustomerId group by c.CustomerId, FirstName, LastName \
               order by round(sum(Total), 2) desc, Name limit 5";
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

    let expected = ["1 Music | 3290", "5 90’s Music | 1477", "8 Music | 3290"];
    answer(checks, "Which playlists have more than 1,000 tracks?", &rows, &expected);
    let sql = "select concat(l.PlaylistId, ' ', Name), count(*) from Playlist l join PlaylistTrack t \
               on t.PlaylistId = l.PlaylistId group by l.PlaylistId, Name having count(*) > 1000 order by l.PlaylistId";
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

    let expected = ["Robert King", "Michael Mitchell", "Andrew Adams"];
    answer(checks, "Who is above Robert King?", &rows, &expected);
    let sql = "with recursive chain(id, depth) as (select EmployeeId, 0 from Employee where LastName = 'King' \
               union all select ReportsTo, depth + 1 from chain join Employee on EmployeeId = id \
               where ReportsTo is not null) \
               select concat(FirstName, ' ', LastName) from chain join Employee on EmployeeId = id order by depth";
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

    let expected =
        ["Iron Maiden | 138.60", "U2 | 105.93", "Metallica | 90.09", "Led Zeppelin | 86.13", "Lost | 81.59"];
    answer(checks, "Which artists sell best?", &rows, &expected);
    let sql = "select a.Name, sum(l.UnitPrice * l.Quantity) from InvoiceLine l \
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
    let mut songs = Vec::new();
    for customer in &customers {
        // Of the collections only what the filter found was loaded.
        let lines = customer.invoices().iter().flat_map(|invoice| invoice.lines().iter());
        let mut tracks: Vec<&str> = lines.map(|line| line.track().name().as_str()).collect();
        tracks.sort_unstable();
        rows.push(format!("{} | {}", customer.last_name(), tracks.join(", ")));
        songs.extend(tracks.iter().map(|track| format!("{} | {track}", customer.last_name())));
    }

    let expected = [
        "Barnett | Free Me, In Your Honor",
        "Gutiérrez | Everlong, Friend Of A Friend, Monkey Wrench, The Last Song, Times Like These",
        "Rojas | See You",
        "Smith | My Hero, No Way Back, Overdrive, Razor, Still",
        "Van der Berg | Burn Away, The Last Song, Times Like These, Virginia Moon, What If I Do?",
        "Zimmermann | Disenchanted Lullaby, Hey, Johnny Park!, Over And Out, Walking After You",
    ];
    answer(checks, &format!("Who bought songs of {artist}, and which?"), &rows, &expected);
    let of_artist = "join Invoice i on i.CustomerId = c.CustomerId join InvoiceLine n on n.InvoiceId = i.InvoiceId \
                     join Track t on t.TrackId = n.TrackId join Album l on l.AlbumId = t.AlbumId \
                     join Artist a on a.ArtistId = l.ArtistId where a.Name = 'Foo Fighters'";
    let sql = format!("select LastName, t.Name from Customer c {of_artist}");
    checks.same_set(&em, "buyers", songs, &sql).await?;

    // The same without loading what the filter goes through: each customer once.
    let names = em
        .find::<Customer>()
        .fields(|c| c.last_name)
        .filter(|c| c.invoices.lines.track.album.artist.name.eq(artist))
        .order_by(|c| (c.last_name.asc(), c.id.asc()))
        .await?;
    let rows: Vec<String> = names.iter().map(|customer| customer.last_name().clone()).collect();
    let sql = format!("select distinct LastName, c.CustomerId from Customer c {of_artist} order by 1, 2");
    let sql = format!("select LastName from ({sql}) x");
    checks.same(&em, "buyers, each once", &rows, &sql, vec![]).await
}
