//! A chain of relations through 120 entities, within rustc's own recursion limit.
use orm::prelude::*;

macro_rules! chain {
    ($($entity:ident -> $next:ident),* $(,)?) => {$(
        #[derive(Entity)]
        struct $entity {
            #[orm(primary_key)]
            id: i64,
            name: String,
            next: Option<Ref<$next>>,
        }
    )*};
}

chain!(
    E0 -> E1, E1 -> E2, E2 -> E3, E3 -> E4, E4 -> E5, E5 -> E6,
    E6 -> E7, E7 -> E8, E8 -> E9, E9 -> E10, E10 -> E11, E11 -> E12,
    E12 -> E13, E13 -> E14, E14 -> E15, E15 -> E16, E16 -> E17, E17 -> E18,
    E18 -> E19, E19 -> E20, E20 -> E21, E21 -> E22, E22 -> E23, E23 -> E24,
    E24 -> E25, E25 -> E26, E26 -> E27, E27 -> E28, E28 -> E29, E29 -> E30,
    E30 -> E31, E31 -> E32, E32 -> E33, E33 -> E34, E34 -> E35, E35 -> E36,
    E36 -> E37, E37 -> E38, E38 -> E39, E39 -> E40, E40 -> E41, E41 -> E42,
    E42 -> E43, E43 -> E44, E44 -> E45, E45 -> E46, E46 -> E47, E47 -> E48,
    E48 -> E49, E49 -> E50, E50 -> E51, E51 -> E52, E52 -> E53, E53 -> E54,
    E54 -> E55, E55 -> E56, E56 -> E57, E57 -> E58, E58 -> E59, E59 -> E60,
    E60 -> E61, E61 -> E62, E62 -> E63, E63 -> E64, E64 -> E65, E65 -> E66,
    E66 -> E67, E67 -> E68, E68 -> E69, E69 -> E70, E70 -> E71, E71 -> E72,
    E72 -> E73, E73 -> E74, E74 -> E75, E75 -> E76, E76 -> E77, E77 -> E78,
    E78 -> E79, E79 -> E80, E80 -> E81, E81 -> E82, E82 -> E83, E83 -> E84,
    E84 -> E85, E85 -> E86, E86 -> E87, E87 -> E88, E88 -> E89, E89 -> E90,
    E90 -> E91, E91 -> E92, E92 -> E93, E93 -> E94, E94 -> E95, E95 -> E96,
    E96 -> E97, E97 -> E98, E98 -> E99, E99 -> E100, E100 -> E101, E101 -> E102,
    E102 -> E103, E103 -> E104, E104 -> E105, E105 -> E106, E106 -> E107, E107 -> E108,
    E108 -> E109, E109 -> E110, E110 -> E111, E111 -> E112, E112 -> E113, E113 -> E114,
    E114 -> E115, E115 -> E116, E116 -> E117, E117 -> E118, E118 -> E119, E119 -> E0,
);

fn is_send_and_sync<T: Send + Sync>() {}

async fn case(em: &EntityManager) -> Result<()> {
    is_send_and_sync::<Managed<E0>>();
    let chain = em.find_one_or_fail::<E0>().populate(|e| e.next.next.next.next.next.next.next.next).await?;
    let _ = chain.next().and_then(|e| e.next()).map(|e| e.name());
    Ok(())
}

fn main() {
    let _ = case;
}
