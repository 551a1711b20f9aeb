//! PostgreSQL's schema: five queries of its catalog, however many tables there are.

use orm_core::{Result, Value};
use rustc_hash::FxHashMap;

use crate::dialect::Dialect;
use crate::schema::connection::SchemaConnection;
use crate::schema::ddl::qualified;
use crate::schema::introspect::cells::{flag, list, number, optional, text};
use crate::schema::model::{
    Check, Column, Deferral, EnumType, ForeignKey, Generated, Index, IndexPart, IndexValue, Rule, Schema,
    Table, View,
};

/// Where to look.
enum Scope {
    /// The connection's own schema, and those that the first parameter lists in JSON.
    Namespaces,
    /// The connection's temporary tables.
    Temporary,
}

impl Scope {
    fn sql(&self) -> &'static str {
        match self {
            Scope::Namespaces => {
                "n.nspname = any (array(select current_schema() \
                    union all select jsonb_array_elements_text($1::text::jsonb)::name))"
            }
            Scope::Temporary => "(n.oid = pg_my_temp_schema() and $1::text is not null)",
        }
    }
}

const NAMESPACES: &str = "select n.nspname::text, n.nspname = current_schema() from pg_namespace n \
    where {scope} order by n.nspname";

const ENUMS: &str = "select n.nspname::text, t.typname::text, e.enumlabel::text from pg_type t \
    join pg_namespace n on n.oid = t.typnamespace join pg_enum e on e.enumtypid = t.oid \
    where {scope} and not exists (select 1 from pg_depend d \
        where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e') \
    order by t.oid, e.enumsortorder";

const COLUMNS: &str = "select n.nspname::text, c.relname::text, c.relkind in ('r', 'p') and not c.relispartition, \
        obj_description(c.oid, 'pg_class'), a.attname::text, format_type(a.atttypid, a.atttypmod), \
        coalesce(e.typtype, t.typtype) = 'e', en.nspname::text, coalesce(e.typname, t.typname)::text, \
        a.attndims::int8, a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attgenerated::text, \
        a.attidentity <> '' or case when pg_get_expr(d.adbin, d.adrelid) like 'nextval(%' then \
            pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) is not null \
            else false end, \
        l.collname::text, col_description(c.oid, a.attnum) \
    from pg_class c join pg_namespace n on n.oid = c.relnamespace \
    left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped \
    left join pg_type t on t.oid = a.atttypid \
    left join pg_type e on e.oid = t.typelem and t.typcategory = 'A' \
    left join pg_namespace en on en.oid = coalesce(e.typnamespace, t.typnamespace) \
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum \
    left join pg_collation l on l.oid = a.attcollation and a.attcollation <> t.typcollation \
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and {scope} and not exists (select 1 from pg_depend x \
        where x.classid = 'pg_class'::regclass and x.objid = c.oid and x.deptype = 'e') \
    order by c.oid, a.attnum";

const CONSTRAINTS: &str = "select n.nspname::text, c.relname::text, k.conname::text, k.contype::text, \
        array_to_json(array(select a.attname from unnest(k.conkey) with ordinality u(number, place) \
            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.number order by u.place))::text, \
        rn.nspname::text, rc.relname::text, \
        array_to_json(array(select a.attname from unnest(k.confkey) with ordinality u(number, place) \
            join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.number order by u.place))::text, \
        k.confdeltype::text, k.confupdtype::text, k.condeferrable, k.condeferred, \
        pg_get_expr(k.conbin, k.conrelid) \
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace \
    left join pg_class rc on rc.oid = k.confrelid left join pg_namespace rn on rn.oid = rc.relnamespace \
    where k.contype in ('p', 'f', 'c') and {scope} order by c.oid, k.oid";

const INDEXES: &str = "select n.nspname::text, c.relname::text, i.relname::text, x.indisunique, k.oid is not null, \
        m.amname::text, pg_get_expr(x.indpred, x.indrelid), p.place > x.indnkeyatts, \
        case when p.number <> 0 then a.attname::text end, \
        pg_get_indexdef(x.indexrelid, p.place::int, false), \
        case when p.place <= x.indnkeyatts then x.indoption[p.place - 1]::int8 end, \
        case when not o.opcdefault then o.opcname::text end, \
        x.indisexclusion or coalesce((to_jsonb(x) ->> 'indnullsnotdistinct')::boolean, false) \
            or (p.place <= x.indnkeyatts and a.attname is not null \
                and x.indcollation[p.place - 1] <> a.attcollation), \
        pg_get_indexdef(x.indexrelid) \
    from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class c on c.oid = x.indrelid \
    join pg_namespace n on n.oid = c.relnamespace join pg_am m on m.oid = i.relam \
    left join pg_constraint k on k.conindid = x.indexrelid and k.contype in ('u', 'x') \
    cross join lateral unnest(x.indkey::int2[]) with ordinality as p(number, place) \
    left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = p.number and p.number <> 0 \
    left join pg_opclass o on p.place <= x.indnkeyatts and o.oid = x.indclass[p.place - 1] \
    where not x.indisprimary and {scope} order by c.oid, i.oid, p.place";

/// Reads what is in the connection's own schema and in those that are named.
pub(super) async fn read_schema(
    connection: &mut dyn SchemaConnection,
    namespaces: &[String],
) -> Result<Schema> {
    let names = serde_json::Value::from(namespaces.to_vec());
    read(connection, &Scope::Namespaces, names.to_string(), None).await
}

/// Reads the connection's temporary tables as if they were in its own schema.
pub(crate) async fn read_temporary(
    connection: &mut dyn SchemaConnection,
    own: Option<&String>,
) -> Result<Schema> {
    let mut schema = read(connection, &Scope::Temporary, String::new(), own).await?;
    schema.tables.iter_mut().for_each(|table| table.schema = None);
    Ok(schema)
}

async fn read(
    connection: &mut dyn SchemaConnection,
    scope: &Scope,
    names: String,
    own: Option<&String>,
) -> Result<Schema> {
    let parameters = [Value::Text(names)];
    let query = |text: &str| text.replace("{scope}", scope.sql());
    let schema = Schema { own_namespace: own.cloned(), ..Schema::default() };
    let mut reader = Reader { schema, positions: FxHashMap::default() };
    for row in connection.query(&query(NAMESPACES), &parameters).await? {
        reader.namespace(&row);
    }
    for row in connection.query(&query(ENUMS), &parameters).await? {
        reader.enumeration(&row);
    }
    for row in connection.query(&query(COLUMNS), &parameters).await? {
        reader.column(&row);
    }
    for row in connection.query(&query(CONSTRAINTS), &parameters).await? {
        reader.constraint(&row);
    }
    for row in connection.query(&query(INDEXES), &parameters).await? {
        reader.index(&row);
    }
    Ok(reader.schema)
}

struct Reader {
    schema: Schema,
    /// Where the tables are, by schema and name.
    positions: FxHashMap<(String, String), usize>,
}

impl Reader {
    /// The schema, unless it is the connection's own.
    fn other_namespace(&self, name: String) -> Option<String> {
        Some(name).filter(|name| self.schema.own_namespace.as_ref() != Some(name))
    }

    fn table(&mut self, row: &[Value]) -> Option<&mut Table> {
        let position = *self.positions.get(&(text(row, 0), text(row, 1)))?;
        self.schema.tables.get_mut(position)
    }

    fn namespace(&mut self, row: &[Value]) {
        match flag(row, 1) {
            true => self.schema.own_namespace = Some(text(row, 0)),
            false => self.schema.namespaces.push(text(row, 0)),
        }
    }

    fn enumeration(&mut self, row: &[Value]) {
        let (schema, name) = (self.other_namespace(text(row, 0)), text(row, 1));
        let value = text(row, 2);
        match self.schema.enums.last_mut().filter(|last| last.name == name && last.schema == schema) {
            Some(last) => last.values.push(value),
            None => self.schema.enums.push(EnumType { name, schema, values: vec![value] }),
        }
    }

    fn column(&mut self, row: &[Value]) {
        let key = (text(row, 0), text(row, 1));
        let schema = self.other_namespace(key.0.clone());
        if !flag(row, 2) {
            let view = View { name: key.1, schema };
            if self.schema.views.last() != Some(&view) {
                self.schema.views.push(view);
            }
            return;
        }
        if !self.positions.contains_key(&key) {
            let (name, comment) = (key.1.clone(), optional(row, 3));
            self.positions.insert(key, self.schema.tables.len());
            self.schema.tables.push(Table { name, schema, comment, ..Table::default() });
        }
        let type_name = match flag(row, 6) {
            true => self.enum_name(row),
            false => text(row, 5),
        };
        let Some(name) = optional(row, 4) else { return };
        let (expression, stored) = (optional(row, 11), text(row, 12));
        let is_generated = !stored.is_empty();
        let column = Column {
            name,
            type_name,
            nullable: !flag(row, 10),
            auto_increment: flag(row, 13),
            default: expression.clone().filter(|_| !is_generated),
            generated: expression
                .filter(|_| is_generated)
                .map(|expression| Generated { expression, stored: stored == "s" }),
            collation: optional(row, 14),
            comment: optional(row, 15),
        };
        if let Some(table) = self.table(row) {
            table.columns.push(column);
        }
    }

    /// The name of an enumeration or of an array of its values, as an entity's column says it.
    fn enum_name(&self, row: &[Value]) -> String {
        let schema = self.other_namespace(text(row, 7));
        let mut name = qualified(Dialect::Postgres, schema.as_deref(), &text(row, 8));
        if text(row, 5).ends_with("[]") {
            name.push_str("[]");
        }
        name
    }

    fn constraint(&mut self, row: &[Value]) {
        let name = optional(row, 2);
        let referenced_schema = optional(row, 5).and_then(|schema| self.other_namespace(schema));
        let Some(table) = self.table(row) else { return };
        match text(row, 3).as_str() {
            "p" => {
                table.primary_key = list(row, 4);
                table.primary_key_name = name;
            }
            "c" => table.checks.push(Check { name, expression: text(row, 12) }),
            _ => table.foreign_keys.push(ForeignKey {
                name,
                columns: list(row, 4),
                referenced_schema,
                referenced_table: text(row, 6),
                referenced_columns: list(row, 7),
                on_delete: rule(&text(row, 8)),
                on_update: rule(&text(row, 9)),
                deferral: match (flag(row, 10), flag(row, 11)) {
                    (false, _) => Deferral::Never,
                    (true, false) => Deferral::Possible,
                    (true, true) => Deferral::Always,
                },
            }),
        }
    }

    fn index(&mut self, row: &[Value]) {
        let name = text(row, 2);
        let Some(table) = self.table(row) else { return };
        if table.indexes.last().is_none_or(|last| last.name != name) {
            table.indexes.push(Index {
                name,
                unique: flag(row, 3),
                constraint: flag(row, 4),
                method: optional(row, 5).filter(|method| method != "btree"),
                condition: optional(row, 6),
                ..Index::default()
            });
        }
        let Some(index) = table.indexes.last_mut() else { return };
        let (column, order) = (optional(row, 8), number(row, 10));
        // One bit says that it descends, the other that nulls come first, which they do only then.
        if flag(row, 12) || matches!(order, Some(1 | 2)) {
            index.custom = optional(row, 13);
        }
        match (flag(row, 7), column) {
            (true, column) => index.include.extend(column),
            (false, column) => index.parts.push(IndexPart {
                value: match column {
                    Some(name) => IndexValue::Column(name),
                    None => IndexValue::Expression(text(row, 9)),
                },
                descending: order.is_some_and(|order| order & 1 == 1),
                length: None,
                operator_class: optional(row, 11),
            }),
        }
    }
}

fn rule(letter: &str) -> Rule {
    match letter {
        "r" => Rule::Restrict,
        "c" => Rule::Cascade,
        "n" => Rule::SetNull,
        "d" => Rule::SetDefault,
        _ => Rule::NoAction,
    }
}
