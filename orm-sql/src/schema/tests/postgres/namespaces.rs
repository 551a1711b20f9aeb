//! Tables in several schemas, and in one that is chosen at run time.

use super::server::{Server, on_server};
use crate::schema::SchemaGenerator;
use crate::schema::tests::shop;

async fn nothing_is_due(generator: &SchemaGenerator) {
    assert_eq!(generator.update_sql().await.expect("the schema can be read"), "");
}

/// Two more schemas, which are made and dropped with the test.
fn two_more(server: &Server) -> [String; 2] {
    [format!("{}_a", server.schema), format!("{}_b", server.schema)]
}

async fn drop_schemas(server: &Server, names: &[String]) {
    for name in names {
        server.run(&format!("drop schema if exists \"{name}\" cascade")).await;
    }
}

#[tokio::test]
async fn tables_of_several_schemas_point_at_each_other() {
    on_server("several", async |server| {
        let [a, b] = two_more(&server);
        let generator = server.generator(&shop::in_schemas(&a, &b));
        let sql = generator.create_sql().await.expect("a schema");
        assert!(sql.starts_with(&format!("create schema if not exists \"{a}\";\n")), "{sql}");
        generator.update().await.expect("updated");
        nothing_is_due(&generator).await;
        server
            .run(&format!(
                "insert into \"{a}\".customer (name) values ('x'); insert into item (name) values ('i');
                 insert into \"{b}\".purchase (customer_id) values (1);
                 insert into \"{b}\".purchase_items values (1, 1);"
            ))
            .await;

        let later = server.generator(&shop::later_in_schemas(&a, &b));
        let down = later.update().down_sql().await.expect("readable");
        later.update().await.expect("updated");
        nothing_is_due(&later).await;
        let row = format!("select name, points, customer_id, item_id from \"{a}\".customer, \"{b}\".purchase, \"{b}\".purchase_items");
        assert_eq!(server.rows(&row).await, ["'x'|5|1|1"]);

        server.run(&down).await;
        nothing_is_due(&generator).await;
        generator.clear().await.expect("cleared");
        assert_eq!(server.rows(&row.replace("points, ", "")).await, Vec::<String>::new());
        generator.drop().await.expect("dropped");
        let tables = format!("select tablename::text from pg_tables where schemaname in ('{a}', '{b}', current_schema())");
        assert_eq!(server.rows(&tables).await, Vec::<String>::new());
        drop_schemas(&server, &[a, b]).await;
    })
    .await;
}

#[tokio::test]
async fn a_schema_is_chosen_at_run_time() {
    on_server("chosen", async |server| {
        let tenants = two_more(&server);
        let generator = server.generator(&shop::in_any_schema());
        nothing_is_due(&generator).await;
        for tenant in &tenants {
            generator.in_schema(tenant.as_str()).update().await.expect("updated");
            nothing_is_due(&generator.in_schema(tenant.as_str())).await;
        }
        let count = |schema: &str| format!("select count(*) from \"{schema}\".purchase_items");
        assert_eq!(server.rows(&count(&tenants[0])).await, ["0"]);
        generator.in_schema(tenants[0].as_str()).drop().await.expect("dropped");
        assert_eq!(server.rows(&count(&tenants[1])).await, ["0"]);
        let tables = format!("select tablename::text from pg_tables where schemaname = '{}'", tenants[0]);
        assert_eq!(server.rows(&tables).await, Vec::<String>::new());
        drop_schemas(&server, &tenants).await;
    })
    .await;
}
