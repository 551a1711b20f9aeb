//! Entities for tests: a library, with every kind of relation and key.

use std::any::TypeId;
use std::sync::Arc;

use orm_core::arena::Store;
use orm_core::meta::{EntityId, EntityMeta, PropertyMeta, Registry, RelationKind};
use orm_core::naming::SnakeCase;
use orm_core::query::{
    Branch, Condition, Direction, EntityFilter, Filters, Nulls, Order, Path, RootFilter, Select, Selection,
    SelectionKey, Test,
};
use orm_core::value::Value;
use rust_decimal::Decimal;

fn no_store() -> Box<dyn Store> {
    unreachable!("these tests make no nodes")
}

macro_rules! entity {
    ($name:ident, $meta:ident, [$($key:literal),*], [$($property:expr),* $(,)?]) => {
        struct $name;
        static $meta: EntityMeta = EntityMeta {
            properties: &[$($property),*],
            primary_key: &[$($key),*],
            ..EntityMeta::new(stringify!($name), TypeId::of::<$name>, no_store)
        };
    };
}

entity!(
    Author,
    AUTHOR,
    [0],
    [
        PropertyMeta::scalar::<i64>("id").primary().auto_increment(),
        PropertyMeta::scalar::<String>("name"),
        PropertyMeta::scalar::<Option<String>>("email").unique(),
        PropertyMeta::scalar::<Option<i32>>("age"),
        PropertyMeta::relation("favourite", RelationKind::ManyToOne, || &BOOK).nullable(),
        PropertyMeta::relation("books", RelationKind::OneToMany, || &BOOK).mapped_by("author"),
        PropertyMeta::relation("address", RelationKind::OneToOneInverse, || &ADDRESS),
        PropertyMeta::scalar::<i32>("version").version(),
    ]
);

entity!(
    Book,
    BOOK,
    [0],
    [
        PropertyMeta::scalar::<i64>("id").primary().auto_increment(),
        PropertyMeta::scalar::<String>("title"),
        PropertyMeta::scalar::<Option<Decimal>>("price"),
        PropertyMeta::relation("author", RelationKind::ManyToOne, || &AUTHOR),
        PropertyMeta::relation("publisher", RelationKind::ManyToOne, || &PUBLISHER).nullable(),
        PropertyMeta::relation("tags", RelationKind::ManyToManyOwner, || &TAG).fixed_order("position"),
        PropertyMeta::relation("lines", RelationKind::OneToMany, || &LINE).order_by(("quantity", true)),
    ]
);

entity!(
    Publisher,
    PUBLISHER,
    [0],
    [
        PropertyMeta::scalar::<i64>("id").primary().auto_increment(),
        PropertyMeta::scalar::<String>("name"),
        PropertyMeta::relation("director", RelationKind::ManyToOne, || &AUTHOR),
    ]
);

entity!(
    Tag,
    TAG,
    [0],
    [
        PropertyMeta::scalar::<String>("name").primary(),
        PropertyMeta::relation("books", RelationKind::ManyToManyInverse, || &BOOK),
    ]
);

// Its key is its relation.
entity!(
    Address,
    ADDRESS,
    [0],
    [
        PropertyMeta::relation("author", RelationKind::OneToOneOwner, || &AUTHOR).primary(),
        PropertyMeta::scalar::<String>("city"),
    ]
);

// Its key has two parts, one of them a relation.
entity!(
    Line,
    LINE,
    [0, 1],
    [
        PropertyMeta::relation("book", RelationKind::ManyToOne, || &BOOK).primary(),
        PropertyMeta::scalar::<i32>("number").primary(),
        PropertyMeta::scalar::<i32>("quantity"),
        PropertyMeta::relation("notes", RelationKind::OneToMany, || &NOTE),
    ]
);

entity!(
    Note,
    NOTE,
    [0],
    [
        PropertyMeta::scalar::<i64>("id").primary().auto_increment(),
        PropertyMeta::scalar::<String>("text"),
        PropertyMeta::relation("line", RelationKind::ManyToOne, || &LINE).nullable(),
    ]
);

// It has a document.
entity!(
    Device,
    DEVICE,
    [0],
    [
        PropertyMeta::scalar::<i64>("id").primary().auto_increment(),
        PropertyMeta::scalar::<Option<serde_json::Value>>("data"),
        PropertyMeta::relation("owner", RelationKind::ManyToOne, || &AUTHOR).nullable(),
    ]
);

/// The tables of the library.
pub(crate) const SCHEMA: &str = r#"
    create table author (id integer primary key, name text not null, email text unique, age integer,
        favourite_id integer references book (id) on delete set null, version integer not null default 1);
    create table publisher (id integer primary key, name text not null,
        director_id integer not null references author (id));
    create table book (id integer primary key, title text not null, price numeric,
        author_id integer not null references author (id), publisher_id integer references publisher (id));
    create table tag (name text primary key) without rowid;
    create table book_tags (position integer primary key, book_id integer not null references book (id) on delete cascade,
        tag_name text not null references tag (name), unique (book_id, tag_name));
    create table address (author_id integer primary key references author (id), city text not null);
    create table line (book_id integer not null references book (id), number integer not null,
        quantity integer not null, primary key (book_id, number));
    create table note (id integer primary key, text text not null, line_book_id integer, line_number integer,
        foreign key (line_book_id, line_number) references line (book_id, number));
    create table device (id integer primary key, data json_text, owner_id integer references author (id));
"#;

pub(crate) fn registry() -> Arc<Registry> {
    Arc::new(Registry::build(&[&AUTHOR, &DEVICE], &SnakeCase).expect("the library's entities fit together"))
}

pub(crate) fn entity(registry: &Registry, name: &str) -> EntityId {
    registry.entities().find(|entity| entity.meta.name == name).expect("the library has such an entity").id
}

/// The properties that `author.books.title` names, from an entity on.
pub(crate) fn path(registry: &Registry, entity: EntityId, path: &str) -> Path {
    let mut model = registry.entity(entity);
    let mut steps = Path::default();
    for name in path.split('.').filter(|name| !name.is_empty()) {
        let index = model.meta.property_index(name).expect("the entity has such a property");
        steps.0.push(index as u16);
        if let Some(relation) = &model.properties[index].relation {
            model = registry.target(relation);
        }
    }
    steps
}

/// Builds selects over the library by names.
pub(crate) struct Query {
    pub(crate) registry: Arc<Registry>,
    pub(crate) select: Select,
}

impl Query {
    /// All columns of an entity.
    pub(crate) fn new(name: &str) -> Self {
        let registry = registry();
        let entity = entity(&registry, name);
        let selection = selection(&registry, entity);
        let select = Select {
            selection: Arc::new(selection),
            selection_key: SelectionKey(0),
            repeats: true,
            condition: Condition::always(),
            order: Vec::new(),
            limit: None,
            offset: None,
            distinct: false,
            pivot: None,
            is_point_read: false,
            filters: None,
            root_filter: RootFilter::Seen,
            lock: None,
        };
        Self { registry, select }
    }

    pub(crate) fn root(&self) -> EntityId {
        self.select.selection.entity
    }

    pub(crate) fn path(&self, text: &str) -> Path {
        path(&self.registry, self.root(), text)
    }

    /// Only these columns.
    pub(crate) fn columns(mut self, columns: &[usize]) -> Self {
        Arc::make_mut(&mut self.select.selection).columns = columns.to_vec();
        self
    }

    /// Joins a relation with the key of its target; `!` behind the path shares the condition's join.
    pub(crate) fn populate(mut self, text: &str) -> Self {
        let shared = text.ends_with('!');
        let steps = self.path(text.trim_end_matches('!'));
        let registry = Arc::clone(&self.registry);
        let mut at = Arc::make_mut(&mut self.select.selection);
        for step in steps.0 {
            let property = usize::from(step);
            let relation = registry.entity(at.entity).properties[property].relation.as_ref().unwrap();
            let position = at.branches.iter().position(|branch| branch.property == property);
            let position = position.unwrap_or_else(|| {
                let mut selection = selection(&registry, relation.target);
                selection.columns = registry.entity(relation.target).key_columns.clone();
                at.branches.push(Branch { property, selection, shares_condition_join: shared });
                at.branches.len() - 1
            });
            at = &mut at.branches[position].selection;
        }
        self
    }

    pub(crate) fn filter(self, path: &str, test: Test) -> Self {
        let condition = Condition::Property(self.path(path), test);
        self.condition(condition)
    }

    pub(crate) fn condition(mut self, condition: Condition) -> Self {
        self.select.condition = std::mem::take(&mut self.select.condition).and(condition);
        self
    }

    /// A named filter of an entity.
    pub(crate) fn named(self, name: &str, path: &str, test: Test, is_strict: bool) -> Self {
        let target = entity(&self.registry, name);
        let condition = Condition::Property(self::path(&self.registry, target, path), test);
        self.named_condition(name, condition, is_strict)
    }

    pub(crate) fn named_condition(mut self, name: &str, condition: Condition, is_strict: bool) -> Self {
        let filter = EntityFilter { condition: Ok(condition), is_strict };
        let others = self.select.filters.iter().flat_map(|filters| filters.iter());
        let others = others.map(|(position, filter)| (EntityId(position as u32), filter.clone()));
        let all = others.chain([(entity(&self.registry, name), filter)]);
        self.select.filters = Some(Arc::new(Filters::new(all)));
        self
    }

    pub(crate) fn order(mut self, path: &str) -> Self {
        let (path, direction) = match path.strip_suffix(" desc") {
            Some(path) => (path, Direction::Descending),
            None => (path, Direction::Ascending),
        };
        let path = self.path(path);
        self.select.order.push(Order { path, json: None, direction, nulls: Nulls::Natural });
        self
    }

    pub(crate) fn limit(mut self, limit: u64) -> Self {
        self.select.limit = Some(limit);
        self
    }

    pub(crate) fn offset(mut self, offset: u64) -> Self {
        self.select.offset = Some(offset);
        self
    }
}

fn selection(registry: &Registry, entity: EntityId) -> Selection {
    let model = registry.entity(entity);
    let mut columns = model.key_columns.clone();
    columns.extend((0..model.columns.len()).filter(|column| !model.key_columns.contains(column)));
    Selection { entity, columns, branches: Vec::new() }
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.into())
}
