//! Changes a copy through the unit of work, each chapter with one flush, and looks at the outcome with plain SQL.

use chrono::NaiveDate;
use orm::Value;
use orm::prelude::*;
use rust_decimal::Decimal;

use crate::checks::Checks;
use crate::entities::{
    Album, Artist, Customer, Employee, Genre, Invoice, InvoiceLine, MediaType, Playlist, Track,
};
use crate::read;
use crate::words::Words;

/// Changes something of every kind.
pub async fn all(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    println!("\nChanges, on a copy");
    new_album(orm, checks).await?;
    new_invoice(orm, checks).await?;
    moved(orm, checks).await?;
    playlists(orm, checks).await?;
    prices(orm, checks).await?;
    new_boss(orm, checks).await?;
    removed(orm, checks).await?;
    rolled_back(orm, checks).await?;
    sound(orm, checks).await?;
    println!("  … and every cell again:");
    read::everything(orm, checks).await
}

/// An artist with an album with tracks: three tables, one flush, keys filled in on the way.
async fn new_album(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    let em = orm.em();
    let artist = Artist::builder().name("The Borrow Checkers").build();
    let album = em.persist(Album::builder().title("Lifetimes").artist(artist).build());
    let format = em.reference::<MediaType>(1)?;
    for (name, seconds) in [("Move Out", 201), ("Outlives", 187), ("Drop", 95)] {
        let track = Track::builder()
            .name(name)
            .milliseconds(seconds * 1_000)
            .unit_price(Decimal::new(99, 2))
            .media_type(&format)
            .album(&album)
            .build();
        em.persist(track);
    }
    em.flush().await?;

    let album = album.flushed()?;
    println!("  album {} of {} tracks", album.id(), album.tracks().load().await?.tracks().len());
    let sql = "select a.Name, l.Title, t.Name, t.Milliseconds, m.Name, case when t.GenreId is null then 1 else 0 end from Track t \
               join Album l using (AlbumId) join Artist a using (ArtistId) join MediaType m using (MediaTypeId) \
               where l.AlbumId = ? order by t.TrackId";
    let album = vec![Value::Int(*album.id())];
    let row = |track: &str| format!("The Borrow Checkers | Lifetimes | {track} | MPEG audio file | 1");
    let rows = [row("Move Out | 201000"), row("Outlives | 187000"), row("Drop | 95000")];
    checks.same(&em, "new album", &rows, sql, album).await
}

/// An invoice whose total is that of its lines.
async fn new_invoice(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    let em = orm.em();
    let customer = em.find_by_id_or_fail::<Customer>(1).await?;
    let tracks = em.find::<Track>().filter(|t| t.album.title.eq("Lifetimes")).await?;
    let total: Decimal = tracks.iter().map(|track| track.unit_price()).sum();
    let invoice = Invoice::builder()
        .customer(&customer)
        .invoice_date(
            NaiveDate::from_ymd_opt(2026, 2, 28).and_then(|day| day.and_hms_opt(12, 30, 0)).expect("a date"),
        )
        .billing_city(customer.city().clone())
        .total(total)
        .build();
    let invoice = em.persist(invoice);
    for track in &tracks {
        let line = InvoiceLine::builder().track(track).unit_price(*track.unit_price()).quantity(1);
        em.persist(line.invoice(&invoice).build());
    }
    em.flush().await?;

    println!("  invoice {} over {total}", invoice.flushed()?.id());
    let sql = format!(
        "select i.InvoiceId, {}, Total, count(*), sum(UnitPrice) from Invoice i \
         join InvoiceLine l on l.InvoiceId = i.InvoiceId where CustomerId = ? \
         group by i.InvoiceId, InvoiceDate, Total order by 1 desc limit 1",
        checks.words.date("InvoiceDate")
    );
    let row = format!("{} | 2026-02-28T12:30:00 | 2.97 | 3 | 2.97", invoice.flushed()?.id());
    checks.same(&em, "new invoice", &[row], &sql, vec![Value::Int(*customer.id())]).await
}

/// A track moves from one album to another: both collections know before the flush.
async fn moved(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    let em = orm.em();
    let albums = em
        .find::<Album>()
        .filter(|a| a.id.in_([1, 4]))
        .populate(|a| a.tracks)
        .order_by(|a| a.id.asc())
        .await?;
    let (from, to) = (&albums[0], &albums[1]);
    let before = (from.tracks().len(), to.tracks().len());
    let track = from.tracks().get(0).expect("the album has tracks").handle();
    track.set_album(to);
    assert_eq!((from.tracks().len(), to.tracks().len()), (before.0 - 1, before.1 + 1));
    em.flush().await?;

    println!("  {:?} moved to {:?}", track.name(), to.title());
    let rows = [format!("1 | {}", before.0 - 1), format!("4 | {}", before.1 + 1)];
    let sql = "select AlbumId, count(*) from Track where AlbumId in (1, 4) group by 1 order by 1";
    checks.same(&em, "moved track", &rows, sql, vec![]).await
}

/// A playlist changes from both of its sides, loaded and not.
async fn playlists(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    let em = orm.em();
    let grunge =
        em.find_one_or_fail::<Playlist>().filter(|p| p.name.eq("Grunge")).populate(|p| p.tracks).await?;
    let mut expected: Vec<i64> = grunge.tracks().iter().map(|track| *track.id()).collect();
    let first = grunge.tracks().get(0).expect("the playlist has tracks");
    expected.retain(|id| id != first.id());
    grunge.tracks().remove(first)?;
    // From the other side, whose collection is not loaded.
    for track in em.find::<Track>().filter(|t| t.album.title.eq("Lifetimes")).await? {
        track.playlists().add(&grunge);
        expected.push(*track.id());
    }
    // A new one, with a track that nobody has loaded.
    let new = em.persist(Playlist::builder().name("Short").tracks([&em.reference::<Track>(2461)?]).build());
    // All of a long one leave, unseen.
    let long = em.find_by_id_or_fail::<Playlist>(8).await?;
    long.tracks().remove_all()?;
    em.flush().await?;

    println!("  playlist {:?} has {} tracks now", grunge.name().as_deref().unwrap_or("-"), expected.len());
    expected.sort_unstable();
    let rows: Vec<String> = expected.iter().map(i64::to_string).collect();
    let sql = "select TrackId from PlaylistTrack where PlaylistId = ? order by 1";
    checks.same(&em, "grunge", &rows, sql, vec![Value::Int(*grunge.id())]).await?;
    let new = *new.flushed()?.id();
    checks.same(&em, "new playlist", &["2461".to_owned()], sql, vec![Value::Int(new)]).await?;
    checks.same(&em, "emptied playlist", &[], sql, vec![Value::Int(8)]).await
}

/// Many rows change, in one batch; what has its price already is not written.
async fn prices(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    let em = orm.em();
    let sql = "select TrackId, case when Name = 'Jazz' then 1.29 else UnitPrice end from Track \
               left join Genre using (GenreId) order by 1";
    let sql = sql.replace("Name", "Genre.Name");
    let expected = checks.rows(&em, &sql, vec![]).await?;
    let jazz = em.find_one_or_fail::<Genre>().filter(|g| g.name.eq("Jazz")).populate(|g| g.tracks).await?;
    for track in jazz.tracks().iter() {
        track.set_unit_price(Decimal::new(129, 2));
    }
    em.flush().await?;

    println!("  {} tracks have a new price", jazz.tracks().len());
    let sql = "select TrackId, UnitPrice from Track order by 1";
    checks.same(&em, "prices", &expected, sql, vec![]).await
}

/// A self reference: who was on top reports to someone new, who is inserted first.
async fn new_boss(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    let em = orm.em();
    let top = em.find_one_or_fail::<Employee>().filter(|e| e.reports_to.is_null()).await?;
    let new = Employee::builder().first_name("Ferris").last_name("Crab").title("Owner").build();
    let new = em.persist(new);
    top.with_reports_to(&new);
    for employee in em.find::<Employee>().filter(|e| e.title.eq("IT Manager")).await? {
        employee.with_reports_to(&new);
    }
    em.flush().await?;

    println!("  {} reports to {}", top.last_name(), new.last_name());
    let sql = "select e.LastName from Employee e join Employee m on m.EmployeeId = e.ReportsTo \
               where m.LastName = 'Crab' order by 1";
    checks.same(&em, "new boss", &["Adams".to_owned(), "Mitchell".to_owned()], sql, vec![]).await
}

/// Removing cascades: a customer's invoices and their lines go first, as the foreign keys demand.
async fn removed(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    let em = orm.em();
    let sql = "select (select count(*) from Customer), (select count(*) from Invoice), \
               (select count(*) from InvoiceLine), (select count(*) from Playlist), (select count(*) from PlaylistTrack)";
    let counts = async |em: &EntityManager| -> orm::Result<[u64; 5]> {
        Ok([
            em.count::<Customer>().await?,
            em.count::<Invoice>().await?,
            em.count::<InvoiceLine>().await?,
            em.count::<Playlist>().await?,
            em.count::<Track>().filter(|t| t.playlists.id.is_not_null()).await?,
        ])
    };
    let before = counts(&em).await?;
    let customer = em.find_by_id_or_fail::<Customer>(59).populate(|c| c.invoices.lines).await?;
    let invoices = customer.invoices().len() as u64;
    let lines: usize = customer.invoices().iter().map(|invoice| invoice.lines().len()).sum();
    em.remove(&customer)?;
    // An orphan: a line that its invoice lets go of.
    let invoice = em.find_by_id_or_fail::<Invoice>(1).populate(|i| i.lines).await?;
    let line = invoice.lines().get(0).expect("the invoice has lines");
    invoice.set_total(invoice.total() - line.unit_price());
    invoice.lines().remove(line)?;
    // Chinook's pivot table has no `on delete cascade`, so its rows are taken out by hand.
    let playlist = em.find_by_id_or_fail::<Playlist>(16).await?;
    playlist.tracks().remove_all()?;
    em.remove(&playlist)?;
    em.flush().await?;

    println!("  1 customer, {invoices} invoices, {lines} lines removed; 1 orphan; 1 playlist");
    let after = counts(&em).await?;
    let expected = [before[0] - 1, before[1] - invoices, before[2] - lines as u64 - 1, before[3] - 1];
    assert_eq!(after[..4], expected);
    let pairs = checks.rows(&em, "select count(*) from PlaylistTrack", vec![]).await?;
    let row = format!("{} | {} | {} | {} | {}", after[0], after[1], after[2], after[3], pairs[0]);
    checks.same(&em, "removed", &[row], sql, vec![]).await?;
    let sql = "select Total, (select count(*) from InvoiceLine where InvoiceId = 1) from Invoice where InvoiceId = 1";
    checks.same(&em, "orphan", &["0.99 | 1".to_owned()], sql, vec![]).await
}

/// A transaction that fails leaves nothing behind, though it was flushed on the way.
async fn rolled_back(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    let em = orm.em();
    let before = checks.rows(&em, "select * from Genre order by 1", vec![]).await?;
    let outcome = em
        .transactional(async |em| {
            em.persist(Genre::builder().name("Polka").build());
            em.flush().await?;
            em.find_by_id_or_fail::<Genre>(9_999).await.map(drop)
        })
        .await;
    println!("  rolled back: {}", outcome.expect_err("there is no such genre"));
    checks.same(&em, "rolled back", &before, "select * from Genre order by 1", vec![]).await
}

/// What SQLite itself says of the file. Servers do not leave that question open.
async fn sound(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    match checks.words {
        Words::Sqlite => {}
        Words::Postgres | Words::MySql => return Ok(()),
    }
    let em = orm.em();
    checks.same(&em, "foreign keys", &[], "pragma foreign_key_check", vec![]).await?;
    checks.same(&em, "integrity", &["ok".to_owned()], "pragma integrity_check", vec![]).await
}
