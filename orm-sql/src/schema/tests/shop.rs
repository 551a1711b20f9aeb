//! Entities in several schemas, for the databases that have some.

use orm_core::meta::{EntityMeta, PropertyMeta, RelationKind};

use super::blog::{ID, entity};

entity!(
    Customer,
    key: &[0],
    properties: [ID, PropertyMeta::scalar::<String>("name").length(50).unique()],
);

entity!(
    Purchase,
    key: &[0],
    properties: [
        ID,
        PropertyMeta::relation("customer", RelationKind::ManyToOne, Customer::meta),
        PropertyMeta::relation("items", RelationKind::ManyToManyOwner, Item::meta),
    ],
);

entity!(
    Item,
    key: &[0],
    properties: [
        ID,
        PropertyMeta::scalar::<String>("name").length(50),
        PropertyMeta::relation("similar", RelationKind::ManyToOne, Item::meta).nullable(),
    ],
);

mod later {
    use super::*;

    entity!(
        Customer,
        key: &[0],
        properties: [
            ID,
            PropertyMeta::scalar::<String>("name").length(80).index(),
            PropertyMeta::scalar::<i32>("points").default(|| orm_core::Value::Int(5)).check("points >= 0"),
        ],
    );

    entity!(
        Purchase,
        key: &[0],
        properties: [
            ID,
            PropertyMeta::relation("customer", RelationKind::ManyToOne, Customer::meta).nullable(),
            PropertyMeta::relation("items", RelationKind::ManyToManyOwner, Item::meta),
        ],
    );

    entity!(
        Item,
        key: &[0],
        properties: [
            ID,
            PropertyMeta::scalar::<String>("name").length(50),
            PropertyMeta::relation("similar", RelationKind::ManyToOne, Item::meta).nullable(),
        ],
    );
}

/// Customers in one schema, purchases in another, items in the connection's own.
pub(super) fn in_schemas(customers: &str, purchases: &str) -> Vec<&'static EntityMeta> {
    vec![in_schema(Customer::meta(), customers), in_schema(Purchase::meta(), purchases), Item::meta()]
}

/// The next version of the same.
pub(super) fn later_in_schemas(customers: &str, purchases: &str) -> Vec<&'static EntityMeta> {
    vec![
        in_schema(later::Customer::meta(), customers),
        in_schema(later::Purchase::meta(), purchases),
        later::Item::meta(),
    ]
}

/// All of them in a schema that is chosen at run time.
pub(super) fn in_any_schema() -> Vec<&'static EntityMeta> {
    vec![in_schema(Customer::meta(), "*"), in_schema(Purchase::meta(), "*"), in_schema(Item::meta(), "*")]
}

/// A description for the rest of the test's life: names of schemas are a run's own.
fn in_schema(meta: &'static EntityMeta, schema: &str) -> &'static EntityMeta {
    let schema: &'static str = String::leak(schema.to_owned());
    Box::leak(Box::new(EntityMeta { schema: Some(schema), ..*meta }))
}
