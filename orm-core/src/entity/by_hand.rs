//! What the derive generates, written by hand: the specification of `orm-macros`'s `emit`, and a test of it.
//!
//! ```ignore
//! #[derive(Entity)]
//! pub struct Author {
//!     #[orm(primary_key)]
//!     pub id: i64,
//!     pub name: String,
//!     #[orm(hidden)]
//!     pub email: Option<String>,
//!     pub books: Collection<Book>,
//! }
//!
//! #[derive(Entity)]
//! pub struct Book {
//!     #[orm(primary_key)]
//!     pub id: i64,
//!     #[orm(unique)]
//!     pub title: String,
//!     #[orm(default = 1)]
//!     pub pages: i32,
//!     pub author: Ref<Author>,
//!     pub editor: Option<Ref<Author>>,
//! }
//! ```
#![allow(dead_code, reason = "a user calls some of it")]

use crate::entity::{Collection, Ref};

pub(crate) struct Author {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) books: Collection<Book>,
}

pub(crate) struct Book {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) pages: i32,
    pub(crate) author: Ref<Author>,
    pub(crate) editor: Option<Ref<Author>>,
}

// ---- derive(Entity) for Author. Outside of the const block stands only what a user may name. ----------------------

#[doc = "The properties of [`Author`] as types."]
#[allow(non_camel_case_types)]
pub(crate) mod author {
    pub(crate) struct id;
    pub(crate) struct name;
    pub(crate) struct email;
    pub(crate) struct books;
}

#[doc = "What is known of an [`Author`], property by property."]
pub(crate) struct AuthorShape<P0, P1, P2, P3>(::core::marker::PhantomData<fn() -> (P0, P1, P2, P3)>);

#[doc = "An [`Author`] of which the shape `S` is known."]
#[repr(transparent)]
pub(crate) struct AuthorView<S>(
    crate::__private::Node<<Author as crate::__private::Entity>::Record>,
    ::core::marker::PhantomData<fn() -> S>,
);

#[doc = "The paths of an [`Author`]."]
pub(crate) struct AuthorPaths<E, P> {
    pub(crate) id: crate::__private::Path<E, crate::__private::Step<author::id, P>>,
    pub(crate) name: crate::__private::Path<E, crate::__private::Step<author::name, P>>,
    pub(crate) email: crate::__private::Path<E, crate::__private::Step<author::email, P>>,
    pub(crate) books: crate::__private::Rel<E, crate::__private::Step<author::books, P>>,
}

#[doc = "Makes a new [`Author`]; `S` says what was given."]
#[must_use = "a builder makes nothing until `build()`"]
pub(crate) struct AuthorBuilder<S>(crate::__private::Draft, ::core::marker::PhantomData<fn() -> S>);

const _: () = {
    use crate::__private as __orm;

    // The slots. `Default` is derived.
    #[derive(::core::default::Default)]
    pub(crate) struct __Record {
        id: __orm::Slot<i64>,
        name: __orm::Slot<String>,
        email: __orm::Slot<Option<String>>,
        books: __orm::Items,
    }

    // SAFETY: the static and the slots are this record's own.
    #[allow(unsafe_code)]
    unsafe impl __orm::Record for __Record {
        type Key = i64;
        fn meta() -> &'static __orm::EntityMeta {
            static META: __orm::EntityMeta = __orm::EntityMeta {
                properties: &[
                    __orm::PropertyMeta::scalar::<i64>("id").primary().auto_increment(),
                    __orm::PropertyMeta::scalar::<String>("name"),
                    __orm::PropertyMeta::scalar::<Option<String>>("email").hidden(),
                    __orm::PropertyMeta::relation(
                        "books",
                        __orm::RelationKind::OneToMany,
                        <Book as __orm::Entity>::meta,
                    ),
                ],
                primary_key: &[0],
                ..__orm::EntityMeta::new(
                    "Author",
                    ::core::any::TypeId::of::<Author>,
                    __orm::new_store::<__Record>,
                )
            };
            &META
        }
        fn slot(&self, property: usize) -> __orm::SlotRef<'_> {
            match property {
                0 => __orm::SlotRef::Value(&self.id),
                1 => __orm::SlotRef::Value(&self.name),
                2 => __orm::SlotRef::Value(&self.email),
                _ => __orm::SlotRef::ToMany(&self.books),
            }
        }
        fn slot_mut(&mut self, property: usize) -> __orm::SlotMut<'_> {
            match property {
                0 => __orm::SlotMut::Value(&mut self.id),
                1 => __orm::SlotMut::Value(&mut self.name),
                2 => __orm::SlotMut::Value(&mut self.email),
                _ => __orm::SlotMut::ToMany(&mut self.books),
            }
        }
    }

    impl __orm::Entity for Author {
        type Record = __Record;
        type Key = i64;
        // Scalars: Yes (lazy: No); to-one: Key (one_to_one inverse: Key too; eager: With<Whole of the target>); collections: No.
        type Whole = AuthorShape<__orm::Yes, __orm::Yes, __orm::Yes, __orm::No>;
        // As Whole, but eager relations as if they were not.
        type Plain = Self::Whole;
        type KeyOnly = AuthorShape<__orm::Yes, __orm::No, __orm::No, __orm::No>;
        // The key is Later where the database generates it (auto_increment, default_sql), Yes for a scalar otherwise,
        // Key for a relation that belongs to the key.
        type Unflushed = AuthorShape<__orm::Later, __orm::No, __orm::No, __orm::No>;
        type Unset = AuthorShape<__orm::Unset, __orm::Unset, __orm::Unset, __orm::Unset>;
        type View<S: __orm::Shape> = AuthorView<S>;
        type Paths<E: 'static, P: 'static> = AuthorPaths<E, P>;
    }

    impl<P0, P1, P2, P3> __orm::Shape for AuthorShape<P0, P1, P2, P3>
    where
        P0: __orm::Atom,
        P1: __orm::Atom,
        P2: __orm::Atom,
        P3: __orm::Atom,
    {
        type Entity = Author;
        // The key stays; everything else becomes what is left of it.
        type Bare = AuthorShape<P0, P1::Bare, P2::Bare, P3::Bare>;
        // Relations (and lazy scalars) are populated; everything else stays.
        type Populated =
            AuthorShape<P0, P1, P2, P3::OrPopulated<__orm::With<<Book as __orm::Entity>::Whole>>>;
        type Flushed = AuthorShape<P0::Flushed, P1::Flushed, P2::Flushed, P3::Flushed>;
        // What an unset property is in a new entity: generated by the database: Later; other scalars: Yes; to-one: Key;
        // collections: With<Unflushed of the target>.
        type Built = AuthorShape<
            P0::Or<__orm::Later>,
            P1::Or<__orm::Yes>,
            P2::Or<__orm::Yes>,
            P3::Or<__orm::With<<Book as __orm::Entity>::Unflushed>>,
        >;
        fn known() -> ::std::vec::Vec<__orm::Known> {
            ::std::vec![P0::known(), P1::known(), P2::known(), P3::known()]
        }
    }

    // Only for entities whose key the database generates: P0 is Yes. For others: all positions free.
    impl<P1, P2, P3> __orm::KeyKnown for AuthorShape<__orm::Yes, P1, P2, P3> {}

    #[diagnostic::do_not_recommend]
    impl<P0, P1, P2, P3, Q0, Q1, Q2, Q3> __orm::Covers<AuthorShape<Q0, Q1, Q2, Q3>>
        for AuthorShape<P0, P1, P2, P3>
    where
        P0: __orm::Covers<Q0>,
        P1: __orm::Covers<Q1>,
        P2: __orm::Covers<Q2>,
        P3: __orm::Covers<Q3>,
    {
    }

    // Each property: Field (+ Relation), Prop, Opt/Hidden/Visible, Named.
    impl __orm::Field for author::id {
        type Entity = Author;
        type Value = i64;
        type Selected = __orm::Yes;
        type Populated = __orm::Yes;
        const NAME: &'static str = "id";
        const INDEX: usize = 0;
    }
    impl __orm::Opt for author::id {}
    impl __orm::Visible for author::id {}
    impl __orm::Named<{ __orm::hash_name("id") }> for Author {
        type Field = author::id;
    }
    impl<P0: __orm::Atom, P1: __orm::Atom, P2: __orm::Atom, P3: __orm::Atom> __orm::Prop<author::id>
        for AuthorShape<P0, P1, P2, P3>
    {
        type Atom = P0;
        type Put<A: __orm::Atom> = AuthorShape<A, P1, P2, P3>;
    }
    impl __orm::Field for author::name {
        type Entity = Author;
        type Value = String;
        type Selected = __orm::Yes;
        type Populated = __orm::Yes;
        const NAME: &'static str = "name";
        const INDEX: usize = 1;
    }
    impl __orm::Visible for author::name {}
    impl __orm::Named<{ __orm::hash_name("name") }> for Author {
        type Field = author::name;
    }
    impl<P0: __orm::Atom, P1: __orm::Atom, P2: __orm::Atom, P3: __orm::Atom> __orm::Prop<author::name>
        for AuthorShape<P0, P1, P2, P3>
    {
        type Atom = P1;
        type Put<A: __orm::Atom> = AuthorShape<P0, A, P2, P3>;
    }
    impl __orm::Field for author::email {
        type Entity = Author;
        type Value = Option<String>;
        type Selected = __orm::Yes;
        type Populated = __orm::Yes;
        const NAME: &'static str = "email";
        const INDEX: usize = 2;
    }
    impl __orm::Opt for author::email {}
    impl __orm::Hidden for author::email {}
    impl __orm::Named<{ __orm::hash_name("email") }> for Author {
        type Field = author::email;
    }
    impl<P0: __orm::Atom, P1: __orm::Atom, P2: __orm::Atom, P3: __orm::Atom> __orm::Prop<author::email>
        for AuthorShape<P0, P1, P2, P3>
    {
        type Atom = P2;
        type Put<A: __orm::Atom> = AuthorShape<P0, P1, A, P3>;
    }
    impl __orm::Field for author::books {
        type Entity = Author;
        type Value = <Book as __orm::Entity>::Key;
        type Selected = __orm::With<<Book as __orm::Entity>::Whole>;
        type Populated = __orm::With<<Book as __orm::Entity>::Whole>;
        const NAME: &'static str = "books";
        const INDEX: usize = 3;
    }
    impl __orm::Relation for author::books {
        type Target = Book;
    }
    impl __orm::ToMany for author::books {}
    impl __orm::Opt for author::books {}
    impl __orm::Visible for author::books {}
    impl __orm::Named<{ __orm::hash_name("books") }> for Author {
        type Field = author::books;
    }
    impl<P0: __orm::Atom, P1: __orm::Atom, P2: __orm::Atom, P3: __orm::Atom> __orm::Prop<author::books>
        for AuthorShape<P0, P1, P2, P3>
    {
        type Atom = P3;
        type Put<A: __orm::Atom> = AuthorShape<P0, P1, P2, A>;
    }

    impl<E: 'static, P: 'static> __orm::Paths for AuthorPaths<E, P> {
        const PATHS: &'static Self = &Self {
            id: __orm::Path::NEW,
            name: __orm::Path::NEW,
            email: __orm::Path::NEW,
            books: __orm::Rel::NEW,
        };
    }

    // SAFETY: the view is `repr(transparent)` over the node.
    #[allow(unsafe_code)]
    unsafe impl<S> __orm::ViewOf<__Record> for AuthorView<S> {
        fn node(&self) -> &__orm::Node<__Record> {
            &self.0
        }
    }

    impl<S: __orm::Shape> __orm::EntityView for AuthorView<S> {
        type Entity = Author;
        type Shape = S;
        fn erased(&self) -> __orm::NodeRef<'_> {
            self.0.erase()
        }
    }

    // Accessors carry the field's visibility and docs; spans on the field.
    impl<S: __orm::Shape> AuthorView<S> {
        // Generated by the database: the atom says how it reads. Everything else: `&V` where `S: Has<…>`.
        pub(crate) fn id(&self) -> <__orm::AtomOf<S, author::id> as __orm::Atom>::Read<'_, i64>
        where
            S: __orm::Has<author::id>,
        {
            __orm::read_generated::<__orm::AtomOf<S, author::id>, _, _>(&self.0, &self.0.record().id, 0)
        }
        pub(crate) fn name(&self) -> &String
        where
            S: __orm::Has<author::name>,
        {
            __orm::read(&self.0, &self.0.record().name, 1)
        }
        #[track_caller]
        pub(crate) fn set_name(&self, value: impl __orm::Operand<String>) {
            __orm::set_value(&self.0, &self.0.record().name, value.into_operand())
        }
        pub(crate) fn email(&self) -> &Option<String>
        where
            S: __orm::Has<author::email>,
        {
            __orm::read(&self.0, &self.0.record().email, 2)
        }
        #[track_caller]
        pub(crate) fn set_email(&self, value: impl __orm::Operand<Option<String>>) {
            __orm::set_value(&self.0, &self.0.record().email, value.into_operand())
        }
        pub(crate) fn books(&self) -> __orm::CollectionView<'_, author::books, S> {
            __orm::CollectionView::new(&self.0)
        }
    }

    impl Author {
        #[doc = "Starts a new `Author`."]
        pub(crate) fn builder() -> AuthorBuilder<<Author as __orm::Entity>::Unset> {
            AuthorBuilder(__orm::Draft::new(<Author as __orm::Entity>::meta()), ::core::marker::PhantomData)
        }
    }

    impl<S: __orm::Shape> AuthorBuilder<S> {
        // Also for a generated key: it may be given all the same, and is known then.
        pub(crate) fn id(
            self,
            value: impl __orm::Operand<i64>,
        ) -> AuthorBuilder<<S as __orm::Prop<author::id>>::Put<__orm::Yes>>
        where
            S: __orm::Prop<author::id>,
        {
            AuthorBuilder(
                self.0.scalar(0, __orm::Type::to_value(&value.into_operand())),
                ::core::marker::PhantomData,
            )
        }
        pub(crate) fn name(
            self,
            value: impl __orm::Operand<String>,
        ) -> AuthorBuilder<<S as __orm::Prop<author::name>>::Put<__orm::Yes>>
        where
            S: __orm::Prop<author::name>,
        {
            AuthorBuilder(
                self.0.scalar(1, __orm::Type::to_value(&value.into_operand())),
                ::core::marker::PhantomData,
            )
        }
        pub(crate) fn email(
            self,
            value: impl __orm::Operand<Option<String>>,
        ) -> AuthorBuilder<<S as __orm::Prop<author::email>>::Put<__orm::Yes>>
        where
            S: __orm::Prop<author::email>,
        {
            AuthorBuilder(
                self.0.scalar(2, __orm::Type::to_value(&value.into_operand())),
                ::core::marker::PhantomData,
            )
        }
        // A collection: its atom stays With<Unflushed of the target>.
        pub(crate) fn books<L: __orm::Link<Book>>(
            self,
            items: impl ::core::iter::IntoIterator<Item = L>,
        ) -> AuthorBuilder<
            <S as __orm::Prop<author::books>>::Put<__orm::With<<Book as __orm::Entity>::Unflushed>>,
        >
        where
            S: __orm::Prop<author::books>,
        {
            let items = items.into_iter().map(__orm::Link::into_source).collect();
            AuthorBuilder(self.0.items(3, items), ::core::marker::PhantomData)
        }
        // One bound for each required property: no `Option`, no default, not generated, not a collection.
        #[doc = "The new entity, for `em.persist`."]
        pub(crate) fn build(self) -> __orm::New<Author, S::Built>
        where
            S: __orm::Gives<author::name>,
        {
            __orm::New::from_draft(self.0)
        }
    }

    // A view of a reference can be what a relation is pointed at.
    impl<S: __orm::Shape> __orm::Link<Author> for &AuthorView<S> {
        type Atom = __orm::With<S>;
        fn into_source(self) -> __orm::TargetSource {
            __orm::TargetSource::view(self)
        }
    }

    impl __orm::Detached for Author {
        fn from_node(node: __orm::NodeRef<'_>) -> __orm::Result<Self> {
            let record = __orm::record::<__Record>(node);
            Ok(Self {
                id: __orm::detach_value(node, &record.id, 0)?,
                name: __orm::detach_value(node, &record.name, 1)?,
                email: __orm::detach_value(node, &record.email, 2)?,
                books: ::core::default::Default::default(),
            })
        }
        fn into_draft(self) -> __orm::Draft {
            __orm::Draft::new(<Author as __orm::Entity>::meta())
                .scalar(0, __orm::Type::to_value(&self.id))
                .scalar(1, __orm::Type::to_value(&self.name))
                .scalar(2, __orm::Type::to_value(&self.email))
        }
    }
};

// ---- derive(Entity) for Book: only what differs is commented. ------------------------------------------------------

#[doc = "The properties of [`Book`] as types."]
#[allow(non_camel_case_types)]
pub(crate) mod book {
    pub(crate) struct id;
    pub(crate) struct title;
    pub(crate) struct pages;
    pub(crate) struct author;
    pub(crate) struct editor;
}

pub(crate) struct BookShape<P0, P1, P2, P3, P4>(::core::marker::PhantomData<fn() -> (P0, P1, P2, P3, P4)>);

#[repr(transparent)]
pub(crate) struct BookView<S>(
    crate::__private::Node<<Book as crate::__private::Entity>::Record>,
    ::core::marker::PhantomData<fn() -> S>,
);

pub(crate) struct BookPaths<E, P> {
    pub(crate) id: crate::__private::Path<E, crate::__private::Step<book::id, P>>,
    pub(crate) title: crate::__private::Path<E, crate::__private::Step<book::title, P>>,
    pub(crate) pages: crate::__private::Path<E, crate::__private::Step<book::pages, P>>,
    pub(crate) author: crate::__private::Rel<E, crate::__private::Step<book::author, P>>,
    pub(crate) editor: crate::__private::Rel<E, crate::__private::Step<book::editor, P>>,
}

pub(crate) struct BookBuilder<S>(crate::__private::Draft, ::core::marker::PhantomData<fn() -> S>);

const _: () = {
    use crate::__private as __orm;

    #[derive(::core::default::Default)]
    pub(crate) struct __Record {
        id: __orm::Slot<i64>,
        title: __orm::Slot<String>,
        pages: __orm::Slot<i32>,
        author: __orm::LinkSlot,
        editor: __orm::LinkSlot,
    }

    // SAFETY: the static and the slots are this record's own.
    #[allow(unsafe_code)]
    unsafe impl __orm::Record for __Record {
        type Key = i64;
        fn meta() -> &'static __orm::EntityMeta {
            static META: __orm::EntityMeta = __orm::EntityMeta {
                properties: &[
                    __orm::PropertyMeta::scalar::<i64>("id").primary().auto_increment(),
                    __orm::PropertyMeta::scalar::<String>("title").unique(),
                    // The default's type is the property's own.
                    __orm::PropertyMeta::scalar::<i32>("pages").default(|| __orm::value_of::<i32>(1)),
                    __orm::PropertyMeta::relation(
                        "author",
                        __orm::RelationKind::ManyToOne,
                        <Author as __orm::Entity>::meta,
                    ),
                    __orm::PropertyMeta::relation(
                        "editor",
                        __orm::RelationKind::ManyToOne,
                        <Author as __orm::Entity>::meta,
                    )
                    .nullable(),
                ],
                primary_key: &[0],
                ..__orm::EntityMeta::new(
                    "Book",
                    ::core::any::TypeId::of::<Book>,
                    __orm::new_store::<__Record>,
                )
            };
            &META
        }
        fn slot(&self, property: usize) -> __orm::SlotRef<'_> {
            match property {
                0 => __orm::SlotRef::Value(&self.id),
                1 => __orm::SlotRef::Value(&self.title),
                2 => __orm::SlotRef::Value(&self.pages),
                3 => __orm::SlotRef::ToOne(&self.author),
                _ => __orm::SlotRef::ToOne(&self.editor),
            }
        }
        fn slot_mut(&mut self, property: usize) -> __orm::SlotMut<'_> {
            match property {
                0 => __orm::SlotMut::Value(&mut self.id),
                1 => __orm::SlotMut::Value(&mut self.title),
                2 => __orm::SlotMut::Value(&mut self.pages),
                3 => __orm::SlotMut::ToOne(&mut self.author),
                _ => __orm::SlotMut::ToOne(&mut self.editor),
            }
        }
    }

    impl __orm::Entity for Book {
        type Record = __Record;
        type Key = i64;
        type Whole = BookShape<__orm::Yes, __orm::Yes, __orm::Yes, __orm::Key, __orm::Key>;
        type Plain = Self::Whole;
        type KeyOnly = BookShape<__orm::Yes, __orm::No, __orm::No, __orm::No, __orm::No>;
        type Unflushed = BookShape<__orm::Later, __orm::No, __orm::No, __orm::No, __orm::No>;
        type Unset = BookShape<__orm::Unset, __orm::Unset, __orm::Unset, __orm::Unset, __orm::Unset>;
        type View<S: __orm::Shape> = BookView<S>;
        type Paths<E: 'static, P: 'static> = BookPaths<E, P>;
    }

    impl<P0, P1, P2, P3, P4> __orm::Shape for BookShape<P0, P1, P2, P3, P4>
    where
        P0: __orm::Atom,
        P1: __orm::Atom,
        P2: __orm::Atom,
        P3: __orm::Atom,
        P4: __orm::Atom,
    {
        type Entity = Book;
        type Bare = BookShape<P0, P1::Bare, P2::Bare, P3::Bare, P4::Bare>;
        type Populated = BookShape<
            P0,
            P1,
            P2,
            P3::OrPopulated<__orm::With<<Author as __orm::Entity>::Whole>>,
            P4::OrPopulated<__orm::With<<Author as __orm::Entity>::Whole>>,
        >;
        type Flushed = BookShape<P0::Flushed, P1::Flushed, P2::Flushed, P3::Flushed, P4::Flushed>;
        type Built = BookShape<
            P0::Or<__orm::Later>,
            P1::Or<__orm::Yes>,
            P2::Or<__orm::Yes>,
            P3::Or<__orm::Key>,
            P4::Or<__orm::Key>,
        >;
        fn known() -> ::std::vec::Vec<__orm::Known> {
            ::std::vec![P0::known(), P1::known(), P2::known(), P3::known(), P4::known()]
        }
    }

    impl<P1, P2, P3, P4> __orm::KeyKnown for BookShape<__orm::Yes, P1, P2, P3, P4> {}

    // A to-one relation.
    impl __orm::Field for book::author {
        type Entity = Book;
        type Value = <Author as __orm::Entity>::Key;
        type Selected = __orm::Key;
        type Populated = __orm::With<<Author as __orm::Entity>::Whole>;
        const NAME: &'static str = "author";
        const INDEX: usize = 3;
    }
    impl __orm::Relation for book::author {
        type Target = Author;
    }
    impl __orm::Visible for book::author {}
    impl<P0: __orm::Atom, P1: __orm::Atom, P2: __orm::Atom, P3: __orm::Atom, P4: __orm::Atom>
        __orm::Prop<book::author> for BookShape<P0, P1, P2, P3, P4>
    {
        type Atom = P3;
        type Put<A: __orm::Atom> = BookShape<P0, P1, P2, A, P4>;
    }
    impl __orm::Field for book::editor {
        type Entity = Book;
        type Value = <Author as __orm::Entity>::Key;
        type Selected = __orm::Key;
        type Populated = __orm::With<<Author as __orm::Entity>::Whole>;
        const NAME: &'static str = "editor";
        const INDEX: usize = 4;
    }
    impl __orm::Relation for book::editor {
        type Target = Author;
    }
    impl __orm::Opt for book::editor {}
    impl __orm::Visible for book::editor {}
    impl<P0: __orm::Atom, P1: __orm::Atom, P2: __orm::Atom, P3: __orm::Atom, P4: __orm::Atom>
        __orm::Prop<book::editor> for BookShape<P0, P1, P2, P3, P4>
    {
        type Atom = P4;
        type Put<A: __orm::Atom> = BookShape<P0, P1, P2, P3, A>;
    }
    impl __orm::Field for book::title {
        type Entity = Book;
        type Value = String;
        type Selected = __orm::Yes;
        type Populated = __orm::Yes;
        const NAME: &'static str = "title";
        const INDEX: usize = 1;
    }
    impl<P0: __orm::Atom, P1: __orm::Atom, P2: __orm::Atom, P3: __orm::Atom, P4: __orm::Atom>
        __orm::Prop<book::title> for BookShape<P0, P1, P2, P3, P4>
    {
        type Atom = P1;
        type Put<A: __orm::Atom> = BookShape<P0, A, P2, P3, P4>;
    }

    impl<E: 'static, P: 'static> __orm::Paths for BookPaths<E, P> {
        const PATHS: &'static Self = &Self {
            id: __orm::Path::NEW,
            title: __orm::Path::NEW,
            pages: __orm::Path::NEW,
            author: __orm::Rel::NEW,
            editor: __orm::Rel::NEW,
        };
    }

    // SAFETY: the view is `repr(transparent)` over the node.
    #[allow(unsafe_code)]
    unsafe impl<S> __orm::ViewOf<__Record> for BookView<S> {
        fn node(&self) -> &__orm::Node<__Record> {
            &self.0
        }
    }

    impl<S: __orm::Shape> __orm::EntityView for BookView<S> {
        type Entity = Book;
        type Shape = S;
        fn erased(&self) -> __orm::NodeRef<'_> {
            self.0.erase()
        }
    }

    impl<S: __orm::Shape> BookView<S> {
        pub(crate) fn title(&self) -> &String
        where
            S: __orm::Has<book::title>,
        {
            __orm::read(&self.0, &self.0.record().title, 1)
        }
        pub(crate) fn author(&self) -> &<Author as __orm::Entity>::View<__orm::SubOf<S, book::author>>
        where
            S: __orm::Has<book::author>,
        {
            __orm::read_one::<_, Author, _>(&self.0, &self.0.record().author, 3)
        }
        #[track_caller]
        pub(crate) fn set_author<L: __orm::Link<Author>>(&self, target: L)
        where
            S: __orm::Prop<book::author>,
            L::Atom: __orm::Covers<__orm::AtomOf<S, book::author>>,
        {
            __orm::set_one(&self.0, 3, target.into_source())
        }
        // The same handle, promising of the relation what the target promises.
        #[track_caller]
        pub(crate) fn with_author<L: __orm::Link<Author>>(
            &self,
            target: L,
        ) -> __orm::Managed<Book, <S as __orm::Prop<book::author>>::Put<L::Atom>>
        where
            S: __orm::Prop<book::author>,
        {
            __orm::set_one(&self.0, 3, target.into_source());
            __orm::reshape(self)
        }
        pub(crate) fn editor(
            &self,
        ) -> ::core::option::Option<&<Author as __orm::Entity>::View<__orm::SubOf<S, book::editor>>>
        where
            S: __orm::Has<book::editor>,
        {
            __orm::read_optional_one::<_, Author, _>(&self.0, &self.0.record().editor, 4)
        }
        // set_editor takes `OptionalLink` and calls `set_optional_one`; with_editor likewise; unset_editor besides.
        #[track_caller]
        pub(crate) fn set_editor<L: __orm::OptionalLink<Author>>(&self, target: L)
        where
            S: __orm::Prop<book::editor>,
            L::Atom: __orm::Covers<__orm::AtomOf<S, book::editor>>,
        {
            __orm::set_optional_one(&self.0, 4, target.into_optional_source())
        }
        #[track_caller]
        pub(crate) fn unset_editor(&self) {
            __orm::set_optional_one(&self.0, 4, ::core::option::Option::None)
        }
    }

    impl Book {
        pub(crate) fn builder() -> BookBuilder<<Book as __orm::Entity>::Unset> {
            BookBuilder(__orm::Draft::new(<Book as __orm::Entity>::meta()), ::core::marker::PhantomData)
        }
    }

    impl<S: __orm::Shape> BookBuilder<S> {
        pub(crate) fn title(
            self,
            value: impl __orm::Operand<String>,
        ) -> BookBuilder<<S as __orm::Prop<book::title>>::Put<__orm::Yes>>
        where
            S: __orm::Prop<book::title>,
        {
            BookBuilder(
                self.0.scalar(1, __orm::Type::to_value(&value.into_operand())),
                ::core::marker::PhantomData,
            )
        }
        // A relation is known as well as its target.
        pub(crate) fn author<L: __orm::Link<Author>>(
            self,
            target: L,
        ) -> BookBuilder<<S as __orm::Prop<book::author>>::Put<L::Atom>>
        where
            S: __orm::Prop<book::author>,
        {
            BookBuilder(
                self.0.target(3, ::core::option::Option::Some(target.into_source())),
                ::core::marker::PhantomData,
            )
        }
        pub(crate) fn editor<L: __orm::OptionalLink<Author>>(
            self,
            target: L,
        ) -> BookBuilder<<S as __orm::Prop<book::editor>>::Put<L::Atom>>
        where
            S: __orm::Prop<book::editor>,
        {
            BookBuilder(self.0.target(4, target.into_optional_source()), ::core::marker::PhantomData)
        }
        pub(crate) fn build(self) -> __orm::New<Book, S::Built>
        where
            S: __orm::Gives<book::title>,
            S: __orm::Gives<book::author>,
        {
            __orm::New::from_draft(self.0)
        }
    }
};
