//! SeaORM: models with relations, `find_also_related` for one, `load_many` for lists.

use std::path::Path;

use chrono::NaiveDateTime;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectOptions, Database, DatabaseConnection, EntityTrait, JoinType,
    LoaderTrait, QueryFilter, QuerySelect, RelationTrait, TransactionTrait,
};
use tokio::runtime::Runtime;

use crate::checksum::Checksum;
use crate::peer::{NewEntry, Peer, Result};
use crate::peers::current_thread_runtime;

mod item {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "item")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub note: Option<String>,
        pub quantity: i32,
        pub price: f64,
        pub active: bool,
        pub created_at: DateTime,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod entry {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "entry")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub note: Option<String>,
        pub quantity: i32,
        pub price: f64,
        pub active: bool,
        pub created_at: DateTime,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod author {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "author")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub email: String,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(has_many = "super::book::Entity")]
        Book,
    }

    impl Related<super::book::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Book.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod book {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "book")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub title: String,
        pub subtitle: Option<String>,
        pub pages: i32,
        pub author_id: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::author::Entity",
            from = "Column::AuthorId",
            to = "super::author::Column::Id"
        )]
        Author,
    }

    impl Related<super::author::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Author.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod blog {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "blog")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(has_many = "super::post::Entity")]
        Post,
    }

    impl Related<super::post::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Post.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod post {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "post")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub title: String,
        pub blog_id: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::blog::Entity",
            from = "Column::BlogId",
            to = "super::blog::Column::Id"
        )]
        Blog,
        #[sea_orm(has_many = "super::comment::Entity")]
        Comment,
    }

    impl Related<super::blog::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Blog.def()
        }
    }

    impl Related<super::comment::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Comment.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod comment {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "comment")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub body: String,
        pub post_id: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::post::Entity",
            from = "Column::PostId",
            to = "super::post::Column::Id"
        )]
        Post,
    }

    impl Related<super::post::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Post.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub struct SeaOrm {
    runtime: Runtime,
    database: DatabaseConnection,
    kept: Vec<item::Model>,
}

impl SeaOrm {
    pub fn open(path: &Path) -> Result<Self> {
        let runtime = current_thread_runtime()?;
        let mut options = ConnectOptions::new(format!("sqlite://{}", path.display()));
        options.max_connections(1).min_connections(1).test_before_acquire(false).sqlx_logging(false);
        options.map_sqlx_sqlite_opts(|options| {
            options
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .foreign_keys(true)
        });
        let database = runtime.block_on(Database::connect(options))?;
        Ok(Self { runtime, database, kept: Vec::new() })
    }
}

impl Peer for SeaOrm {
    fn name(&self) -> &'static str {
        "sea_orm"
    }

    fn load_10000x7(&mut self) -> Result {
        let mut checksum = Checksum::default();
        for item in self.runtime.block_on(item::Entity::find().all(&self.database))? {
            add(&mut checksum, &item);
        }
        Ok(checksum)
    }

    fn find_1000_by_key(&mut self, keys: &[i64]) -> Result {
        self.runtime.block_on(async {
            let mut checksum = Checksum::default();
            for key in keys {
                let item = item::Entity::find_by_id(*key).one(&self.database).await?;
                add(&mut checksum, &item.ok_or("there is no such item")?);
            }
            Ok(checksum)
        })
    }

    fn load_10000_joined_to_one(&mut self) -> Result {
        let query = book::Entity::find().find_also_related(author::Entity);
        let mut checksum = Checksum::default();
        for (book, author) in self.runtime.block_on(query.all(&self.database))? {
            checksum.book(book.id, &book.title, book.subtitle.as_deref(), book.pages, book.author_id);
            let author = author.ok_or("a book without author")?;
            checksum.author(author.id, &author.name, &author.email);
        }
        Ok(checksum)
    }

    fn roots_1000_children_10000(&mut self) -> Result {
        self.runtime.block_on(async {
            let authors = author::Entity::find().all(&self.database).await?;
            let books = authors.load_many(book::Entity, &self.database).await?;
            let mut checksum = Checksum::default();
            for (author, books) in authors.iter().zip(&books) {
                checksum.author(author.id, &author.name, &author.email);
                for book in books {
                    checksum.book(book.id, &book.title, book.subtitle.as_deref(), book.pages, book.author_id);
                }
            }
            Ok(checksum)
        })
    }

    fn three_levels_100x10x10(&mut self) -> Result {
        self.runtime.block_on(async {
            let blogs = blog::Entity::find().all(&self.database).await?;
            let posts = blogs.load_many(post::Entity, &self.database).await?;
            let counts: Vec<usize> = posts.iter().map(Vec::len).collect();
            let posts: Vec<post::Model> = posts.into_iter().flatten().collect();
            let comments = posts.load_many(comment::Entity, &self.database).await?;
            let mut checksum = Checksum::default();
            let mut posts = posts.iter().zip(&comments);
            for (blog, count) in blogs.iter().zip(counts) {
                checksum.blog(blog.id, &blog.name);
                for (post, comments) in posts.by_ref().take(count) {
                    checksum.post(post.id, &post.title, post.blog_id);
                    for comment in comments {
                        checksum.comment(comment.id, &comment.body, comment.post_id);
                    }
                }
            }
            Ok(checksum)
        })
    }

    fn partial(&mut self) -> Result {
        let query = book::Entity::find()
            .select_only()
            .columns([book::Column::Title, book::Column::Pages])
            .column(author::Column::Name)
            .join(JoinType::InnerJoin, book::Relation::Author.def())
            .into_tuple::<(String, i32, String)>();
        let mut checksum = Checksum::default();
        for (title, pages, author_name) in self.runtime.block_on(query.all(&self.database))? {
            checksum.teaser(&title, pages, &author_name);
        }
        Ok(checksum)
    }

    fn insert_1000(&mut self, entries: Vec<NewEntry>) -> Result<()> {
        let models = entries.into_iter().map(|entry| entry::ActiveModel {
            name: Set(entry.name),
            note: Set(entry.note),
            quantity: Set(entry.quantity),
            price: Set(entry.price),
            active: Set(entry.active),
            created_at: Set(entry.created_at),
            ..Default::default()
        });
        self.runtime.block_on(async {
            let transaction = self.database.begin().await?;
            entry::Entity::insert_many(models).exec_without_returning(&transaction).await?;
            Ok(transaction.commit().await?)
        })
    }

    fn keep_10000_loaded(&mut self) -> Result<()> {
        self.kept = self.runtime.block_on(item::Entity::find().all(&self.database))?;
        Ok(())
    }

    /// `update_many` by key: `ActiveModel::update` reads every row again.
    fn update_1000_of_10000(&mut self, quantity: i32) -> Result<()> {
        self.runtime.block_on(async {
            let transaction = self.database.begin().await?;
            for item in self.kept.iter_mut().step_by(10) {
                item.quantity = quantity;
                item::Entity::update_many()
                    .set(item::ActiveModel { quantity: Set(item.quantity), ..Default::default() })
                    .filter(item::Column::Id.eq(item.id))
                    .exec(&transaction)
                    .await?;
            }
            Ok(transaction.commit().await?)
        })
    }
}

fn add(checksum: &mut Checksum, item: &item::Model) {
    let item::Model { id, name, note, quantity, price, active, created_at } = item;
    let created_at: NaiveDateTime = *created_at;
    checksum.item(*id, name, note.as_deref(), *quantity, *price, *active, created_at);
}
