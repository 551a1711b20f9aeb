//! Ours: entities in an identity map, `read_only` finds, and writes by flush.

use std::path::Path;

use chrono::NaiveDateTime;
use orm::em::EntityManager;
use orm::prelude::*;
use tokio::runtime::Runtime;

use crate::checksum::Checksum;
use crate::peer::{NewEntry, Peer, Result};
use crate::peers::current_thread_runtime;

#[derive(Entity)]
pub struct Item {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
    pub note: Option<String>,
    pub quantity: i32,
    pub price: f64,
    pub active: bool,
    pub created_at: NaiveDateTime,
}

#[derive(Entity)]
pub struct Entry {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
    pub note: Option<String>,
    pub quantity: i32,
    pub price: f64,
    pub active: bool,
    pub created_at: NaiveDateTime,
}

#[derive(Entity)]
pub struct Author {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
    pub email: String,
    #[orm(mapped_by = author)]
    pub books: Collection<Book>,
}

#[derive(Entity)]
pub struct Book {
    #[orm(primary_key)]
    pub id: i64,
    pub title: String,
    pub subtitle: Option<String>,
    pub pages: i32,
    pub author: Ref<Author>,
}

#[derive(Entity)]
pub struct Blog {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
    #[orm(mapped_by = blog)]
    pub posts: Collection<Post>,
}

#[derive(Entity)]
pub struct Post {
    #[orm(primary_key)]
    pub id: i64,
    pub title: String,
    pub blog: Ref<Blog>,
    #[orm(mapped_by = post)]
    pub comments: Collection<Comment>,
}

#[derive(Entity)]
pub struct Comment {
    #[orm(primary_key)]
    pub id: i64,
    pub body: String,
    pub post: Ref<Post>,
}

pub struct Ours {
    runtime: Runtime,
    orm: Orm,
    kept: Option<Kept>,
}

struct Kept {
    em: EntityManager,
    items: Vec<Managed<Item>>,
}

impl Ours {
    pub fn open(path: &Path) -> Result<Self> {
        let orm = Orm::builder()
            .entity::<Item>()
            .entity::<Entry>()
            .entity::<Author>()
            .entity::<Blog>()
            .sqlite(path)?
            .build()?;
        Ok(Self { runtime: current_thread_runtime()?, orm, kept: None })
    }

    /// The entity manager of the kept items, outside of `self`.
    fn kept(&self) -> Result<&Kept> {
        Ok(self.kept.as_ref().ok_or("nothing is kept")?)
    }
}

impl Peer for Ours {
    fn name(&self) -> &'static str {
        "ours"
    }

    fn load_10000x7(&mut self) -> Result {
        let em = self.orm.em();
        self.runtime.block_on(async {
            let mut checksum = Checksum::default();
            for item in &em.find_all::<Item>().await? {
                add(&mut checksum, item);
            }
            Ok(checksum)
        })
    }

    fn load_10000x7_read_only(&mut self) -> Result {
        let em = self.orm.em();
        self.runtime.block_on(async {
            let mut checksum = Checksum::default();
            for item in &em.find_all::<Item>().read_only().await? {
                add(&mut checksum, item);
            }
            Ok(checksum)
        })
    }

    /// In one fresh identity map, which holds none of them.
    fn find_1000_by_key(&mut self, keys: &[i64]) -> Result {
        let em = self.orm.em();
        self.runtime.block_on(async {
            let mut checksum = Checksum::default();
            for key in keys {
                add(&mut checksum, &em.find_by_id_or_fail::<Item>(*key).await?);
            }
            Ok(checksum)
        })
    }

    fn load_10000_joined_to_one(&mut self) -> Result {
        let em = self.orm.em();
        self.runtime.block_on(async {
            let mut checksum = Checksum::default();
            for book in &em.find_all::<Book>().populate(|b| b.author).await? {
                let author = book.author();
                checksum.book(
                    *book.id(),
                    book.title(),
                    book.subtitle().as_deref(),
                    *book.pages(),
                    *author.id(),
                );
                checksum.author(*author.id(), author.name(), author.email());
            }
            Ok(checksum)
        })
    }

    fn roots_1000_children_10000(&mut self) -> Result {
        let em = self.orm.em();
        self.runtime.block_on(async {
            let mut checksum = Checksum::default();
            for author in &em.find_all::<Author>().populate(|a| a.books).strategy(Strategy::Balanced).await? {
                checksum.author(*author.id(), author.name(), author.email());
                for book in author.books().iter() {
                    let author_id = *book.author().id();
                    checksum.book(
                        *book.id(),
                        book.title(),
                        book.subtitle().as_deref(),
                        *book.pages(),
                        author_id,
                    );
                }
            }
            Ok(checksum)
        })
    }

    fn three_levels_100x10x10(&mut self) -> Result {
        let em = self.orm.em();
        self.runtime.block_on(async {
            let mut checksum = Checksum::default();
            for blog in
                &em.find_all::<Blog>().populate(|b| b.posts.comments).strategy(Strategy::Balanced).await?
            {
                checksum.blog(*blog.id(), blog.name());
                for post in blog.posts().iter() {
                    checksum.post(*post.id(), post.title(), *post.blog().id());
                    for comment in post.comments().iter() {
                        checksum.comment(*comment.id(), comment.body(), *comment.post().id());
                    }
                }
            }
            Ok(checksum)
        })
    }

    fn partial(&mut self) -> Result {
        let em = self.orm.em();
        self.runtime.block_on(async {
            let mut checksum = Checksum::default();
            for book in &em.find_all::<Book>().fields(|b| (b.title, b.pages, b.author.name)).await? {
                checksum.teaser(book.title(), *book.pages(), book.author().name());
            }
            Ok(checksum)
        })
    }

    /// Gives back the keys, too, which no other peer does.
    fn insert_1000(&mut self, entries: Vec<NewEntry>) -> Result<()> {
        let em = self.orm.em();
        for NewEntry { name, note, quantity, price, active, created_at } in entries {
            em.persist(
                Entry::builder()
                    .name(name)
                    .note(note)
                    .quantity(quantity)
                    .price(price)
                    .active(active)
                    .created_at(created_at)
                    .build(),
            );
        }
        Ok(self.runtime.block_on(em.flush())?)
    }

    fn keep_10000_loaded(&mut self) -> Result<()> {
        self.kept = None;
        let em = self.orm.em();
        let items = self.runtime.block_on(async { em.find_all::<Item>().await })?;
        self.kept = Some(Kept { em, items });
        Ok(())
    }

    fn update_1000_of_10000(&mut self, quantity: i32) -> Result<()> {
        let Kept { em, items } = self.kept()?;
        for item in items.iter().step_by(10) {
            item.set_quantity(quantity);
        }
        Ok(self.runtime.block_on(em.flush())?)
    }

    fn has_unit_of_work(&self) -> bool {
        true
    }

    fn flush_nothing(&mut self, times: u32) -> Result<()> {
        let em = &self.kept()?.em;
        self.runtime.block_on(async {
            for _ in 0..times {
                em.flush().await?;
            }
            Ok(())
        })
    }
}

fn add(checksum: &mut Checksum, item: &Managed<Item>) {
    let note = item.note().as_deref();
    let (quantity, price) = (*item.quantity(), *item.price());
    checksum.item(*item.id(), item.name(), note, quantity, price, *item.active(), *item.created_at());
}
