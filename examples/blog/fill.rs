//! What the blog begins with, beside the first author's article.

use chrono::NaiveDate;
use orm::prelude::*;

use crate::entities::{Article, Author, Comment, Status, Tag};

/// Persists it. Nothing is written before the caller's flush.
pub fn the_rest(em: &EntityManager) {
    let author = |name, email| em.persist(Author::builder().name(name).email(email).build());
    let (grace, alan) = (author("Grace", "grace@example.com"), author("Alan", "alan@example.com"));

    let tag = |name| em.persist(Tag::builder().name(name).build());
    let (sql, machines, history) = (tag("sql"), tag("machines"), tag("history"));

    let articles = [
        ("Joins without tears", &grace, vec![&sql], 467, &["Edgar"][..]),
        ("The first bug", &grace, vec![&history, &machines], 1_033, &["Donald", "Bot", "Ken"]),
        ("A nanosecond of wire", &grace, vec![&history], 96, &[]),
        ("Can tables think?", &alan, vec![&sql, &history], 350, &["John"]),
        ("Halting, eventually", &alan, vec![&machines], 128, &[]),
    ];
    for (day, (title, author, tags, views, readers)) in (1..).zip(articles) {
        let article = Article::builder()
            .title(title)
            .body("…")
            .status(Status::Published)
            .views(views)
            .published_on(NaiveDate::from_ymd_opt(2024, 5, day))
            .author(author)
            .tags(tags)
            .build();
        let article = em.persist(article);
        for reader in readers {
            let text = if *reader == "Bot" { "Buy cheap pointers!" } else { "I learned something." };
            em.persist(Comment::builder().reader(*reader).text(text).article(&article).build());
        }
    }
}
