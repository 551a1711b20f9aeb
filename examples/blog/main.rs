//! A blog on a SQLite file: `cargo run --example blog [path]`. Every chapter shows its code, what came back, and the SQL.

#![allow(clippy::print_stdout, reason = "printing is what the example is for")]
#![allow(unreachable_pub, reason = "a program exports nothing; `pub` is what reads well")]

mod entities;
mod fill;
mod story;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use orm::prelude::*;
use orm::sqlite::SqliteOptions;

use entities::{Article, Author, Comment, Status, Tag};
use story::Story;

#[tokio::main]
async fn main() -> orm::Result<()> {
    let path = path();
    let story = Story::new(include_str!("main.rs"));
    let orm = open(&story, &path).await?;
    fill(&story, &orm).await?;
    one_article(&story, &orm).await?;
    partial(&story, &orm).await?;
    nested(&story, &orm).await?;
    through_relations(&story, &orm).await?;
    unit_of_work(&story, &orm).await?;
    failure(&story, &orm).await?;
    pages(&story, &orm).await?;
    json(&story, &orm).await?;
    orm.close().await;
    println!("The database is {}, the code is in examples/blog.", path.display());
    Ok(())
}

/// The first argument, or a file in the folder for temporary files. What was there before is removed.
fn path() -> PathBuf {
    let given = std::env::args_os().nth(1).map(PathBuf::from);
    let path = given.unwrap_or_else(|| std::env::temp_dir().join("orm-blog.sqlite"));
    for suffix in ["", "-wal", "-shm"] {
        let mut file = path.clone().into_os_string();
        file.push(suffix);
        let _ = std::fs::remove_file(file);
    }
    path
}

async fn open(story: &Story, path: &std::path::Path) -> orm::Result<Orm> {
    story.chapter(
        "A database",
        "Entities are structs, see examples/blog/entities.rs. Tables follow from them.",
    );
    story.code(line!());
    let options = SqliteOptions::new(path).logger(Arc::new(story.clone()));
    let orm = Orm::builder().entity::<Article>().sqlite(options)?.connect().await?;
    orm.schema().create().await?;

    let tables = orm.schema().target().await?.tables;
    story.result(tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>().join(", "));
    story.sql_of(|sql| sql.starts_with("create"), 2);
    Ok(orm)
}

async fn fill(story: &Story, orm: &Orm) -> orm::Result<()> {
    story.chapter(
        "New entities",
        "`persist` only takes note; `flush` writes all of it, in batches and in the right order.",
    );
    story.code(line!());
    let em = orm.em();
    let ada = em.persist(Author::builder().name("Ada").email("ada@example.com").build());
    let rust = em.persist(Tag::builder().name("rust").build());
    let article = Article::builder()
        .title("Ownership, slowly")
        .body("Once upon a time there was a value…")
        .author(&ada)
        .tags([&rust])
        .build(); // without `.title(…)` this does not compile
    em.persist(article);
    fill::the_rest(&em);
    em.flush().await?;

    story.result(format!("{} is author {}", ada.name(), ada.flushed()?.id()));
    story.sql();
    Ok(())
}

async fn one_article(story: &Story, orm: &Orm) -> orm::Result<()> {
    story.chapter(
        "The same row is the same entity",
        "An entity manager keeps one instance of each row it has seen.",
    );
    story.code(line!());
    let em = orm.em();
    let article = em.find_one_or_fail::<Article>().filter(|a| a.title.starts_with("Ownership")).await?;
    let again = em.find_by_id_or_fail::<Article>(*article.id()).await?; // asks nobody
    assert!(article == again);

    story.result(format!("{} by author {}, {:?}", article.title(), article.author().id(), article.status()));
    story.sql();
    Ok(())
}

async fn partial(story: &Story, orm: &Orm) -> orm::Result<()> {
    story.chapter(
        "Partial loading",
        "The result's type knows what was asked for. Reading anything else does not compile.",
    );
    story.code(line!());
    let em = orm.em();
    let articles = em
        .find::<Article>()
        .fields(|a| (a.title, a.views, a.author.name))
        .filter(|a| a.status.eq(Status::Published))
        .order_by(|a| a.views.desc())
        .limit(3)
        .await?;
    // articles[0].status();           error: `article::status` is not loaded by this query
    // articles[0].author().email();   error: `author::email` is not loaded by this query

    for article in &articles {
        story.result(format!(
            "{:>5} views  {:24} {}",
            article.views(),
            article.title(),
            article.author().name()
        ));
    }
    story.sql();
    Ok(())
}

async fn nested(story: &Story, orm: &Orm) -> orm::Result<()> {
    story.chapter(
        "Relations of relations",
        "Collections and references come along, as deep as you like, in one query.",
    );
    story.code(line!());
    let em = orm.em();
    let authors = em
        .find::<Author>()
        .populate(|a| (a.articles.tags, a.articles.comments))
        .exclude(|a| a.email)
        .order_by(|a| a.name.asc())
        .await?;

    for author in &authors {
        story.result(author.name());
        for article in author.articles().iter() {
            let tags: Vec<&str> = article.tags().iter().map(|tag| tag.name().as_str()).collect();
            let comments = article.comments().len();
            story.result(format!("   {:24} [{}], comments: {comments}", article.title(), tags.join(", ")));
        }
    }
    story.sql();
    Ok(())
}

async fn through_relations(story: &Story, orm: &Orm) -> orm::Result<()> {
    story.chapter(
        "Filters through relations",
        "A condition may follow relations; `populate_inferred` loads what it followed.",
    );
    story.code(line!());
    let em = orm.em();
    let tags = em
        .find::<Tag>()
        .filter(|t| t.articles.author.name.eq("Grace").and(t.articles.views.gt(100)))
        .populate_inferred()
        .order_by(|t| t.name.asc())
        .await?;

    for tag in &tags {
        for article in tag.articles().iter() {
            let author = article.author().name();
            story.result(format!(
                "{:10} {} by {author}, {} views",
                tag.name(),
                article.title(),
                article.views()
            ));
        }
    }
    story.sql();
    Ok(())
}

async fn unit_of_work(story: &Story, orm: &Orm) -> orm::Result<()> {
    story.chapter(
        "A unit of work",
        "Change what you like. One flush finds out what changed and writes that, in one transaction.",
    );
    let em = orm.em();
    let find = || em.find_one_or_fail::<Article>().populate(|a| (a.tags, a.comments));
    let draft = find().filter(|a| a.status.eq(Status::Draft)).await?;
    let popular = find().order_by(|a| a.views.desc()).await?;
    let alan = em.find_one_or_fail::<Author>().filter(|a| a.name.eq("Alan")).await?;
    story.code(line!());
    draft.set_status(Status::Published);
    draft.set_published_on(NaiveDate::from_ymd_opt(2024, 6, 1));
    draft.set_author(&alan);
    draft.tags().add(Tag::builder().name("news").build());
    popular.set_views(popular.views() + 1);
    popular.set_title(popular.title().clone()); // the same as before: nothing to write
    em.persist(Comment::builder().reader("Edsger").text("Considered helpful.").article(&popular).build());
    for comment in popular.comments().iter().filter(|comment| comment.reader() == "Bot") {
        em.remove(comment)?;
    }
    em.flush().await?;

    story.result(format!("{} is {:?} now, by {}", draft.title(), draft.status(), draft.author().id()));
    let readers: Vec<&str> = popular.comments().iter().map(|comment| comment.reader().as_str()).collect();
    story.result(format!("{} has comments of {}", popular.title(), readers.join(", ")));
    story.sql();
    story.code(line!());
    em.flush().await?; // nothing changed since

    story.result("nothing to do");
    story.sql();
    Ok(())
}

async fn failure(story: &Story, orm: &Orm) -> orm::Result<()> {
    story.chapter(
        "When a flush fails",
        "Nothing of it is written, nothing is forgotten, and the error says what to do.",
    );
    let em = orm.em();
    let ada = em.find_one_or_fail::<Author>().filter(|a| a.name.eq("Ada")).await?;
    story.code(line!());
    ada.set_name("Ada Lovelace");
    let double = em.persist(Author::builder().name("Grace").email("grace@example.com").build());
    let error = em.flush().await.expect_err("there is an author with this address");
    em.remove(&double)?;
    em.flush().await?;

    story.result(error.to_string());
    story.sql();
    Ok(())
}

async fn pages(story: &Story, orm: &Orm) -> orm::Result<()> {
    story.chapter("Pages", "A limit counts entities, not rows, however many tags are joined.");
    story.code(line!());
    let em = orm.em();
    let (page, total) = em
        .find_and_count::<Article>()
        .populate(|a| a.tags)
        .order_by(|a| a.title.asc())
        .limit(3)
        .offset(3)
        .await?;

    story.result(format!("{total} articles; number 4 to {}:", 3 + page.len()));
    for article in &page {
        let tags: Vec<&str> = article.tags().iter().map(|tag| tag.name().as_str()).collect();
        story.result(format!("   {:24} [{}]", article.title(), tags.join(", ")));
    }
    story.sql();
    Ok(())
}

async fn json(story: &Story, orm: &Orm) -> orm::Result<()> {
    story.chapter(
        "JSON",
        "Exactly what was asked for: relations as objects or keys, and nothing that is hidden.",
    );
    story.code(line!());
    let em = orm.em();
    let article = em.find_by_id_or_fail::<Article>(1).populate(|a| a.author).exclude(|a| a.version).await?;
    let json = article.to_dto().to_json().expect("texts and numbers can be JSON");

    story.result(format!("{json:#}"));
    story.sql();
    Ok(())
}
