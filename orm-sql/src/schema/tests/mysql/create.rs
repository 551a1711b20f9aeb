//! From nothing to a schema, and back to nothing.

use expect_test::expect;

use super::entities;
use super::server::on_server;

#[tokio::test]
async fn entities_become_tables() {
    on_server("tables", async |server| {
        let generator = server.generator(&entities::all());
        let sql = generator.create_sql().await.expect("a schema");
        expect![[r#"
            create table `author` (
              `id` bigint not null auto_increment,
              `name` varchar(100) not null comment 'what it''s called',
              `email` varchar(255),
              `active` boolean not null default true,
              `created_at` datetime(3) not null default current_timestamp(3),
              `version` int not null default 1,
              `favourite_id` bigint,
              `mentor_id` bigint,
              primary key (`id`),
              index `author_name_index` (`name`),
              unique index `author_email_unique` (`email`),
              index `author_favourite_id_index` (`favourite_id`),
              index `author_mentor_id_index` (`mentor_id`)
            ) engine = InnoDB collate utf8mb4_nopad_bin comment 'people who write';
            create table `book` (
              `id` bigint not null auto_increment,
              `title` varchar(255) not null,
              `price` decimal(10,2) not null,
              `status` varchar(255) not null,
              `slug` longtext generated always as (lower(concat(title, '-x'))) stored,
              `author_id` bigint not null,
              `mood` enum('happy','it''s fine','sad') not null default 'it''s fine',
              `level` tinyint not null default 2,
              primary key (`id`),
              unique index `book_author_id_title_unique` (`author_id`, `title`),
              fulltext index `book_words` (`title`),
              constraint `book_price_check` check (price >= 0),
              constraint `book_status_check` check (`status` in ('draft', 'it''s out')),
              constraint `book_level_check` check (`level` in (1, 2, 3)),
              constraint `titled` check (title <> '' and char_length(title) between 1 and 200)
            ) engine = InnoDB collate utf8mb4_nopad_bin;
            create table `tag` (
              `id` char(36) not null default (uuid()),
              `name` longtext not null default ('it''s \\ ''x'''),
              `data` json not null default ('{"a":1}'),
              primary key (`id`),
              index `tag_name_index` (`name`(255))
            ) engine = InnoDB collate utf8mb4_nopad_bin;
            create table `profile` (
              `author_id` bigint not null,
              `text` longtext,
              `reviewer_id` bigint,
              primary key (`author_id`),
              unique index `profile_reviewer_id_unique` (`reviewer_id`)
            ) engine = InnoDB collate utf8mb4_nopad_bin;
            create table `kinds` (
              `id` bigint not null auto_increment,
              `a` boolean not null,
              `b` tinyint not null,
              `c` smallint not null default -5,
              `d` int not null,
              `e` bigint not null default -5,
              `f` tinyint unsigned not null,
              `g` smallint unsigned not null,
              `h` int unsigned not null,
              `i` bigint unsigned not null default 18446744073709551615,
              `j` decimal(39,0) not null default -170141183460469231731687303715884105728,
              `k` float not null default 1.5,
              `l` double not null default 1e300,
              `m` decimal(57,28) not null default -1.5,
              `n` longblob not null default (x'0001'),
              `o` char(36) not null,
              `p` date not null default (current_date()),
              `q` time(6) not null,
              `r` datetime(6) not null,
              `s` datetime not null default current_timestamp on update current_timestamp,
              `t` json not null default ('[1,2]'),
              `u` json not null,
              `v` varchar(3) not null default 'x',
              `w` json not null default ('["a\\"\\\\'' {",null]'),
              `x` mediumtext not null,
              `y` varbinary(20) not null,
              `z` longblob not null,
              primary key (`id`),
              unique index `kinds_y_unique` (`y`),
              index `kinds_z_index` (`z`(255)),
              fulltext index `kinds_x_index` (`x`),
              unique index `kinds_v_a_unique` (`v`, `a`)
            ) engine = InnoDB collate utf8mb4_nopad_bin;
            create table `book_tags` (
              `book_id` bigint not null,
              `tag_id` char(36) not null,
              primary key (`book_id`, `tag_id`),
              index `book_tags_tag_id_index` (`tag_id`)
            ) engine = InnoDB collate utf8mb4_nopad_bin;
            create table `book_page` (
              `position` bigint not null auto_increment,
              `book_id` bigint not null,
              `tag_id` char(36) not null,
              primary key (`position`),
              index `book_page_book_id_index` (`book_id`),
              index `book_page_tag_id_index` (`tag_id`)
            ) engine = InnoDB collate utf8mb4_nopad_bin;
            create table `tag_related` (
              `tag_1_id` char(36) not null,
              `tag_2_id` char(36) not null,
              primary key (`tag_1_id`, `tag_2_id`),
              index `tag_related_tag_2_id_index` (`tag_2_id`)
            ) engine = InnoDB collate utf8mb4_nopad_bin;
            alter table `author` add constraint `author_favourite_id_foreign` foreign key (`favourite_id`) references `book` (`id`) on update cascade on delete set null, add constraint `author_mentor_id_foreign` foreign key (`mentor_id`) references `author` (`id`) on update cascade on delete set null;
            alter table `book` add constraint `book_author_id_foreign` foreign key (`author_id`) references `author` (`id`) on update cascade;
            alter table `profile` add constraint `profile_author_id_foreign` foreign key (`author_id`) references `author` (`id`) on update cascade on delete cascade, add constraint `profile_reviewer_id_foreign` foreign key (`reviewer_id`) references `author` (`id`) on update cascade on delete restrict;
            alter table `book_tags` add constraint `book_tags_book_id_foreign` foreign key (`book_id`) references `book` (`id`) on update cascade on delete cascade, add constraint `book_tags_tag_id_foreign` foreign key (`tag_id`) references `tag` (`id`) on update cascade on delete cascade;
            alter table `book_page` add constraint `book_page_book_id_foreign` foreign key (`book_id`) references `book` (`id`) on update cascade on delete cascade, add constraint `book_page_tag_id_foreign` foreign key (`tag_id`) references `tag` (`id`) on update cascade on delete cascade;
            alter table `tag_related` add constraint `tag_related_tag_1_id_foreign` foreign key (`tag_1_id`) references `tag` (`id`) on update cascade on delete cascade, add constraint `tag_related_tag_2_id_foreign` foreign key (`tag_2_id`) references `tag` (`id`) on update cascade on delete cascade;
        "#]].assert_eq(&sql.replace("utf8mb4_0900_bin", "utf8mb4_nopad_bin"));
        generator.create().await.expect("created");
    })
    .await;
}

#[tokio::test]
async fn tables_are_emptied_and_dropped() {
    on_server("dropped", async |server| {
        let generator = server.generator(&entities::all());
        generator.create().await.expect("created");
        for _ in 0..2 {
            server
                .run(
                    "insert into author (name) values ('a'); insert into book (title, price, status, author_id)
                     values ('T', 1, 'draft', 1); update author set favourite_id = 1, mentor_id = 1",
                )
                .await;
            assert_eq!(server.rows("select slug, mood, active from book, author").await, ["'t-x'|'it''s fine'|1"]);
            generator.clear().await.expect("cleared");
        }
        generator.refresh().await.expect("made anew");
        generator.drop().await.expect("dropped");
        assert_eq!(server.rows("show tables").await, Vec::<String>::new());
    })
    .await;
}
