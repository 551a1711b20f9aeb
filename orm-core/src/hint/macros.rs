//! The macros that name a shape in a signature.

/// The fields of a [`Loaded`](crate::entity::Loaded) handle, as its query named them.
///
/// ```ignore
/// fn headline(article: &Loaded<Article, (), fields!(Article: title, author.email)>) -> String
/// ```
#[macro_export]
macro_rules! fields {
    ($entity:ty: $($($step:ident).+),+ $(,)?) => {
        $crate::entity::Only<($($crate::__path!([$entity] [$crate::path::Root] $($step)+),)+)>
    };
}

/// The populated relations of a [`Loaded`](crate::entity::Loaded) handle, as its query named them.
///
/// ```ignore
/// fn index(article: &Loaded<Article, populate!(Article: tags, author.books)>)
/// ```
#[macro_export]
macro_rules! populate {
    ($entity:ty: $($($step:ident).+),+ $(,)?) => {
        ($($crate::__path!([$entity] [$crate::path::Root] $($step)+),)+)
    };
}

/// A path's type: the property of each name, found by the name's hash.
#[doc(hidden)]
#[macro_export]
macro_rules! __path {
    ([$entity:ty] [$before:ty] $last:ident) => {
        $crate::path::Path<$entity, $crate::path::Step<$crate::__field!([$entity] $last), $before>>
    };
    ([$entity:ty] [$before:ty] $step:ident $($rest:ident)+) => {
        $crate::__path!(
            [<$crate::__field!([$entity] $step) as $crate::hint::Relation>::Target]
            [$crate::path::Step<$crate::__field!([$entity] $step), $before>]
            $($rest)+
        )
    };
}

/// A property's type by the hash of its name.
#[doc(hidden)]
#[macro_export]
macro_rules! __field {
    ([$entity:ty] $name:ident) => {
        <$entity as $crate::hint::Named<{ $crate::__private::hash_name(::core::stringify!($name)) }>>::Field
    };
}
