//! Names and lists that several generated things use.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::Ident;

use crate::model::{Entity, Kind, Property, RelationKind};

/// An entity with the names of what is generated for it.
pub(crate) struct Parts<'a> {
    pub(crate) entity: &'a Entity,
    pub(crate) shape: Ident,
    pub(crate) view: Ident,
    pub(crate) paths: Ident,
    pub(crate) builder: Ident,
    /// `P0, P1, …`
    pub(crate) params: Vec<Ident>,
}

impl<'a> Parts<'a> {
    pub(crate) fn new(entity: &'a Entity) -> Self {
        Self {
            entity,
            shape: entity.named("Shape"),
            view: entity.named("View"),
            paths: entity.named("Paths"),
            builder: entity.named("Builder"),
            params: (0..entity.properties.len()).map(|index| format_ident!("P{index}")).collect(),
        }
    }

    /// The shape with these atoms.
    pub(crate) fn shape_of(&self, atoms: impl IntoIterator<Item = TokenStream>) -> TokenStream {
        let shape = &self.shape;
        let atoms = atoms.into_iter();
        quote!(#shape<#(#atoms),*>)
    }

    /// The marker of a property: `article::title`.
    pub(crate) fn marker(&self, property: &Property) -> TokenStream {
        let (module, ident) = (&self.entity.module, &property.ident);
        quote!(#module::#ident)
    }

    /// The properties with their positions.
    pub(crate) fn properties(&self) -> impl Iterator<Item = (usize, &'a Property)> + use<'a> {
        self.entity.properties.iter().enumerate()
    }
}

/// What a find loads of a property that nobody asked for.
pub(crate) fn whole_atom(property: &Property, with_eager: bool) -> TokenStream {
    match &property.kind {
        Kind::Scalar(scalar) if scalar.lazy.is_some() => quote!(__orm::No),
        Kind::Scalar(_) => quote!(__orm::Yes),
        Kind::Relation(relation) if relation.eager.is_some() && with_eager => {
            let target = &relation.target;
            quote!(__orm::With<<#target as __orm::Entity>::Plain>)
        }
        Kind::Relation(relation) if relation.kind.is_to_many() => quote!(__orm::No),
        Kind::Relation(_) => quote!(__orm::Key),
    }
}

/// A property's type in slots and paths: a relation's is its target's key.
pub(crate) fn value_type(property: &Property) -> TokenStream {
    match &property.kind {
        Kind::Scalar(_) => {
            let ty = &property.ty;
            quote!(#ty)
        }
        Kind::Relation(relation) => {
            let target = &relation.target;
            quote!(<#target as __orm::Entity>::Key)
        }
    }
}

/// The kind of a relation as `orm::meta` names it.
pub(crate) fn relation_kind(kind: RelationKind) -> Ident {
    Ident::new(&format!("{kind:?}"), Span::call_site())
}

/// Where errors about a property belong: at the user's field. Names in generated code are resolved as generated ones.
pub(crate) fn span_of(property: &Property) -> Span {
    property.ident.span().resolved_at(Span::call_site())
}
