//! How entities and properties become tables and columns when nothing is written by hand.

use heck::{ToLowerCamelCase, ToPascalCase, ToSnakeCase};

/// Names for tables, columns, foreign keys and pivot tables.
///
/// `#[orm(table = "…")]` and `#[orm(column = "…")]` win over any strategy.
pub trait NamingStrategy: Send + Sync + 'static {
    /// The table of an entity: `BlogPost` to `blog_post`.
    fn table(&self, entity: &str) -> String;
    /// The column of a property: `first_name` to `first_name`.
    fn column(&self, property: &str) -> String;
    /// The column of a property of the primary key, which may bear the entity's name: `Album`, `id` to `album_id`.
    fn key_column(&self, entity: &str, property: &str) -> String {
        let _ = entity;
        self.column(property)
    }
    /// The column of a relation to the `target_column` of its target: `author`, `id` to `author_id`.
    fn join_column(&self, relation: &str, target_column: &str) -> String;
    /// The pivot table of an owner's collection: `book`, `tags` to `book_tags`.
    fn pivot_table(&self, owner_table: &str, property: &str) -> String {
        format!("{owner_table}_{}", self.column(property))
    }
    /// A pivot table's column for one end: `book`, `id` to `book_id`.
    fn pivot_column(&self, table: &str, key_column: &str) -> String {
        self.join_column(table, key_column)
    }
}

/// `BlogPost.first_name` is `blog_post.first_name`; the default.
#[derive(Debug, Clone, Copy, Default)]
pub struct SnakeCase;

impl NamingStrategy for SnakeCase {
    fn table(&self, entity: &str) -> String {
        entity.to_snake_case()
    }
    fn column(&self, property: &str) -> String {
        property.to_snake_case()
    }
    fn join_column(&self, relation: &str, target_column: &str) -> String {
        format!("{}_{target_column}", relation.to_snake_case())
    }
}

/// `BlogPost.first_name` is `BlogPost.FirstName`.
#[derive(Debug, Clone, Copy, Default)]
pub struct PascalCase;

impl NamingStrategy for PascalCase {
    fn table(&self, entity: &str) -> String {
        entity.to_pascal_case()
    }
    fn column(&self, property: &str) -> String {
        property.to_pascal_case()
    }
    fn join_column(&self, relation: &str, target_column: &str) -> String {
        format!("{}{}", relation.to_pascal_case(), target_column.to_pascal_case())
    }
    fn pivot_table(&self, owner_table: &str, property: &str) -> String {
        format!("{owner_table}{}", property.to_pascal_case())
    }
}

/// `BlogPost.first_name` is `BlogPost.firstName`.
#[derive(Debug, Clone, Copy, Default)]
pub struct CamelCase;

impl NamingStrategy for CamelCase {
    fn table(&self, entity: &str) -> String {
        entity.to_pascal_case()
    }
    fn column(&self, property: &str) -> String {
        property.to_lower_camel_case()
    }
    fn join_column(&self, relation: &str, target_column: &str) -> String {
        format!("{}{}", relation.to_lower_camel_case(), target_column.to_pascal_case())
    }
}
