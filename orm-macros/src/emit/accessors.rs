//! The methods of a view: read what is loaded, set anything.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

use crate::emit::parts::{Parts, span_of};
use crate::model::{Kind, Property, Relation};

/// The view's own impls and its accessors.
pub(crate) fn view(parts: &Parts<'_>) -> TokenStream {
    let Parts { entity, view, .. } = parts;
    let ident = &entity.ident;
    let readonly = entity.readonly.is_some();
    let methods = parts.properties().map(|(index, property)| {
        let read = reader(parts, index, property);
        let write = (!readonly).then(|| writer(parts, index, property));
        quote!(#read #write)
    });
    quote! {
        // SAFETY: the view is `repr(transparent)` over the node.
        unsafe impl<S> __orm::ViewOf<__Record> for #view<S> {
            fn node(&self) -> &__orm::Node<__Record> { &self.0 }
        }
        impl<S: __orm::Shape> __orm::EntityView for #view<S> {
            type Entity = #ident;
            type Shape = S;
            fn erased(&self) -> __orm::NodeRef<'_> { self.0.erase() }
        }
        impl<S: __orm::Shape> __orm::Link<#ident> for &#view<S> {
            type Atom = __orm::With<S>;
            fn into_source(self) -> __orm::TargetSource { __orm::TargetSource::view(self) }
        }
        impl<S: __orm::Shape> __orm::OptionalLink<#ident> for &#view<S> {
            type Atom = __orm::With<S>;
            fn into_optional_source(self) -> ::core::option::Option<__orm::TargetSource> {
                ::core::option::Option::Some(__orm::TargetSource::view(self))
            }
        }
        #[allow(dead_code, unreachable_pub, missing_docs)]
        impl<S: __orm::Shape> #view<S> {
            #(#methods)*
        }
    }
}

fn reader(parts: &Parts<'_>, index: usize, property: &Property) -> TokenStream {
    let Property { ident, vis, ty, attributes, .. } = property;
    let marker = parts.marker(property);
    let slot = quote!(&self.0.record().#ident);
    let span = span_of(property);
    match &property.kind {
        Kind::Scalar(_) if property.is_generated() => quote_spanned! { span =>
            #(#attributes)*
            #[track_caller]
            #vis fn #ident(&self) -> <__orm::AtomOf<S, #marker> as __orm::Atom>::Read<'_, #ty>
            where
                S: __orm::Has<#marker>,
            {
                __orm::read_generated::<__orm::AtomOf<S, #marker>, _, _>(&self.0, #slot, #index)
            }
        },
        Kind::Scalar(_) => quote_spanned! { span =>
            #(#attributes)*
            #[track_caller]
            #vis fn #ident(&self) -> &#ty
            where
                S: __orm::Has<#marker>,
            {
                __orm::read(&self.0, #slot, #index)
            }
        },
        Kind::Relation(relation) if relation.kind.is_to_many() => quote_spanned! { span =>
            #(#attributes)*
            #vis fn #ident(&self) -> __orm::CollectionView<'_, #marker, S> {
                __orm::CollectionView::new(&self.0)
            }
        },
        Kind::Relation(relation) => {
            let target = &relation.target;
            let view = quote!(<#target as __orm::Entity>::View<__orm::SubOf<S, #marker>>);
            let (result, call) = match relation.optional {
                true => (quote!(::core::option::Option<&#view>), quote!(read_optional_one)),
                false => (quote!(&#view), quote!(read_one)),
            };
            quote_spanned! { span =>
                #(#attributes)*
                #[track_caller]
                #vis fn #ident(&self) -> #result
                where
                    S: __orm::Has<#marker>,
                {
                    __orm::#call::<_, #target, _>(&self.0, #slot, #index)
                }
            }
        }
    }
}

fn writer(parts: &Parts<'_>, index: usize, property: &Property) -> TokenStream {
    let Property { ident, vis, ty, .. } = property;
    let set = format_ident!("set_{}", ident.unraw(), span = ident.span());
    match &property.kind {
        Kind::Scalar(scalar) => {
            // What the database computes is not the user's to set, and a key is what tells the entity from others.
            if property.primary || scalar.generated.is_some() || scalar.version.is_some() {
                return TokenStream::new();
            }
            let doc = format!("Sets `{}`; the next flush writes it.", property.name);
            quote_spanned! {span_of(property) =>
                #[doc = #doc]
                #[track_caller]
                #vis fn #set(&self, value: impl __orm::Operand<#ty>) {
                    __orm::set_value(&self.0, &self.0.record().#ident, value.into_operand())
                }
            }
        }
        Kind::Relation(relation) if relation.kind.is_to_many() || property.primary => TokenStream::new(),
        Kind::Relation(relation) => relation_writer(parts, index, property, relation),
    }
}

fn relation_writer(parts: &Parts<'_>, index: usize, property: &Property, relation: &Relation) -> TokenStream {
    let Property { ident, vis, name, .. } = property;
    let entity = &parts.entity.ident;
    let target = &relation.target;
    let marker = parts.marker(property);
    let set = format_ident!("set_{}", ident.unraw(), span = ident.span());
    let with = format_ident!("with_{}", ident.unraw(), span = ident.span());
    let (link, assign) = match relation.optional {
        true => (
            quote!(OptionalLink),
            quote!(__orm::set_optional_one(&self.0, #index, target.into_optional_source())),
        ),
        false => (quote!(Link), quote!(__orm::set_one(&self.0, #index, target.into_source()))),
    };
    let set_doc = format!(
        "Points `{name}` at a `{}` of which at least as much is loaded as this handle promises; see `{with}`.",
        quote!(#target)
    );
    let with_doc = format!(
        "Points `{name}` at any `{}`, and gives a handle that promises what is loaded of it.",
        quote!(#target)
    );
    let unset = relation.optional.then(|| {
        let unset = format_ident!("unset_{}", ident.unraw(), span = ident.span());
        let doc = format!("Points `{name}` at nothing.");
        quote_spanned! {span_of(property) =>
            #[doc = #doc]
            #[track_caller]
            #vis fn #unset(&self) {
                __orm::set_optional_one(&self.0, #index, ::core::option::Option::None)
            }
        }
    });
    quote_spanned! {span_of(property) =>
        #[doc = #set_doc]
        #[track_caller]
        #vis fn #set<L: __orm::#link<#target>>(&self, target: L)
        where
            S: __orm::Prop<#marker>,
            L::Atom: __orm::Covers<__orm::AtomOf<S, #marker>>,
        {
            #assign
        }
        #[doc = #with_doc]
        #[track_caller]
        #vis fn #with<L: __orm::#link<#target>>(
            &self,
            target: L,
        ) -> __orm::Managed<#entity, <S as __orm::Prop<#marker>>::Put<L::Atom>>
        where
            S: __orm::Prop<#marker>,
        {
            #assign;
            __orm::reshape(self)
        }
        #unset
    }
}
